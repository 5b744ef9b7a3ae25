"""How we name ourselves."""

from __future__ import annotations

import pytest

from crawler import __version__
from crawler.fetch.identity import user_agent
from crawler.fetch.robots import product_token


@pytest.mark.parametrize(
    ("contact", "comment"),
    [
        ("https://example.org/bot?a=1", " (+https://example.org/bot?a=1)"),
        (" desk@example.org ", " (+desk@example.org)"),
        ("Jos\u00e9\r\nX-Evil: 1 (me)", " (+Jos%C3%A9%0D%0AX-Evil: 1 %28me%29)"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_the_contact_stands_in_the_user_agent_and_cannot_break_out_of_it(contact: str, comment: str) -> None:
    assert user_agent(contact) == f"Broadsheet/{__version__}{comment}"


def test_robots_txt_files_know_us_as_broadsheet() -> None:
    assert product_token(user_agent("https://example.org/bot")) == "Broadsheet"
