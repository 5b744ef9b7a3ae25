"""The headline out of the places that state one: each case is a cause, with the places as such a page has them."""

import pytest

from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from crawler.extraction.titles import SiteNames, choose_title, without_site

TITLE = "Mayor opens the new bridge"
SEARCHED = "Bridge opening: nine years in the making"
LONG = "Mayor opens the new bridge over the river in the rain"

NAMES = ["The Paper", "arden-times.example"]

CASES = {
    "all places agree": ([("json-ld", TITLE), ("og:title", TITLE)], [("h1", TITLE)], f"{TITLE} | The Paper", TITLE),
    "the site's name stands behind it": ([("og:title", f"{TITLE} - The Paper")], [], f"{TITLE} - The Paper", TITLE),
    "the site's name stands before it": ([], [], f"The Paper: news :: {TITLE}", TITLE),
    "a name of a site that nothing states": ([], [], f"{TITLE} » Bridge Information Agency", TITLE),
    "a name without spaces around it": ([], [], "市长为新桥剪彩并走过大桥_中外新闻_新浪网", "市长为新桥剪彩并走过大桥"),
    "a name that only the host spells out": (
        [("og:title", f"{TITLE} | Arden Times")], [], f"{TITLE} | Arden Times", TITLE,
    ),
    "the page's title is a name that the host spells out": ([], [("h1", TITLE)], "The Arden Times", TITLE),
    "the section behind it, which the page states": (
        [("og:title", f"{TITLE} | District")], [("h1", f"{TITLE} | District")], f"{TITLE} | District", TITLE,
    ),
    "the section behind it, in a script without spaces": (
        [("og:title", "시장이 새 다리를 열고 걸어서 건넜다-정치")],
        [],
        "시장이 새 다리를 열고 걸어서 건넜다-정치ㅣThe Paper",
        "시장이 새 다리를 열고 걸어서 건넜다",
    ),
    "a word that only looks like a section behind it": (
        [("og:title", "Mayors of the river towns meet for the first time-out")], [], "",
        "Mayors of the river towns meet for the first time-out",
    ),
    "a heading of a word or two beside a title of many": (
        [], [("h1", "Opened today")], "Mayor opens the new bridge today, nine years after it was opened to bids",
        "Mayor opens the new bridge today, nine years after it was opened to bids",
    ),
    "a label before the headline in its heading": (
        [], [("h1", f"Sponsored by {TITLE}")], f"{TITLE} - Health - Arden", TITLE,
    ),
    "a sentence before it in its heading is no label": (
        [], [("h1", f"Is it safe? {TITLE}")], f"{TITLE} - Health - Arden", f"Is it safe? {TITLE}",
    ),
    "a short headline in ideographs beside a longer name": (
        [], [], "市长为新桥剪彩并走过大桥 - The Northern Bridge Post", "市长为新桥剪彩并走过大桥",
    ),
    "a section behind what JSON-LD states": (
        [("json-ld", TITLE), ("og:title", f"{TITLE}-Politics | The Paper")], [], f"{TITLE}-Politics | The Paper", TITLE,
    ),
    "a social title, shorter than the heading": (
        [("json-ld", LONG), ("og:title", TITLE)], [("h1", LONG)], f"{LONG} | The Paper", LONG,
    ),
    "a search title in the page's data": (
        [("og:title", SEARCHED), ("twitter:title", SEARCHED)],
        [("h1", "The bridge that took nine years: an opening in the rain")],
        SEARCHED,
        "The bridge that took nine years: an opening in the rain",
    ),
    "a search title as the first heading": (
        [("json-ld", "Bridge: mayor opens crossing"), ("og:title", TITLE)],
        [("h1", "Bridge: mayor opens crossing"), ("h2", f"After nine years {TITLE}")],
        "Bridge: mayor opens crossing",
        TITLE,
    ),
    "the first heading is the site's name": (
        [("og:title", TITLE)], [("h1", "The Paper"), ("h1", TITLE)], TITLE, TITLE,
    ),
    "the first heading is that of a section": ([], [("h1", "News"), ("h2", "Topics")], f"{TITLE} | News", TITLE),
    "the first heading is of another kind": ([("og:title", TITLE)], [("h1", "Subscribe")], TITLE, TITLE),
    "the page's data agree against the heading": (
        [("json-ld", TITLE), ("og:title", TITLE), ("twitter:title", TITLE)], [("h1", "Opened: the new bridge")],
        f"{TITLE} | The Paper", TITLE,
    ),
    "entities that were escaped twice": (
        [("og:title", "Bridge &amp; tunnel &#8217;open&#8217;")], [], "", "Bridge & tunnel ’open’",
    ),
    "nothing but a heading": ([], [("h1", TITLE)], "", TITLE),
    "nothing at all": ([], [], "", None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_headline_is_found_where(case):
    stated, headings, page_title, expected = CASES[case]
    assert choose_title(stated, headings, page_title, NAMES, ["District", "정치", "out"]).value == expected


def test_a_dash_within_a_headline_is_no_sites_name():
    assert (
        without_site("Mayor opens bridge – and walks home", SiteNames(["The Paper"]))
        == "Mayor opens bridge – and walks home"
    )


def test_a_choice_says_where_it_is_from_and_what_the_others_say():
    stated = [("json-ld", LONG), ("og:title", TITLE)]
    chosen = choose_title(stated, [("h1", LONG)], f"{LONG} | The Paper", ["The Paper"])
    assert chosen.provenance() == {
        "from": "h1",
        "why": "the heading that another place states too",
        "confidence": "high",
        "same": ["json-ld", "title"],
        "others": {"og:title": TITLE},
    }


def test_the_headline_for_search_engines_does_not_lead_the_text(article_page, sentences):
    page = article_page(
        *sentences, title="Bridge: mayor opens crossing", head=f'<meta name="og:title" content="{TITLE}">'
    )
    page = page.replace(b"</h1>", f"</h1><h2>After nine years {TITLE}</h2>".encode())
    result = extract(page, "text/html", "https://paper.example/a-bridge", Rules())
    assert result["title"] == TITLE
    assert "Bridge: mayor opens crossing" not in result["text"]
