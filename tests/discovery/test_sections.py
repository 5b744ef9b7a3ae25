"""Section pages: what the pairs of files in sections/ do not show."""

from __future__ import annotations

import re
from datetime import date

import pytest

from crawler.discovery import sections
from crawler.discovery.pagination import archive_pages
from crawler.discovery.sections import parse_section
from crawler.discovery.shapes import likeness, shape_of

URL = "https://news.example/news/"
DEEP = "<a href='/1'>" * 3000
STORY = "<h2><a href='{0}'>A story with a title of some length</a></h2>"


def more(page: str, url: str = URL, **arguments: str) -> list[str]:
    """The further page that `page` leads to."""
    return parse_section(f"<html><body>{page}</body></html>", url, **arguments).more


def test_patterns_may_be_compiled_and_are_searched_for_anywhere() -> None:
    page = "".join(f"<a href='/{path}'>x</a>" for path in ("Story/1", "story/2", "video/story/3"))
    found = parse_section(
        page, URL, include=[re.compile("/STORY/", re.IGNORECASE)], exclude=[re.compile("^https://[^/]+/video/")]
    )
    assert [link.url for link in found.links] == ["https://news.example/Story/1", "https://news.example/story/2"]


def test_text_and_bytes_give_the_same() -> None:
    page = "<html><body>" + STORY.format("/2024/05/01/größe-ist-nicht-alles")
    assert parse_section(page, URL) == parse_section(page.encode(), URL)


def test_links_to_other_hosts_are_no_articles_of_this_site() -> None:
    page = "".join(
        STORY.format(f"https://{host}/2024/05/01/a-story")
        for host in ("www.news.example", "m.news.example", "x.example")
    )
    assert [link.url for link in parse_section(page, URL).links] == ["https://www.news.example/2024/05/01/a-story"]
    assert len(parse_section(page, URL, hosts=["m.news.example", "www.x.example"]).links) == 3


def test_a_date_beside_another_link_is_not_taken() -> None:
    items = "".join(f"<li>{STORY.format(f'/2024/05/0{n}/a-story')}</li>" for n in (1, 2))
    found = parse_section(f"<ul>{items}<li><time datetime='2024-05-09'>x</time></li></ul>", URL)
    assert [link.published for link in found.links] == [None, None]


def test_a_page_of_too_many_links_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "MAX_ANCHORS", 700)
    page = "<div class=x>" * 100 + "".join(f"<a href='/2024/05/01/story-number-{n}-of'>x</a>" for n in range(2000))
    assert len(parse_section(page, URL, include=["story"]).links) == 700


@pytest.mark.parametrize(
    "page", ["<a", "<a href=", "</a></div>", "<" * 1000, "\0", "&#0;<a href='&#0;'>x", "<a href='/1'>" * 3000]
)
def test_broken_markup_gives_no_error(page: str) -> None:
    parse_section(page, URL)
    parse_section(page.encode(), URL, include=["."])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Next",
            "Next page »",
            "Older posts",
            "« Older Posts",
            "← Older",
            "›",
            "Weiter",
            "Ältere Beiträge",
            "Suivant ›",
        ),
        *("Suivant ›", "Page suivante", "Siguiente", "Próxima página", "Avanti", "Volgende", "Далее", "Наступна"),
        *("Следующая →", "Następna", "Sonraki", "Επόμενη", "التالي", "下一页", "次のページ", "다음", "NEXT"),
    ],
)
def test_the_next_page_is_found_by_its_words(text: str) -> None:
    assert more(f"<a href='/news/?o=0'>Previous</a><a href='?o=20'><span>{text}</span></a>") == [f"{URL}?o=20"]


@pytest.mark.parametrize(
    "text",
    ["Previous", "«", "‹ Zurück", "Next week's weather", "Neueste Beiträge", "Newer posts", "上一页", "Nextel", "1"],
)
def test_other_words_lead_to_no_next_page(text: str) -> None:
    assert more(f"<a href='?o=20'>{text}</a>") == []


@pytest.mark.parametrize(
    ("url", "links", "expected"),
    [
        ("/news/", "/news/page/2/ /news/page/9/", "/news/page/2/"),
        ("/news/page/2/", "/news/ /news/page/1/ /news/page/3/", "/news/page/3/"),
        ("/news", "/news?page=2 /sport?page=2", "/news?page=2"),
        ("/news?page=9&x=1", "/news?x=1&page=8 /news?x=1&page=10", "/news?x=1&page=10"),
        ("/news", "/news/seite-2", "/news/seite-2"),
        ("/news/page/3/", "/news/page/1/ /news/page/2/", None),
        ("/news", "/sport/page/2", None),
    ],
)
def test_the_next_page_is_found_by_its_number(url: str, links: str, expected: str | None) -> None:
    page = "".join(f"<a href='{link}'>{number}</a>" for number, link in enumerate(links.split()))
    assert more(page, f"https://news.example{url}") == ([f"https://news.example{expected}"] if expected else [])


