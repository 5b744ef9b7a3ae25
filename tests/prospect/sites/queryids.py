# ruff: noqa: E501  (pages as they are served)
"""An old portal of scripts: `article.php?id=123`, lists at `list.php?cat=3&page=2`, no feed and no sitemap.

Quirks: the same script with other parameters prints, mails and comments; session ids in the links of the front page.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site

NAME = "Harbour Portal"
STORIES = 26
LISTS = {f"/list.php?cat={n}": name for n, name in enumerate(("Town", "Port", "Schools"), 1)}


def build(site: Site) -> None:
    paths = [f"/article.php?id={90412 - 3 * n}" for n in range(STORIES)]
    press = Press(
        site, NAME, menu=LISTS,
        footer={"/page.php?name=about": "About", "/page.php?name=imprint": "Imprint", "/guestbook.php": "Guestbook"},
    )  # fmt: skip
    for number, path in enumerate(paths):
        links = f'<p class="tools"><a href="{path.replace("article", "print")}">Print</a> <a href="{path}&amp;mode=mail">Mail</a></p>'
        site.article(path, press.title(number), press.story(number, extra=links), press.type)
    press.page("/", press.list("Front", [f"{path}&sid=1" for path in paths], range(12)))
    for number, path in enumerate(LISTS):
        press.others({path: "List", f"{path}&page=2": "List"}, paths, range(number, STORIES, 3))
    press.others({"/page.php?name=about": "About", "/page.php?name=imprint": "Imprint", "/guestbook.php": "Guests"})
    press.others({"/print.php?id=90412": "Print", "/search.php?q=gate": "Search", "/login.php?id=1": "Log in"})
