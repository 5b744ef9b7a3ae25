"""The replay's pages in a real browser: typed into, clicked through, on a phone, in the dark, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.replay.chromium import Chromium, chromium_path
from tests.replay.conftest import Served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def reader_browser(served_archive: Served) -> Iterator[Chromium]:
    """A browser as `scrapy replay` starts it."""
    chromium = Chromium(served_archive.replay.proxy_port, served_archive.replay.identity.spki)
    yield chromium
    chromium.close()


def test_an_article_is_searched_opened_and_seen_as_it_was(served_archive: Served, reader_browser: Chromium) -> None:
    """From the start through search and article to the archived page, with keys and mouse."""
    chromium = reader_browser
    chromium.open(served_archive.replay.url)
    chromium.run("document.querySelector('#q').focus()")
    chromium.keys("выборов")
    chromium.enter()
    assert "Выборы в городе" in chromium.text()
    assert chromium.run("document.querySelector('mark').textContent") == "Выборы"
    chromium.click(".articles a")
    assert "Выборы прошли спокойно" in chromium.text()
    assert "Иван Петров" in chromium.text()
    chromium.run("document.querySelector('.actions a').removeAttribute('target')")
    chromium.click(".actions a")
    assert chromium.run("location.href") == "https://paper.example/1"
    assert chromium.run("window.ran") is True
    assert "Выборы прошли спокойно" in chromium.text()


@pytest.mark.parametrize("path", ["", "articles?q=ferry", "calendar", "addresses?prefix=paper.example/", "articles/1"])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_fit_a_phone_in_both_colours(
    served_archive: Served, reader_browser: Chromium, path: str, dark: bool
) -> None:
    """Nothing is wider than the window, and text stands out from its ground."""
    chromium = reader_browser
    chromium.size(390, 844, dark)
    chromium.open(served_archive.replay.url + path)
    assert chromium.run("document.documentElement.scrollWidth") <= 390
    ground, ink = chromium.run("(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))")
    brightness = [sum(map(int, colour[4:-1].split(","))) / 3 for colour in (ground, ink)]
    assert (brightness[0] < brightness[1]) == dark
    assert abs(brightness[0] - brightness[1]) > 120
    chromium.size(1000, 800)


def test_the_first_key_leads_past_the_menu(served_archive: Served, reader_browser: Chromium) -> None:
    """Tab reaches the link to the content first, and each thing in turn can be seen to have the focus."""
    chromium = reader_browser
    chromium.open(served_archive.replay.url)
    chromium.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
    )
    assert chromium.run("document.activeElement.textContent") == "Skip to the content"
    assert chromium.run("document.activeElement.getBoundingClientRect().left") >= 0


def test_the_article_page_shows_the_archived_page_beside_the_text(
    served_archive: Served, reader_browser: Chromium
) -> None:
    """The frame is another origin than the page around it, which cannot be reached from within."""
    chromium = reader_browser
    chromium.open(served_archive.replay.url + "articles/1")
    assert chromium.run("document.querySelector('iframe').src").startswith(served_archive.replay.content_url)
    chromium.wait("document.querySelector('iframe').contentDocument === null")
    places = chromium.run(
        "['article', '.captured'].map(s => document.querySelector(s).getBoundingClientRect()).map(r => [r.left, r.top])"
    )
    assert places[0][0] < places[1][0]
    assert abs(places[0][1] - places[1][1]) < 40
