"""A small site of our own whose articles have several pages, with a page for each way in which that is done."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SOURCE = """
title = "The Serial"
homepage = "{url}/"
language = "en"
[discovery]
feeds = ["{url}/feed.xml"]
[articles]
include = ['/2026/']
[politeness]
delay = 0.001
jitter = 0
allow_private = true
[archive]
images = true
"""
STORY = "/2026/story"
SUBJECTS = ("harbour", "market", "bridge", "library", "ferry", "museum", "station", "orchard", "lantern", "meadow")

Answer = tuple[int, str]
"""Status, and body or (of a redirect) location."""


def sentence(number: int) -> str:
    """A paragraph that is found once in an article: the one of that number."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    return (
        f"In part {number} the {subject} keeper of the town told the council that the old {subject} needs a new roof, "
        f"and that it would take {number + 3} weeks until the {subject} could be opened to visitors again."
    )


def page(*paragraphs: str, title: str = "The keeper of the town", head: str = "", foot: str = "") -> str:
    """A page of an article."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    dated = '<meta property="article:published_time" content="2026-11-20T08:00:00+00:00">'
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{dated}{head}</head>'
        f"<body><header><a href='/'>The Serial</a></header><article><h1>{title}</h1>{text}</article>{foot}"
        "</body></html>"
    )


def part(number: int, of: int, address: str = STORY, *, last: bool = False) -> str:
    """Page `number` of an article of so many: two paragraphs, and links to the page before and to the next."""
    head = f'<link rel="canonical" href="{address}">'
    if number > 1:
        head += f'<link rel="prev" href="{page_address(number - 1, address)}">'
    if number < of:
        head += f'<link rel="next" href="{page_address(number + 1, address)}">'
    foot = f"<nav>Page {number} of {of}</nav>"
    return page(sentence(2 * number - 1), sentence(2 * number), head=head, foot=foot)


def page_address(number: int, address: str = STORY) -> str:
    return f"{address}?page={number}" if number > 1 else address


def whole(pages: int, title: str = "The keeper of the town") -> str:
    """The text of an article of so many pages."""
    return "\n\n".join([title, *(sentence(number + 1) for number in range(2 * pages))]) + "\n"


class SerialSite(ThreadingHTTPServer):
    """Serves `pages`, and a feed of the addresses in `listed`. `asked` counts requests by address."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: Counter[str] = Counter()
        self.order: list[str] = []
        self.listed = [STORY]
        self.pages: dict[str, str | Answer | Callable[[], Answer]] = {}

    def serve_story(self, pages: int, address: str = STORY) -> None:
        """An article of so many pages."""
        for number in range(1, pages + 1):
            self.pages[page_address(number, address)] = part(number, pages, address)

    def answer(self, path: str) -> Answer:
        self.asked[path] += 1
        self.order.append(path)
        if path == "/feed.xml":
            items = "".join(f"<item><title>A story</title><link>{self.url}{one}</link></item>" for one in self.listed)
            return 200, f'<?xml version="1.0"?><rss version="2.0"><channel><title>S</title>{items}</channel></rss>'
        found = self.pages.get(path, (404, "<h1>Not found</h1>"))
        if callable(found):
            found = found()
        return (200, found) if isinstance(found, str) else found

    @property
    def stories(self) -> list[str]:
        """The addresses of articles that were asked for, in order."""
        return [path for path in self.order if path.startswith(("/2026/", "/amp/"))]


