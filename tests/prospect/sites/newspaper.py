# ruff: noqa: E501  (pages as they are served)
"""A large newspaper: a sitemap index with gzipped days and months, a news sitemap, sections in sections, numeric ends.

Quirks: no feed at all; robots.txt over 500 lines with its Sitemap lines among them; tag pages whose slugs look like those of
articles; a standfirst that is no part of the body; related stories, a newsletter form and a row of share buttons inside
the body; video pages beside the articles.
"""

from __future__ import annotations

import gzip
import json
from datetime import timedelta, timezone
from html import escape

from tests.prospect.sites.served import XML, Site
from tests.prospect.sites.words import moment, paragraphs, slug, title

STORIES = 80
NAME = "The Estuary Gazette"
SECTIONS = ["politics", "world", "world/europe", "business", "sport", "culture/books"]
ZONE = timezone(timedelta(hours=1))
_NS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def build(site: Site) -> None:
    """Fill `site`."""
    paths = [f"/{SECTIONS[n % 6]}/{slug(title(n))}-{1048200 - 7 * n}" for n in range(STORIES)]
    for number, path in enumerate(paths):
        site.article(path, title(number), _story(site, number, paths))
    site.page("/", _front(site, NAME, paths, range(40)))
    _sitemaps(site, paths)
    _others(site, paths)
    rules = "\n".join(f"Disallow: /old/{n}/" for n in range(600))
    site.page(
        "/robots.txt",
        f"User-agent: *\n{rules}\nSitemap: {site.url}/sitemaps/index.xml\nSitemap: {site.url}/sitemaps/news.xml\n",
        "text/plain",
    )


def _frame(site: Site, heading: str, head: str, main: str) -> str:
    menu = "".join(f'<li><a href="/{section}">{section.rpartition("/")[2].title()}</a></li>' for section in SECTIONS)
    return f"""<!DOCTYPE html><html lang="nl-NL"><head><meta charset="utf-8"><title>{escape(heading)} | {NAME}</title>
<link rel="canonical" href="{site.url}/x">{head}</head><body><header class="site-header"><nav class="nav-primary"><ul>{menu}
<li><a href="/tag/lock-gate-repairs-2024">Lock gate repairs</a></li><li><a href="/search">Search</a></li>
<li><a href="/account/login">Log in</a></li></ul></nav></header><main>{main}</main>
<footer class="site-footer"><a href="/about">About us</a><a href="/contact">Contact</a><a href="/privacy">Privacy</a>
<a href="/author/pieter-de-groot">Pieter de Groot</a><a href="/topics/ferries">Ferries</a></footer></body></html>"""


def _story(site: Site, number: int, paths: list[str]) -> str:
    when = moment(number, 5).astimezone(ZONE)
    body = [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(number, count=6)]
    related = "".join(
        f'<li><a href="{paths[(number + i) % STORIES]}">{escape(title(number + i))}</a></li>' for i in (1, 2)
    )
    body.insert(2, f'<div class="related-stories"><h4>More on this</h4><ul>{related}</ul></div>')
    body.insert(
        4, '<div class="newsletter-signup"><p>Get the best of the Gazette in your inbox each morning.</p></div>'
    )
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title(number),
        "datePublished": when.isoformat(),
        "author": [{"@type": "Person", "name": "Pieter de Groot"}],
        "publisher": {"@type": "Organization", "name": NAME},
    }
    head = (
        f'<script type="application/ld+json">{json.dumps(data)}</script><meta property="og:site_name" content="{NAME}">'
    )
    main = f"""<article><h1>{escape(title(number))}</h1>
<p class="standfirst">It is the {number}th time since the flood that the town has had to think about this question.</p>
<div class="share-buttons"><a href="#">Share</a></div>
<div class="byline">By <a href="/author/pieter-de-groot">Pieter de Groot</a></div>
<div class="article-body">{"".join(body)}</div></article>
<section class="most-read"><h3>Most read</h3><ol>{related}</ol></section>"""
    return _frame(site, title(number), head, main)


def _front(site: Site, heading: str, paths: list[str], shown: range) -> str:
    cards = "".join(
        f'<div class="card"><a href="{paths[n]}"><img src="/i/{n}.jpg" alt=""><h3>{escape(title(n))}</h3></a></div>'
        for n in shown
    )
    videos = "".join(f'<div class="card"><a href="/video/{n}">Watch: {title(n)}</a></div>' for n in range(3))
    return _frame(site, heading, "", f"<h1>{heading}</h1>{cards}{videos}")


def _urlset(site: Site, entries: list[str], more: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="{_NS}"{more}>{"".join(entries)}</urlset>'


def _sitemaps(site: Site, paths: list[str]) -> None:
    days: dict[str, list[str]] = {}
    for number, path in enumerate(paths):
        when = moment(number, 5).astimezone(ZONE)
        entry = f"<url><loc>{site.url}{path}</loc><lastmod>{when.isoformat()}</lastmod></url>"
        days.setdefault(f"{when:%Y-%m-%d}", []).append(entry)
    index = []
    for day, entries in days.items():
        site.page(
            f"/sitemaps/articles-{day}.xml.gz", gzip.compress(_urlset(site, entries).encode()), "application/x-gzip"
        )
        index.append(f"<sitemap><loc>{site.url}/sitemaps/articles-{day}.xml.gz</loc><lastmod>{day}</lastmod></sitemap>")
    for month in ("2019-01", "2019-02", "2019-03"):
        index.append(
            f"<sitemap><loc>{site.url}/sitemaps/articles-{month}.xml.gz</loc><lastmod>{month}-28</lastmod></sitemap>"
        )
    tags = [
        f"<url><loc>{site.url}/tag/lock-gate-repairs-2024</loc></url>",
        f"<url><loc>{site.url}/topics/ferries</loc></url>",
    ]
    site.page("/sitemaps/tags.xml", _urlset(site, tags), XML)
    index.append(f"<sitemap><loc>{site.url}/sitemaps/tags.xml</loc></sitemap>")
    site.page(
        "/sitemaps/index.xml", f'<?xml version="1.0"?><sitemapindex xmlns="{_NS}">{"".join(index)}</sitemapindex>', XML
    )
    news = [
        f"<url><loc>{site.url}{paths[n]}</loc><news:news><news:publication><news:name>{NAME}</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>{moment(n, 5).isoformat()}"
        f"</news:publication_date><news:title>{escape(title(n))}</news:title></news:news></url>"
        for n in range(9)
    ]
    site.page("/sitemaps/news.xml", _urlset(site, news, f' xmlns:news="{_NEWS}"'), XML)


def _others(site: Site, paths: list[str]) -> None:
    for section in SECTIONS[:3]:
        site.other(f"/{section}", _front(site, section.title(), paths, range(0, STORIES, 6)))
    prose = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(77))
    for path in ("/about", "/contact", "/privacy"):
        site.other(path, _frame(site, path[1:].title(), "", f"<article><h1>{path[1:].title()}</h1>{prose}</article>"))
    for path in ("/tag/lock-gate-repairs-2024", "/author/pieter-de-groot", "/topics/ferries", "/search"):
        site.other(path, _front(site, path, paths, range(5, 25)))
    for path in ("/account/login", "/video/1"):
        site.other(path, _frame(site, "Log in", "", "<form><input name=user></form>"))
