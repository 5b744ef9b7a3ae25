# ruff: noqa: E501  (pages as they are served)
"""A blog as WordPress makes it: permalinks by date, a feed of ten, comment feeds, a sidebar, a comment form.

Quirks: a blank line in front of the feed's XML declaration; a notice under each text that is part of it; a tag cloud whose
links look like articles; a sitemap index that also lists pages, categories and users.
"""

from __future__ import annotations

from html import escape

from tests.prospect.sites.served import XML, Site
from tests.prospect.sites.words import moment, paragraphs, rfc822, slug, title

POSTS = 30
NAME = "The Mill Lane Observer"
CATEGORIES = ["Harbour", "Town Hall", "Schools", "Long Reads"]


def build(site: Site) -> None:
    """Fill `site`."""
    paths = [f"/{moment(n):%Y/%m/%d}/{slug(title(n))}-{n}/" for n in range(POSTS)]
    for number, path in enumerate(paths):
        site.article(path, title(number), _post(site, number, path, paths))
    for page in range(3):
        shown = range(page * 10, page * 10 + 10)
        site.page("/" if page == 0 else f"/?paged={page + 1}", _list(site, NAME, shown, paths, page))
    _feeds(site, paths)
    _sitemaps(site, paths)
    _lists(site, paths)
    site.page(
        "/robots.txt", f"User-agent: *\nDisallow: /wp-admin/\n\nSitemap: {site.url}/wp-sitemap.xml\n", "text/plain"
    )


def _frame(site: Site, heading: str, main: str, kind: str) -> str:
    archives = "".join(f'<li><a href="{site.url}/{moment(n):%Y/%m}/">{moment(n):%B %Y}</a></li>' for n in (0, 29))
    tags = "".join(f'<a href="{site.url}/tag/{slug(tag)}/" class="tag-cloud-link">{tag}</a> ' for tag in _tags())
    categories = "".join(f'<li><a href="{site.url}/category/{slug(name)}/">{name}</a></li>' for name in CATEGORIES)
    return f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="UTF-8"><title>{escape(heading)} – {NAME}</title>
<meta name="generator" content="WordPress 6.5">
<link rel="alternate" type="application/rss+xml" title="{NAME} &raquo; Feed" href="{site.url}/feed/" />
<link rel="alternate" type="application/rss+xml" title="{NAME} &raquo; Comments Feed" href="{site.url}/comments/feed/" />
<link rel="alternate" type="application/json+oembed" href="{site.url}/wp-json/oembed/1.0/embed?url=x" />
</head><body class="{kind}">
<header id="masthead"><p class="site-title"><a href="{site.url}/">{NAME}</a></p>
<nav class="main-navigation"><ul><li><a href="{site.url}/">Home</a></li><li><a href="{site.url}/about/">About</a></li>
<li><a href="{site.url}/contact-us/">Contact us</a></li></ul></nav></header>
<div id="content">{main}</div>
<aside id="secondary" class="widget-area"><form role="search" action="/"><input name="s"></form>
<h2>Categories</h2><ul>{categories}</ul><h2>Archives</h2><ul>{archives}</ul><div class="tagcloud">{tags}</div>
<h2>Meta</h2><ul><li><a href="{site.url}/wp-login.php">Log in</a></li><li><a href="{site.url}/feed/">Entries feed</a></li>
<li><a href="{site.url}/comments/feed/">Comments feed</a></li></ul></aside>
<footer><a href="{site.url}/privacy-policy/">Privacy Policy</a> Proudly powered by WordPress</footer></body></html>"""


def _tags() -> list[str]:
    return ["bridges and lock gates", "schools", "the night market of 2024", "ferries"]


def _post(site: Site, number: int, path: str, paths: list[str]) -> str:
    when = moment(number)
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(number))
    newer = f'<a href="{site.url}{paths[number - 1]}" rel="next">{escape(title(number - 1))}</a>' if number else ""
    main = f"""<article id="post-{number}" class="post type-post"><header class="entry-header">
