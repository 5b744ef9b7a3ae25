"""Sites of which no source can be made, each for another reason."""

from __future__ import annotations

from tests.prospect.sites import newspaper
from tests.prospect.sites.served import HTML, Reply, Site
from tests.prospect.sites.words import paragraphs

SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The App Times</title>
<script defer src="/static/js/main.4f2b1c.js"></script></head>
<body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body></html>"""

CONSENT = """<!DOCTYPE html><html lang="de"><head><title>Zustimmung</title></head><body><h1>Willkommen</h1>
<p>We value your privacy. We and our 214 partners store and access information on your device.</p>
<p>Manage your consent, or accept all cookies and go on.</p><button>Accept all cookies</button></body></html>"""

CHALLENGE = """<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>
<div id="challenge-form">Checking your browser before you go on.</div></body></html>"""


def script_built(site: Site) -> None:
    """An application: the same empty shell at every address, also at those of feeds."""
    site.page("/", SHELL)
    site.page("/robots.txt", "User-agent: *\nAllow: /\n", "text/plain")
    site.missing = Reply(SHELL.encode(), HTML)


def script_built_articles(site: Site) -> None:
    """A feed and a front page as they should be, and articles that are empty shells."""
    newspaper.build(site)
    for address in list(site.articles):
        site.page(address.removeprefix(site.url), SHELL)


def consent_wall(site: Site) -> None:
    """Every address leads to a page that asks for consent."""
    site.page("/consent/wall", CONSENT)
    site.page("/robots.txt", "", "text/plain")
    site.missing = Reply(b"", HTML, 302, {"Location": "/consent/wall"})


def robots_forbids(site: Site) -> None:
    """A newspaper that wants no crawler."""
    newspaper.build(site)
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")


def robots_breaks(site: Site) -> None:
    """A newspaper whose robots.txt is an error of the server."""
    newspaper.build(site)
    site.page("/robots.txt", "oops", "text/plain", 503)


def bot_challenge(site: Site) -> None:
    """A wall that lets browsers in."""
    site.page("/robots.txt", "", "text/plain")
    site.missing = Reply(CHALLENGE.encode(), HTML, 403)


def refused(site: Site) -> None:
    """A server that answers 403 to all."""
    site.page("/robots.txt", "", "text/plain")
    site.missing = Reply(b"<html><body><h1>Forbidden</h1></body></html>", HTML, 403)


def no_page(site: Site) -> None:
    """A document where a front page was expected."""
    site.page("/", b"%PDF-1.7 ...", "application/pdf")


def shop(site: Site) -> None:
    """A site of a shop: pages, and no news."""
    links = "".join(f'<li><a href="/p/{name}">{name}</a></li>' for name in ("lamp", "chair", "desk", "shelf", "vase"))
    head = "<html><head><title>Lamps &amp; Chairs</title></head><body><nav><a href='/about'>About</a></nav>"
    frame = f"{head}<ul>{links}</ul>"
    site.page("/", f"{frame}<p>{paragraphs(1)[0]}</p></body></html>")
    for name in ("lamp", "chair", "desk", "shelf", "vase"):
        site.page(f"/p/{name}", f"{frame}<h1>{name}</h1><p>49 crowns</p></body></html>")