def test_marks_count_more_than_words_and_words_more_than_numbers() -> None:
    page = "<a href='/news/page/2'>2</a><a href='/w'>Next</a><p class=pager><b class='next'><a href='/m'>x</a>"
    assert more(page) == ["https://news.example/m"]
    assert more(page.replace("class='next'", "")) == ["https://news.example/w"]
    assert more(page.replace("class='next'", "").replace("Next", "x")) == ["https://news.example/news/page/2"]


def test_a_selector_of_the_source_counts_alone() -> None:
    page = "<a rel=next href='/n'>Next</a><a class=older href='/o'>x</a><i data-next='/d'></i>"
    assert more(page, next_page="a.older") == ["https://news.example/o"]
    assert more(page, next_page="//i/@data-next") == ["https://news.example/d"]
    assert more(page, next_page="a.nothing") == []


def test_archive_pages_come_by_day_the_newest_first() -> None:
    assert archive_pages(["https://e.org/{year}/{month:02}/{day:02}/"], date(2017, 6, 30), date(2017, 7, 1)) == [
        "https://e.org/2017/07/01/",
        "https://e.org/2017/06/30/",
    ]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (
            "https://e.org/{year}/{month}/",
            ["https://e.org/2018/1/", "https://e.org/2017/12/", "https://e.org/2017/11/"],
        ),
        ("https://e.org/{year}", ["https://e.org/2018", "https://e.org/2017"]),
        ("https://e.org/{date:%y%m}", ["https://e.org/1801", "https://e.org/1712", "https://e.org/1711"]),
    ],
)
def test_archive_pages_have_the_steps_that_their_template_names(template: str, expected: list[str]) -> None:
    assert archive_pages([template], date(2017, 11, 20), date(2018, 1, 10)) == expected


def test_no_archive_pages_for_a_window_that_is_none() -> None:
    assert archive_pages(["https://e.org/{year}"], date(2018, 1, 2), date(2018, 1, 1)) == []


ARTICLES = """
https://blog.example/2017/07/12/mayors-plan-the-river/
https://news.example/world/2024/may/03/some-long-story-about-things
https://news.example/news/articles/c1vn0x2qj1yo
https://news.example/news/world-europe-61234567
https://news.example/tr/gundem/uzun-haber-basligi/3212345
https://news.example/notizie/mondo/2024/05/03/titolo_0a1b2c3d-1234-1234-1234-0a1b2c3d4e5f.html
https://news.example/articles/ASS5231F1S52UHBI00AM.html
https://news.example/internacional/2024-05-03/un-titular-bastante-largo.html
https://news.example/politics/562998712/enas-titlos-arthrou/
https://news.example/feature/2024/05/03/zagolovok
http://world.news.example/n1/2024/0503/c1002-40228736.html
https://news.example/20240503/some-title-1118234567.html
https://news.example/view/AKR20240503012345001
https://news.example/?p=1234
https://news.example/article.php?id=77
https://news.example/mayor-resigns-after-long-dispute
https://news.example/%D8%A7%D9%84%D8%B9%D9%86%D9%88%D8%A7%D9%86-%D8%A7%D9%84%D8%B7%D9%88%D9%8A%D9%84-%D9%84%D9%84%D8%AE%D8%A8%D8%B1
https://news.example/新闻标题很长的一篇文章
https://news.example/2024/05/03/politics/story-name/index.html
https://news.example/12345678
https://news.example/archives/1234567.html
https://news.example/world/us/headline-of-story/articleshow/109812345.cms
""".split()
OTHERS = """
https://news.example/
https://news.example/politics/
https://news.example/world/europe
https://news.example/world/index.html
https://news.example/tag/some-long-tag-name-here
https://news.example/author/jane-doe-the-reporter
https://news.example/2024/05/03/
https://news.example/2024/
https://news.example/page/2/
https://news.example/news?page=2
https://news.example/privacy-policy
https://news.example/?s=foo
https://news.example/login?redirect_to=/2024/05/03/x
https://news.example/topics/climate-change-and-energy
https://news.example/report-of-the-year-2024.pdf
https://news.example/category/news/2024
https://news.example/2024/05/03/a-story/amp/
https://news.example/middle-east
""".split()


@pytest.mark.parametrize("url", ARTICLES)
def test_an_article_is_known_by_the_shape_of_its_url(url: str) -> None:
    assert likeness(url) >= 2


@pytest.mark.parametrize("url", OTHERS)
def test_other_pages_are_known_by_the_shape_of_their_url(url: str) -> None:
    assert likeness(url) <= 0


def test_urls_of_one_kind_share_a_template() -> None:
    kinds = {
        shape_of(f"https://e.org/{path}").template
        for path in ("2024/05/03/one-two-three", "2017/12/31/four-five-six-seven")
    }
    assert kinds == {("year", "month", "day", "slug", "", "")}
