"""What a page needs to look as it did is found where browsers and lazy-loading scripts look."""

import pytest

from crawler.discovery.requisites import MOST, page_requisites, style_requisites

PAGE = "https://gazette.example/2026/03/04/bridge/"


def of_page(markup: str) -> list[tuple[str, str]]:
    found = page_requisites(f"<html><body>{markup}</body></html>", PAGE)
    return [(requisite.url.removeprefix("https://gazette.example"), requisite.kind) for requisite in found]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="/a.jpg">', [("/a.jpg", "image")]),
        ('<img src="b.jpg#x">', [("/2026/03/04/bridge/b.jpg", "image")]),
        ('<img src="//cdn.example/c.jpg">', [("https://cdn.example/c.jpg", "image")]),
        (
            '<img srcset="/s.jpg 1x, /m.jpg 2x,/l,w_80.jpg 640w">',
            [("/s.jpg", "image"), ("/m.jpg", "image"), ("/l,w_80.jpg", "image")],
        ),
        (
            '<picture><source srcset="/w.webp" type="image/webp"><img src="/w.jpg"></picture>',
            [("/w.webp", "image"), ("/w.jpg", "image")],
        ),
        ('<img src="data:image/gif;base64,R0" data-src="/lazy.jpg">', [("/lazy.jpg", "image")]),
        ('<img data-srcset="/l1.jpg 1x, /l2.jpg 2x">', [("/l1.jpg", "image"), ("/l2.jpg", "image")]),
        ('<noscript><img src="/plain.jpg"></noscript>', [("/plain.jpg", "image")]),
        ('<div style="background: url(/bg.png)"></div>', [("/bg.png", "image")]),
        (
            "<style>@import '/i.css'; p { background: url( \"/b.png\" ) }</style>",
            [("/i.css", "style"), ("/b.png", "image")],
        ),
        ('<link rel="stylesheet" href="/s.css">', [("/s.css", "style")]),
        ('<link rel="alternate stylesheet" href="/dark.css">', [("/dark.css", "style")]),
        ('<link rel="SHORTCUT ICON" href="/f.ico">', [("/f.ico", "image")]),
        ('<link rel="preload" as="font" href="/f.woff2">', [("/f.woff2", "font")]),
        ('<link rel="modulepreload" href="/m.js">', [("/m.js", "script")]),
        ('<link rel="canonical" href="/other">', []),
        ('<script src="/s.js"></script><script>var a = "/not.js"</script>', [("/s.js", "script")]),
        ('<video poster="/p.jpg"><source src="/film.mp4"></video>', [("/p.jpg", "image")]),
        ('<svg><image xlink:href="/v.png"/><use href="#here"/></svg>', [("/v.png", "image")]),
        ('<base href="https://cdn.example/x/"><img src="y.png">', [("https://cdn.example/x/y.png", "image")]),
        ('<img src="/a.jpg"><img src="/a.jpg#2">', [("/a.jpg", "image")]),
        ('<img src="javascript:alert(1)"><img src="blob:x"><img src=""><img src="http://[">', []),
    ],
)
def test_requisites_of_a_page(markup: str, expected: list[tuple[str, str]]) -> None:
    assert of_page(markup) == expected


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ('@import url("a.css"); @import "b.css" screen;', [("a.css", "style"), ("b.css", "style")]),
        (
            "@font-face { src: url(f.woff2) format('woff2'), url('f.ttf?v=1') }",
            [("f.woff2", "font"), ("f.ttf?v=1", "font")],
        ),
        ("p { background: url( 'a b.png' ), url(../c.png) }", [("a%20b.png", "image"), ("../c.png", "image")]),
        ("/* url(no.png) */ p { mask: url(#m); background: url(data:image/png;base64,AA) }", []),
        ("broken { url( ", []),
    ],
)
def test_requisites_of_a_style_sheet(css: str, expected: list[tuple[str, str]]) -> None:
    found = [(requisite.url, requisite.kind) for requisite in style_requisites(css, "https://cdn.example/css/site.css")]
    base = "https://cdn.example/css/"
    assert found == [
        ("https://cdn.example/" + url[3:] if url.startswith("../") else base + url, kind) for url, kind in expected
    ]


@pytest.mark.parametrize("markup", ["", "   ", "\x00", "<", "not markup at all", "<!-- -->"])
def test_a_page_that_is_none_needs_nothing(markup: str) -> None:
    assert page_requisites(markup, PAGE) == []


def test_a_page_that_names_without_end_is_bounded() -> None:
    assert len(page_requisites("".join(f"<img src=/{n}.png>" for n in range(MOST * 2)), PAGE)) == MOST


@pytest.mark.parametrize("end", ["</body></html>", "</HTML >", "</html><html><body>", "\0", "</frameset></html>"])
def test_what_stands_behind_the_end_of_a_page_is_seen_as_browsers_see_it(end: str) -> None:
    found = page_requisites(f'<html><body><img src="/a.png">{end}<img src="/b.png"></body></html>', PAGE)
    assert [requisite.url for requisite in found] == [f"https://gazette.example/{name}.png" for name in "ab"]