class _Handler(BaseHTTPRequestHandler):
    server: SerialSite

    def do_GET(self) -> None:
        status, body = self.server.answer(self.path)
        content = body.encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", body)
        kind = "application/rss+xml" if self.path.endswith(".xml") else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Not on the terminal of the tests."""


@contextlib.contextmanager
def serving() -> Iterator[SerialSite]:
    """The site, served on a free port of loopback."""
    site = SerialSite()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


def add_split(site: SerialSite) -> None:
    """Articles of several pages: one listed by its first, two by all in either order, and one by its second alone."""
    for name in ("three", "forwards", "backwards", "alone"):
        site.serve_story(3, f"/2026/{name}")
    drawn = part(2, 3, "/2026/three").replace("</article>", '<img src="/three.png"></article>')
    site.pages["/2026/three?page=2"], site.pages["/three.png"] = drawn, "a picture"
    listed = [("three", 1), *(("forwards", number) for number in (1, 2, 3)), ("alone", 2)]
    listed += [("backwards", number) for number in (3, 2, 1)]
    site.listed += [page_address(number, f"/2026/{name}") for name, number in listed]


def add_others(site: SerialSite) -> None:
    """Articles whose rel=next is the next article: by number, by name, and below their own address."""
    links = '<link rel="prev" href="/2026/40"><link rel="next" href="/2026/42">'
    site.pages["/2026/41"] = page(sentence(1), sentence(2), title="Story 41", head=links)
    named = '<link rel="next" href="/2026/other"><link rel="canonical" href="/2026/one">'
    site.pages["/2026/one"] = page(sentence(3), sentence(4), title="One", head=named)
    below = "/2026/above/afterwards"
    site.pages["/2026/above"] = page(sentence(1), sentence(2), head=f'<link rel="next" href="{below}">')
    own = f'<link rel="canonical" href="{below}"><link rel="prev" href="/2026/above">'
    site.pages[below] = page(sentence(3), sentence(4), title="Afterwards", head=own)
    site.listed += ["/2026/41", "/2026/one", "/2026/above", below]


def add_traps(site: SerialSite) -> None:
    """Pages that lead back to the first or to themselves, a thousand pages, and pages that all say the same."""
    for name, back in (("round", 1), ("itself", 2)):
        first = f"/2026/{name}"
        site.serve_story(2, first)
        following = f'<link rel="next" href="{page_address(back, first)}">'
        site.pages[page_address(2, first)] = part(2, 2, first).replace("</head>", f"{following}</head>")
        site.listed.append(first)
    site.serve_story(40, "/2026/endless")
    for number in range(1, 30):
        address = "/2026/same"
        head = f'<link rel="canonical" href="{address}"><link rel="next" href="{page_address(number + 1, address)}">'
        site.pages[page_address(number, address)] = page(sentence(1), sentence(2), head=head)
    site.listed += ["/2026/endless", "/2026/same"]


def add_faults(site: SerialSite) -> None:
    """Articles whose second page is gone, or fails once."""
    for name, status in (("lost", 404), ("gone", 410)):
        site.serve_story(3, f"/2026/{name}")
        site.pages[page_address(2, f"/2026/{name}")] = (status, "no such page")
        site.listed.append(f"/2026/{name}")
    site.serve_story(3, "/2026/stumbles")
    answers: list[Answer] = [(500, "oh"), (200, part(2, 3, "/2026/stumbles"))]
    site.pages["/2026/stumbles?page=2"] = lambda: answers.pop(0)
    site.listed.append("/2026/stumbles")


def add_forms(site: SerialSite) -> None:
    """An article that is there on one page too, and two with an AMP twin; those are listed too."""
    site.serve_story(3, "/2026/single")
    link = '<a href="?page=all">View as single page</a>'
    site.pages["/2026/single"] = part(1, 3, "/2026/single").replace("<nav>", f"<nav>{link} ")
    stated = '<link rel="canonical" href="/2026/single">'
    site.pages["/2026/single?page=all"] = page(*(sentence(number) for number in range(1, 7)), head=stated)
    named = '<link rel="amphtml" href="/amp/2026/{0}">'
    empty = "<html><head><title>T</title>{0}</head><body><div id=root></div></body></html>"
    site.pages["/2026/scripted"] = empty.format(named.format("scripted"))
    site.pages["/2026/plain"] = page(sentence(1), sentence(2), head=named.format("plain"))
    for name in ("scripted", "plain"):
        twin = page(sentence(1), sentence(2), head=f'<link rel="canonical" href="/2026/{name}">')
        site.pages[f"/amp/2026/{name}"] = twin.replace("<html", "<html \u26a1")
    site.listed += ["/2026/single", "/2026/single?page=all", "/amp/2026/scripted", "/2026/scripted", "/amp/2026/plain"]
