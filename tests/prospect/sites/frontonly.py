# ruff: noqa: E501  (pages as they are served)
"""A small paper with nothing but a front page and sections: no feed, no sitemap, no robots.txt, no metadata.

Quirks: it answers 200 with a page for whatever is not there; dates stand in the text only; two generations of addresses;
sections go on on `?page=2`.
"""

from __future__ import annotations

from html import escape

from tests.prospect.sites.served import HTML, Reply, Site
from tests.prospect.sites.words import moment, paragraphs, slug, title

STORIES = 36
NAME = "Brack & Lode Weekly"
SECTIONS = ["local", "sport", "letters"]


def build(site: Site) -> None:
    """Fill `site`."""
    paths = [_path(n) for n in range(STORIES)]
    for number, path in enumerate(paths):
        site.article(path, title(number), _story(number))
    site.page("/", _list("Home", paths, range(9), ""))
    for place, section in enumerate(SECTIONS):
        mine = range(place, STORIES, 3)
        site.other(f"/{section}/", _list(section, paths, mine[:6], f"/{section}/?page=2"))
        site.other(f"/{section}/?page=2", _list(section, paths, mine[6:], ""))
    prose = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(77))
    for name in ("about.html", "advertise-with-us.html", "contact.html", "terms-and-conditions.html"):
        site.other(f"/{name}", _frame(name, f"<h2>{name}</h2>{prose}"))
    site.missing = Reply(_frame("Not found", "<p>We could not find that. Try the menu.</p>").encode(), HTML)


def _path(number: int) -> str:
    if number < 30:
        return f"/{SECTIONS[number % 3]}/{slug(title(number))}-{number}.html"
    return f"/{SECTIONS[number % 3]}/story-{71000 + number}.html"


def _frame(heading: str, main: str) -> str:
    menu = " ".join(f"<a href='/{section}/'>{section.title()}</a>" for section in SECTIONS)
    return f"""<html><head><title>{escape(NAME)} - {escape(heading)}</title></head><body>
<table><tr><td><div id="menu"><a href="/">Home</a> {menu} <a href="/about.html">About</a></div>
</td></tr><tr><td>{main}</td></tr></table>
<div class="footer"><a href="/advertise-with-us.html">Advertise with us</a> <a href="/contact.html">Contact</a>
<a href="/terms-and-conditions.html">Terms</a></div></body></html>"""


def _story(number: int) -> str:
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(number))
    when = moment(number)
    return _frame(
        title(number),
        f"<h1>{escape(title(number))}</h1><p class='date'>{when:%-d %B %Y}</p><div class='story'>{body}</div>"
        "<p>Have you a story for us? Ring the office on 555 0100 or come by on Thursdays before noon.</p>",
    )


def _list(heading: str, paths: list[str], shown: range, more: str) -> str:
    items = "".join(
        f"<li><h3><a href='{paths[n]}'>{escape(title(n))}</a></h3><small>{moment(n):%-d %B %Y}</small></li>"
        for n in shown
    )
    further = f"<p><a href='{more}'>Next page</a></p>" if more else ""
    return _frame(heading, f"<h2>{heading}</h2><ul class='stories'>{items}</ul>{further}")
