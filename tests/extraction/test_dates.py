"""Dates as pages state and show them: each case is a way to write one, or something that must not become one."""

import pytest

from crawler.extraction.dates import read_date
from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules

URL = "https://paper.example/a-bridge"

WRITTEN = {
    "2026-11-22T14:05:00+03:00": "2026-11-22T14:05:00+03:00",
    "2026-11-22 14:05": "2026-11-22T14:05:00",
    "2026年11月22日": "2026-11-22",
    "2026年11月22日 14時05分": "2026-11-22T14:05:00",
    "令和8年11月22日": "2026-11-22",
    "2026년 11월 22일 오후 3:05": "2026-11-22T15:05:00",
    "2026.11.22": "2026-11-22",
    "22 พฤศจิกายน 2569": "2026-11-22",
    "۱۴۰۵/۰۹/۰۱": "2026-11-22",
    "۱ آذر ۱۴۰۵": "2026-11-22",
    "1405-09-01T10:00:00+03:30": "2026-11-22T10:00:00+03:30",
    "٢٢ نوفمبر ٢٠٢٦": "2026-11-22",
    "22 ноября 2026, 14:05": "2026-11-22T14:05:00",
    "12 липня 2017": "2017-07-12",
    "22 Νοεμβρίου 2026": "2026-11-22",
    "22 listopada 2026": "2026-11-22",
    "22. November 2026": "2026-11-22",
    "22 de noviembre de 2026": "2026-11-22",
    "7 août 2024 à 17h30": "2024-08-07T17:30:00",
    "November 22nd, 2026 3:05 pm": "2026-11-22T15:05:00",
    "3 Kasım 2026": "2026-11-03",
    "5. července 2026": "2026-07-05",
    "22.11.2026 14:05": "2026-11-22T14:05:00",
    "22/11/2026": "2026-11-22",
    "11/22/2026": "2026-11-22",
    "05/06/2026": None,
    "il y a 2 heures": None,
    "2 hours ago": None,
    "昨天 14:05": None,
    "31 февраля 2026": None,
    "1405-13-01": None,
    "12 people in 2026": None,
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_date_as_it_is_written(text):
    date = read_date(text)
    assert (date.iso if date else None) == WRITTEN[text]


def test_a_time_without_a_zone_is_in_the_zone_of_the_source():
    assert read_date("22 ноября 2026, 14:05", "Europe/Moscow").iso == "2026-11-22T14:05:00+03:00"


SHOWN = {
    "meta with itemprop": ('<meta itemprop="datePublished" content="2026-11-22">', "", "2026-11-22"),
    "text with itemprop": ("", '<span itemprop="datePublished">22 November 2026</span>', "2026-11-22"),
    "a time marked as that of publication, behind another": (
        "",
        '<time datetime="2013-06-21">Then</time> <time datetime="2026-11-22T09:00:00Z" pubdate>Now</time>',
        "2026-11-22T09:00:00+00:00",
    ),
    "text by the headline": ("", '<div class="meta"><span>22 ноября 2026, 14:05</span></div>', "2026-11-22T14:05:00"),
    "the date of a change beside it": (
        "", "<div><i>Updated: 23 November 2026</i> <i>Published: 22 November 2026</i></div>", "2026-11-22",
    ),
    "a change and nothing else": ("", "<div>Zaktualizowano 22 listopada 2026</div>", "2026-11-22"),
    "how long ago": ("", "<div class='date'>2 hours ago</div>", None),
}  # fmt: skip


@pytest.mark.parametrize("case", SHOWN)
def test_publication_is_found_where(case, article_page, sentences):
    head, shown, expected = SHOWN[case]
    long = " ".join(sentences)
    page = article_page(long, *sentences, head=head).replace(b"</h1>", f"</h1>{shown}".encode())
    assert extract(page, "text/html", URL, Rules())["published"] == expected


def test_a_change_is_told_from_publication(article_page, sentences):
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A bridge is opened",'
        ' "datePublished": "2026-11-22T10:00:00Z", "dateModified": "2026-11-23T11:00:00Z"}</script>'
    )
    result = extract(article_page(*sentences, head=head), "text/html", URL, Rules())
    assert (result["published"], result["modified"]) == ("2026-11-22T10:00:00+00:00", "2026-11-23T11:00:00+00:00")