<h1 class="entry-title">{escape(title(number))}</h1><div class="entry-meta">Posted on <time class="entry-date published"
datetime="{when.isoformat()}">{when:%B %-d, %Y}</time> by <span class="author vcard"><a
href="{site.url}/author/anna/">Anna Reed</a></span></div></header>
<div class="entry-content">{body}<p class="wpcnt">This is a reader-supported blog; buy us a coffee if you like it.</p>
<div class="sharedaddy sd-sharing-enabled"><h3>Share this:</h3><ul><li><a href="#">Facebook</a></li></ul></div>
<div class="jp-relatedposts"><h3>Related</h3><a href="{site.url}{paths[(number + 5) % POSTS]}">{title(number + 5)}</a></div>
</div><footer class="entry-footer">Posted in <a href="{site.url}/category/harbour/">Harbour</a></footer></article>
<nav class="post-navigation">{newer}</nav>
<div id="comments" class="comments-area"><h2>2 thoughts on “{escape(title(number))}”</h2>
<ol><li id="comment-{number}1">What a long comment about the gate, which goes on for more than one line, as they do.</li></ol>
<div id="respond" class="comment-respond"><h3>Leave a Reply</h3><p>Your email address will not be published. Required fields
are marked *</p><form><textarea></textarea></form>
<p class="akismet_comment_form_privacy_notice">This site uses Akismet to reduce spam.</p></div></div>"""
    return _frame(site, title(number), main, "single single-post").replace(
        "</head>",
        f'<link rel="alternate" type="application/rss+xml" title="{NAME} &raquo; {escape(title(number))} Comments Feed" '
        f'href="{site.url}{path}feed/" /><meta property="og:site_name" content="{NAME}"></head>',
    )


def _list(site: Site, heading: str, shown: range, paths: list[str], page: int) -> str:
    main = "".join(
        f'<article class="post"><h2 class="entry-title"><a href="{site.url}{paths[n]}" rel="bookmark">{escape(title(n))}</a>'
        f"</h2><div><p>{escape(paragraphs(n)[0][:150])} [&hellip;]</p></div></article>"
        for n in shown
    )
    older = (
        f'<div class="nav-previous"><a href="{site.url}/?paged={page + 2}">Older posts</a></div>' if page < 2 else ""
    )
    return _frame(site, heading, f"<main>{main}{older}</main>", "home blog")


def _feeds(site: Site, paths: list[str]) -> None:
    items = "".join(
        f"""<item><title>{escape(title(n))}</title><link>{site.url}{paths[n]}</link>
<comments>{site.url}{paths[n]}#comments</comments><dc:creator><![CDATA[Anna Reed]]></dc:creator>
<pubDate>{rfc822(moment(n))}</pubDate><guid isPermaLink="false">{site.url}/?p={n}</guid>
<description><![CDATA[<p>{paragraphs(n)[0]}</p>]]></description></item>"""
        for n in range(10)
    )
    comments = "".join(
        f"""<item><title>Comment on {escape(title(n))} by Reader {n}</title><link>{site.url}{paths[n]}#comment-{n}1</link>
<pubDate>{rfc822(moment(n))}</pubDate></item>"""
        for n in range(10)
    )
    for path, inside in (("/feed/", items), ("/comments/feed/", comments)):
        rss = f"""
<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>{NAME}</title><link>{site.url}</link><language>en-GB</language>{inside}</channel></rss>"""
        site.page(path, rss, "application/rss+xml; charset=UTF-8")


def _sitemaps(site: Site, paths: list[str]) -> None:
    children = {
        "wp-sitemap-posts-post-1.xml": [(path, moment(n)) for n, path in enumerate(paths)],
        "wp-sitemap-posts-page-1.xml": [(path, None) for path in ("/about/", "/contact-us/", "/privacy-policy/")],
        "wp-sitemap-taxonomies-category-1.xml": [(f"/category/{slug(name)}/", None) for name in CATEGORIES],
        "wp-sitemap-users-1.xml": [("/author/anna/", None)],
    }
    listed = "".join(f"<sitemap><loc>{site.url}/{name}</loc></sitemap>" for name in children)
    site.page("/wp-sitemap.xml", f'<?xml version="1.0"?><sitemapindex xmlns="{_NS}">{listed}</sitemapindex>', XML)
    for name, entries in children.items():
        urls = "".join(
            f"<url><loc>{site.url}{path}</loc>{f'<lastmod>{when.isoformat()}</lastmod>' if when else ''}</url>"
            for path, when in entries
        )
        site.page(f"/{name}", f'<?xml version="1.0"?><urlset xmlns="{_NS}">{urls}</urlset>', XML)


_NS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def _lists(site: Site, paths: list[str]) -> None:
    prose = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(77))
    for path, heading in (("/about/", "About"), ("/contact-us/", "Contact us"), ("/privacy-policy/", "Privacy Policy")):
        site.other(path, _frame(site, heading, f"<article class='page'><h1>{heading}</h1>{prose}</article>", "page"))
    for name in CATEGORIES:
        site.other(f"/category/{slug(name)}/", _list(site, name, range(3, 13), paths, 2))
    for tag in _tags()[:2]:
        site.other(f"/tag/{slug(tag)}/", _list(site, tag, range(5, 12), paths, 2))
    for path in ("/author/anna/", f"/{moment(0):%Y/%m}/", "/?s=gate"):
        site.other(path, _list(site, "Archive", range(10), paths, 2))
    for day in sorted({f"/{moment(n):%Y/%m/%d}/" for n in range(POSTS)}):
        shown = [n for n, path in enumerate(paths) if path.startswith(day)]
        site.page(day, _list(site, "Day", range(shown[0], shown[-1] + 1), paths, 2))
    site.other("/wp-login.php", "<html><body><form id='loginform'><p>Username</p></form></body></html>")
