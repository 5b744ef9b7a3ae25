"""The static view of a page: what leads where, and what is left out."""

from __future__ import annotations

import pytest

from crawler.replay.rewrite import Rewriter

REWRITER = Rewriter(
    "https://example.org/a/page.html", embed=lambda url, kind: f"/E{kind}/{url}", link=lambda url: f"/L/{url}"
)


def html(page: str, content_type: str = "text/html", rewriter: Rewriter = REWRITER, charset: str = "utf-8") -> str:
    return rewriter.html(page.encode(charset), content_type).decode()


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="x.png">', '<img src="/Eim_/https://example.org/a/x.png">'),
        ('<img src="//cdn.org/x.png">', '<img src="/Eim_/https://cdn.org/x.png">'),
        ('<img src="data:image/png;base64,AA">', '<img src="data:image/png;base64,AA">'),
        ('<img src="p.gif" data-src="/x.png">', 'src="/Eim_/https://example.org/x.png"'),
        ('<img data-src="/x.png" loading="lazy">', 'src="/Eim_/https://example.org/x.png"'),
        ('<img src="data:," data-src="/x.png">', 'src="/Eim_/https://example.org/x.png"'),
        ('<img srcset="a.png 1x, b.png?c=1,2 2x">', "a/a.png 1x, /Eim_/https://example.org/a/b.png?c=1,2 2x"),
        ('<a href="b.html?x=1&amp;y=2#z">b</a>', 'href="/L/https://example.org/a/b.html?x=1&amp;y=2#z" target="_top"'),
        ('<a href="#top">b</a>', '<a href="#top">b</a>'),
        ('<a href="mailto:x@y.org">b</a>', 'href="mailto:x@y.org"'),
        ('<a href=" java\tscript:alert(1)">b</a>', "<a>b</a>"),
        ('<a href="vbscript:x">b</a>', "<a>b</a>"),
        ('<a href="http://[broken">b</a>', "<a>b</a>"),
        ('<a href="x.html" target="main">b</a>', 'href="/Efr_/https://example.org/a/x.html" target="main"'),
        ('<link rel="stylesheet" href="s.css" integrity="x">', 'href="/Ecs_/https://example.org/a/s.css">'),
        ('<iframe src="/f" srcdoc="x" sandbox></iframe>', '<iframe src="/Efr_/https://example.org/f"></iframe>'),
        ('<p style="background: url(&quot;i.png&quot;)">', 'url("/Eoe_/https://example.org/a/i.png")'),
        (
            "<style>@import 's.css'; p { background: url( i.png ) }</style>",
            '@import "/Ecs_/https://example.org/a/s.css"',
        ),
        ("<noscript><img src=n.png></noscript>", '<img src="/Eim_/https://example.org/a/n.png">'),
        ('<svg><image href="i.svg"/></svg>', 'href="/Eim_/https://example.org/a/i.svg"'),
        ('<body background="b.gif">x', 'background="/Eim_/https://example.org/a/b.gif"'),
        ('<form action="/send"><button formaction="/x">', '<form action=""><button formaction="">'),
        ('<base href="/other/"><img src="x.png">', 'src="/Eim_/https://example.org/other/x.png"'),
        ('<video src="v.mp4" poster="p.jpg">', 'src="/Eoe_/https://example.org/a/v.mp4"'),
    ],
)
def test_addresses_lead_into_the_archive(markup: str, expected: str) -> None:
    """Each kind of address is resolved as the browser would and led to the archive, or left where it is harmless."""
    assert expected in html(markup)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)" ONLOAD="alert(1)">x</p>',
        '<svg><a xlink:href="javascript:alert(1)">x</a><script>alert(1)</script></svg>',
        '<object data="alert"></object><embed src="alert"><applet code="alert"></applet>',
        '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
        '<meta http-equiv="Content-Security-Policy" content="alert">',
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        '<link rel="preload" href="alert"><link rel="import" href="alert">',
        "<template><script>alert(1)</script></template>",
        '<a ping="alert" href="x">x</a>',
    ],
)
def test_nothing_that_runs_is_left(markup: str) -> None:
    """Scripts, handlers, plug-ins, refreshes and inner documents are gone."""
    assert "alert" not in html(f"<p>before</p>{markup}<p>after</p>")
    assert "after" in html(f"<p>before</p>{markup}<p>after</p>")


@pytest.mark.parametrize(
    ("charset", "content_type", "meta"),
    [
        ("windows-1251", "text/html; charset=windows-1251", ""),
        ("windows-1251", "text/html", "<meta charset=windows-1251>"),
        ("koi8-r", "text/html", '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'),
        ("utf-8", "text/html", ""),
        ("utf-16", "text/html", ""),
    ],
)
def test_the_charset_is_that_of_the_page(charset: str, content_type: str, meta: str) -> None:
    """Header, meta and byte order mark are heeded; what comes out is UTF-8 and says so."""
    page = html(f"<head>{meta}</head><p>Новости</p>", content_type, charset=charset)
    assert "Новости" in page
    assert page.count("charset") == 1
    assert '<meta charset="utf-8">' in page


def test_a_page_in_a_frame_keeps_its_links_in_the_frame() -> None:
    """Links without a target stay in the frame; those to the top leave it."""
    framed = Rewriter("https://example.org/", REWRITER.embed, REWRITER.link, in_frame=True)
    assert 'href="/Efr_/https://example.org/x"' in html('<a href="x">x</a>', rewriter=framed)
    assert 'href="/L/https://example.org/x"' in html('<a href="x" target="_parent">x</a>', rewriter=framed)


def test_the_doctype_decides_how_the_page_looks_and_stays() -> None:
    """A page in quirks mode stays in quirks mode."""
    assert html("<!doctype html><p>x").lower().startswith("<!doctype html>")
    assert "<!doctype" not in html("<p>x").lower()


def test_a_lazy_image_is_shown_once() -> None:
    """The placeholder goes where the page holds the image itself for browsers without scripts."""
    page = html('<img class=lazy src=blank.png data-src=x.png><noscript><img src=x.png alt="the one"></noscript>')
    assert page.count("<img") == 1
    assert 'alt="the one"' in page


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- only a comment -->", b"\x00\x01\xff", b"<" * 5000])
def test_what_is_hardly_html_gives_a_page(body: bytes) -> None:
    """Broken input is no error."""
    assert b"meta charset" in REWRITER.html(body, "text/html")


def test_a_style_sheet_is_rewritten_in_its_own_charset() -> None:
    """@charset is heeded and goes; url() and @import are led into the archive."""
    sheet = '@charset "windows-1251"; @import url("x.css"); p { content: "Я"; src: url(f.woff), url(data:,) }'
    out = REWRITER.css(sheet.encode("cp1251"), "text/css").decode()
    assert '"Я"' in out
    assert "@charset" not in out
    assert 'url("/Eoe_/https://example.org/a/x.css")' in out
    assert 'url("/Eoe_/https://example.org/a/f.woff"), url("data:,")' in out
