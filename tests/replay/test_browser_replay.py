"""What a real browser shows of an archive, in proxy mode and in the static view."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from crawler.replay.service import Replay
from tests.replay.chromium import Chromium, chromium_path
from tests.replay.conftest import NOON, Recorder

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]

MODULE = b"""import {word} from "./part.js";
const answer = await fetch("/api", {method: "POST", body: new URLSearchParams({a: "2"})});
document.getElementById("out").textContent = word + (await answer.text());
document.title = "done";
"""


def record_site(recorder: Recorder) -> None:
    """A site that uses what archives find hard."""
    site = "https://secure.example"
    hsts = b"Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n"
    recorder.add(
        "http://secure.example/", status="301 Moved Permanently", headers=b"Location: https://secure.example/\r\n"
    )
    page = (
        "<!doctype html><title>start</title><link rel=stylesheet href=/style.css><h1>Новости</h1><p id=out></p>"
        '<iframe src="https://frame.example/inner" width=300 height=80></iframe><img src=/picture.svg>'
        '<p><a id=next href="/next">next</a> <a href="/gone">gone</a></p><script type=module src=/main.js></script>'
    )
    recorder.add(f"{site}/", page.encode("cp1251"), "text/html; charset=windows-1251", headers=hsts)
    recorder.add(f"{site}/style.css", b"body { background: rgb(200, 250, 200) }", "text/css")
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="19"/></svg>'
    recorder.add(f"{site}/picture.svg", picture, "image/svg+xml")
    recorder.add(f"{site}/main.js", MODULE, "text/javascript")
    recorder.add(f"{site}/part.js", b'export const word = "module and ";', "text/javascript")
    recorder.add(f"{site}/api", b"answer one", "text/plain", method="POST", sent=b"a=1")
    recorder.add(f"{site}/api", b"answer two", "text/plain", method="POST", sent=b"a=2")
    recorder.add("https://frame.example/inner", b"<p>inside the frame</p>")
    recorder.add(f"{site}/next", b"<title>second</title><p>the old text</p>")
    recorder.add(f"{site}/next", b"<title>second</title><p>the new text</p>", when=NOON + timedelta(days=30))
    recorder.close()


@pytest.fixture(scope="module")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Replay, Chromium]]:
    """The site replayed, and a browser that sees the archive only."""
    folder = tmp_path_factory.mktemp("site")
    recorder = Recorder(folder / "archive")
    record_site(recorder)
    replay = Replay(recorder.folder, cache_folder=folder / "cache")
    replay.start()
    chromium = Chromium(replay.proxy_port, replay.identity.spki)
    yield replay, chromium
    chromium.close()
    replay.stop()


@pytest.fixture
def shown_site(running_site: tuple[Replay, Chromium]) -> tuple[Replay, Chromium]:
    """The running site, at the newest captures."""
    running_site[0].showing.set_time(None)
    return running_site


def test_a_page_of_a_https_site_works_as_it_was(shown_site: tuple[Replay, Chromium]) -> None:
    """Redirect to https, HSTS, windows-1251, style, ES modules and a POST by fetch work, unrewritten."""
    _, chromium = shown_site
    chromium.open("http://secure.example/")
    assert chromium.run("location.href") == "https://secure.example/"
    assert chromium.run("document.querySelector('h1').textContent") == "Новости"
    chromium.wait("document.title == 'done'")
    assert chromium.run("document.getElementById('out').textContent") == "module and answer two"
    assert chromium.run("getComputedStyle(document.body).backgroundColor") == "rgb(200, 250, 200)"
    assert chromium.run("document.querySelector('img').naturalWidth") == 40
    assert chromium.run("isSecureContext") is True


def test_what_is_not_there_says_so_and_names_what_is_like_it(shown_site: tuple[Replay, Chromium]) -> None:
    """A page that is not in the archive is a page that says so, with links that lead to captures."""
    replay, chromium = shown_site
    chromium.open("https://secure.example/next/gone")
    assert "Not in this archive" in chromium.text()
    assert "https://secure.example/next" in chromium.text()
    chromium.open("https://never.example/")
    assert "Not in this archive" in chromium.text()
    visits = [(visit.url, visit.memento) for visit in replay.showing.visits()[:2]]
    assert visits == [("https://never.example/", None), ("https://secure.example/next/gone", None)]


def test_the_clock_is_turned_in_our_own_pages(shown_site: tuple[Replay, Chromium]) -> None:
    """“As it was” on a capture shows the address as it was then; without it the newest is shown."""
    replay, chromium = shown_site
    chromium.open("https://secure.example/next")
    assert "the new text" in chromium.text()
    chromium.open(replay.url + "captures?url=https://secure.example/next")
    target = chromium.run("[...document.querySelectorAll('a')].find(a => a.textContent == 'as it was').target = ''")
    assert target == ""
    chromium.click("a[href^='/as-it-was/20170712120000/']")
    assert chromium.run("location.href") == "https://secure.example/next"
    assert "the old text" in chromium.text()
    chromium.open(replay.url + "now")
    assert "2017-07-12 12:00:00" in chromium.text()


def test_an_archived_page_cannot_turn_the_clock(shown_site: tuple[Replay, Chromium]) -> None:
    """A script of an archived page that asks for our pages changes nothing and reads nothing."""
    replay, chromium = shown_site
    chromium.open("https://secure.example/next")
    address = f"{replay.url}as-it-was/20170712120000/https://secure.example/next"
    chromium.run(f"fetch({address!r}, {{mode: 'no-cors'}}).catch(error => 0).then(() => 1)")
    assert replay.showing.when is None


def test_the_static_view_shows_the_page_without_running_it(shown_site: tuple[Replay, Chromium]) -> None:
    """The static view shows text, style and picture below a banner; scripts are gone; a link leads to the next view."""
    replay, chromium = shown_site
    chromium.open(replay.url + "view/2017/https://secure.example/")
    assert chromium.run("location.pathname") == "/view/20170712120000/https://secure.example/"
    banner = chromium.run("document.querySelector('header').getBoundingClientRect().bottom")
    assert chromium.run("document.querySelector('iframe').getBoundingClientRect().top") == banner
    chromium.open(replay.content_url + "/web/20170712120000/https://secure.example/")
    assert chromium.run("document.querySelector('h1').textContent") == "Новости"
    assert chromium.run("document.scripts.length") == 0
    assert chromium.run("document.querySelector('img').naturalWidth") == 40
    assert chromium.run("getComputedStyle(document.body).backgroundColor") == "rgb(200, 250, 200)"
    chromium.click("#next")
    assert chromium.run("location.href") == replay.url + "view/20170712120000/https://secure.example/next"


def test_a_link_inside_the_frame_takes_the_banner_along(shown_site: tuple[Replay, Chromium]) -> None:
    """Clicking a link of the framed page opens the view of the page that it leads to."""
    replay, chromium = shown_site
    chromium.open(replay.content_url + "/web/20170712120000/https://secure.example/")
    place = chromium.run(
        "(() => { const r = document.querySelector('#next').getBoundingClientRect(); return [r.x + 5, r.y + 5] })()"
    )
    chromium.open(replay.url + "view/20170712120000/https://secure.example/")
    top = chromium.run("document.querySelector('iframe').getBoundingClientRect().top")
    chromium.load(lambda: chromium.click_at(place[0], place[1] + top))
    assert chromium.run("location.pathname") == "/view/20170712120000/https://secure.example/next"


def test_our_pages_load_nothing_from_elsewhere(shown_site: tuple[Replay, Chromium]) -> None:
    """All that our pages load is from their own origin."""
    replay, chromium = shown_site
    for path in ("", "articles", "calendar", "addresses", "files", "captures?url=secure.example"):
        chromium.open(replay.url + path)
        loaded = chromium.run("performance.getEntriesByType('resource').map(entry => entry.name)")
        assert loaded
        assert all(name.startswith(replay.url) for name in loaded)
        assert chromium.run("document.scripts.length") == 0
