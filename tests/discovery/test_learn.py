"""Article patterns learnt on sites of many shapes: nine articles in ten found, no other page kept."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from crawler.discovery.learn import Patterns, learn_patterns

WORDS = (
    "mayor river bridge school budget talks storm coast ports bread prices cinema garden prize council vote night "
    "winter train strike court judge doctor village island harbour market festival museum engine forest record flood"
).split()
ARABIC = "مجلس المدينة يوافق على الميزانية الجديدة أمطار غزيرة تغلق الطرق في الشمال افتتاح مكتبة وسط".split()
CHINESE = "市议会通过新的预算方案大雨导致北部道路封闭新图书馆在中心开馆旧居对外放"
SECTIONS = ("politics", "world", "sport", "business", "culture", "science", "local", "opinion")
FURNITURE = (
    "/ /about-us /contact /privacy-policy /login /subscribe /search?q=x /page/2/ /tag/climate-change-and-energy "
    "/author/jane-doe-the-reporter /category/local-politics-and-more /newsletters/the-morning-briefing /terms-of-use"
).split()
UNSEEN = (
    "/tag/another-tag-with-some-words /author/john-roe /category/other /page/7/ /search?q=abc-def-ghi /help "
    "/tags/one-two-three /user/some-reader-with-a-name"
).split()


@dataclass(frozen=True)
class Site:
    """How a site writes its articles, and what else it has."""

    article: Callable[[random.Random], str]
    others: tuple[str, ...] = ()
    host: str = "https://www.news.example"


def slug(chance: random.Random, least: int = 4, most: int = 9) -> str:
    return "-".join(chance.choices(WORDS, k=chance.randint(least, most)))


def day(chance: random.Random, form: str) -> str:
    return form.format(y=chance.randint(2012, 2024), m=chance.randint(1, 12), d=chance.randint(1, 28))


def section(chance: random.Random) -> str:
    return chance.choice(SECTIONS)


def code(chance: random.Random, letters: str, length: int) -> str:
    return "".join(chance.choices(letters, k=length))


def number(chance: random.Random, digits: int) -> str:
    return str(chance.randint(10 ** (digits - 1), 10**digits - 1))


def uuid(chance: random.Random) -> str:
    return "-".join(code(chance, "0123456789abcdef", length) for length in (8, 4, 4, 4, 12))


def arabic(chance: random.Random) -> str:
    return quote("-".join(chance.choices(ARABIC, k=6)))


LISTS = tuple(f"/{name}/" for name in SECTIONS)
TAG = f"/tag/{quote(ARABIC[0])}"
SITES = {
    "wordpress-days": Site(lambda c: f"/{day(c, '{y}/{m:02}/{d:02}')}/{slug(c, 1)}/", ("/2024/05/", "/2024/05/03/")),
    "wordpress-months": Site(lambda c: f"/{day(c, '{y}/{m:02}')}/{slug(c, 2)}/", ("/2024/05/", "/about/")),
    "wordpress-names": Site(lambda c: f"/{slug(c)}/", ("/our-team/", "/shop/", "/latest-news/", "/photo-gallery/")),
    "wordpress-numbers": Site(lambda c: f"/archives/{number(c, 5)}", ("/archives/", "/archives/2024/")),
    "section-slug": Site(lambda c: f"/{section(c)}/{slug(c)}", (*LISTS, "/local/town-hall", "/games/daily-quiz")),
    "sections-in-sections": Site(
        lambda c: f"/{section(c)}/{c.choice(['', 'europe/', 'asia/', 'africa/north/'])}{slug(c)}",
        (*LISTS, "/world/europe/", "/world/africa/north/"),
    ),
    "section-slug-number": Site(
        lambda c: f"/{section(c)}/{slug(c)}-{number(c, 8)}",
        (*LISTS, "/games/daily-crossword-puzzle", "/live/all-the-goals-of-the-day", "/sport/league-table-and-results"),
    ),
    "number-slug": Site(lambda c: f"/news/{number(c, 6)}-{slug(c)}/", ("/news/", "/news/world-news/")),
    "section-number-slug": Site(lambda c: f"/{section(c)}/{number(c, 9)}/{slug(c)}/", LISTS),
    "slug-then-number": Site(
        lambda c: f"/en/{section(c)}/{slug(c)}/{number(c, 7)}", ("/en", "/en/world", "/en/pg/photo-gallery")
    ),
    "codes": Site(
        lambda c: f"/news/articles/c{code(c, 'abcdefghij0123456789', 11)}",
        ("/news/", "/news/world", "/sport/football", "/news/topics/c1vn0x2qj1yo"),
    ),
    "agency-codes": Site(lambda c: f"/view/AKR{day(c, '{y}{m:02}{d:02}')}{number(c, 9)}", ("/view/", "/economy/all")),
    "uuids": Site(lambda c: f"/{section(c)}/{slug(c)}-a-{uuid(c)}", (*LISTS, "/thema/some-long-topic-name/")),
    "month-names": Site(
        lambda c: f"/{section(c)}/{day(c, '{y}')}/{c.choice(['jan', 'may'])}/{day(c, '{d:02}')}/{slug(c)}",
        (*LISTS, "/world/2024/may/03/all"),
    ),
    "day-in-one-segment": Site(
        lambda c: f"/{section(c)}/{day(c, '{y}-{m:02}-{d:02}')}/{slug(c)}.html", (*LISTS, "/hemeroteca/2024-05-03/")
    ),
    "day-and-number": Site(
        lambda c: f"/{day(c, '{y}{m:02}{d:02}')}/{slug(c)}-{number(c, 10)}.html", ("/20240503/", "/category_news/")
    ),
    "query-ids": Site(
        lambda c: f"/article.php?id={number(c, 4)}", ("/index.php?cat=3", "/contact.php", "/news.php?page=2")
    ),
    "query-among-others": Site(
        lambda c: f"/index.php?option=com_content&view=article&id={number(c, 5)}&Itemid=5",
        ("/index.php?option=com_search", "/index.php?option=com_contact"),
    ),
    "plain-query": Site(lambda c: f"/?p={number(c, 5)}", ("/?cat=3", "/?m=202405", "/?author=1")),
    "arabic-dated": Site(lambda c: f"/news/{day(c, '{y}/{m}/{d}')}/{arabic(c)}", (TAG, "/news/", "/programs/")),
    "arabic-slugs": Site(lambda c: f"/{section(c)}/{arabic(c)}", (*LISTS, TAG)),
    "chinese-files": Site(
        lambda c: f"/n1/{day(c, '{y}/{m:02}{d:02}')}/c{number(c, 4)}-{number(c, 8)}.html",
        ("/GB/1024/index.html", "/n1/"),
    ),
    "chinese-slugs": Site(lambda c: f"/{section(c)}/{quote(code(c, CHINESE, c.randint(9, 14)))}", LISTS),
    "numbers": Site(lambda c: f"/news/{number(c, 7)}", ("/news/", "/tags/12345", "/authors/123456")),
    "old-files": Site(
        lambda c: f"/news/{day(c, '{y}/{m}')}/story{number(c, 4)}.htm", ("/news/", "/contact.htm", "/links.htm")
    ),
    "index-pages": Site(
        lambda c: f"/{day(c, '{y}/{m:02}/{d:02}')}/{section(c)}/{slug(c)}/index.html", (*LISTS, "/world/index.html")
    ),
    "subdomains": Site(
        lambda c: f"//{section(c)}.news.example/{day(c, '{y}/{m:02}')}/{slug(c)}.html",
        ("//world.news.example/", "//sport.news.example/live/"),
    ),
    "port": Site(lambda c: f"/{day(c, '{y}/{m:02}/{d:02}')}/{slug(c)}", (), "http://127.0.0.1:8000"),
}


def absolute(site: Site, path: str) -> str:
    return f"https:{path}" if path.startswith("//") else site.host + path


def learnt(site: Site, chance: random.Random, listed: int = 60) -> tuple[Patterns, list[str]]:
    """What is learnt from a feed, a sitemap with some pages in it, and a front page; and the articles it linked to."""
    sitemap = [site.article(chance) for _ in range(listed)] + ["/", "/about-us", "/contact", *site.others[:1]]
    front = [site.article(chance) for _ in range(20)]
    links = [*front, *sitemap[:10], *FURNITURE, *site.others]
    chance.shuffle(links)
    return learn_patterns([absolute(site, path) for path in sitemap], [absolute(site, path) for path in links]), front


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("listed", [12, 60])
def test_nine_articles_in_ten_are_found_and_no_other_page_is_kept(name: str, listed: int) -> None:
    site, chance = SITES[name], random.Random(name)
    patterns, front = learnt(site, chance, listed)
    new = [absolute(site, site.article(chance)) for _ in range(300)]
    found = [url for url in (*new, *(absolute(site, path) for path in front)) if patterns.match(url)]
    assert len(found) >= 0.9 * (len(new) + len(front)), patterns
    kept = [path for path in (*FURNITURE, *UNSEEN, *site.others) if patterns.match(absolute(site, path))]
    assert kept == [], patterns


@pytest.mark.parametrize("name", SITES)
def test_patterns_can_be_read_by_people(name: str) -> None:
    """One or two patterns, anchored at the host, none a list of the examples."""
    patterns, _ = learnt(SITES[name], random.Random(name))
    assert 1 <= len(patterns.include) <= 2
    assert all(pattern.startswith("^https?://") and len(pattern) < 140 for pattern in patterns.include)
    assert all(re.compile(pattern) for pattern in (*patterns.include, *patterns.exclude))
    assert len(patterns.evidence) == len(patterns.include) + len(patterns.exclude)
    assert patterns.coverage >= 0.9


def test_articles_on_other_hosts_are_told() -> None:
    own = [f"https://news.example/2024/05/0{n}/a-story-of-the-day" for n in range(1, 8)]
    blog = [f"https://blog.other.example/post/{n}2345-some-thoughts-on-this" for n in range(1, 8)]
    assert learn_patterns(own + blog, []).hosts == ("blog.other.example",)
    many = [
        f"https://{name}.other.example/post/{n}2345-some-thoughts" for n, name in enumerate(["a1", "b2", "c3", "d4"])
    ]
    assert learn_patterns(own + many * 2, []).hosts == ("*.other.example",)


@pytest.mark.parametrize("articles", [[], ["https://news.example/"], ["https://news.example/tag/x", "not a URL"]])
def test_nothing_is_learnt_from_nothing(articles: list[str]) -> None:
    patterns = learn_patterns(articles, ["https://news.example/2024/05/03/a-story-of-the-day"])
    assert (patterns.include, patterns.coverage) == ((), 0.0)
    assert patterns.evidence == ("no listed URL looks like an article",)


def test_a_page_among_the_articles_is_excluded_by_its_address() -> None:
    stories = [f"https://news.example/news/{slug(random.Random(n))}" for n in range(30)]
    patterns = learn_patterns(stories, ["https://news.example/news/breaking-news", "https://news.example/news/a-b-c-d"])
    assert not patterns.match("https://news.example/news/breaking-news")
    assert patterns.coverage == 1.0


def test_sections_without_articles_are_excluded_by_name() -> None:
    stories = [f"https://news.example/{section(random.Random(n))}/{n % 7}-{n}" for n in range(40)]
    patterns = learn_patterns(stories, ["https://news.example/people/1-2", "https://news.example/world"])
    assert patterns.exclude[-1:] == (r"^https?://(www\.)?news\.example/(people)/",)


def test_learning_is_the_same_each_time() -> None:
    site = SITES["section-slug"]
    assert learnt(site, random.Random(1)) == learnt(site, random.Random(1))


def test_exclusions_hold_on_a_port_of_its_own() -> None:
    stories = [f"http://127.0.0.1:8000/{section(random.Random(n))}/{n % 7}-{n}" for n in range(40)]
    patterns = learn_patterns(stories, ["http://127.0.0.1:8000/people/1-2"])
    assert patterns.match(stories[0])
    assert not patterns.match("http://127.0.0.1:8000/people/3-4")


def test_what_the_menu_holds_is_no_article_though_it_is_shaped_like_one() -> None:
    stories = [f"https://news.example/{slug(random.Random(n))}-{n}" for n in range(30)]
    about = "https://news.example/all-about-our-long-and-winding-story-today"
    assert learn_patterns(stories, []).match(about)
    assert not learn_patterns(stories, [], [about]).match(about)
    assert learn_patterns([*stories, about], [], [about]).match(about), "a feed lists it: it is one all the same"


def test_sections_in_other_scripts_are_excluded_as_they_are_written() -> None:
    stories = [f"https://news.example/{quote('ελλάδα')}/{quote('μια-είδηση-της-ημέρας')}-{n}" for n in range(20)]
    tag = f"https://news.example/{quote('ετικέτα')}/{quote('η-παλιά-γέφυρα-του')}-1"
    assert not learn_patterns(stories, [tag]).match(tag)
    assert learn_patterns(stories, [tag]).match(stories[0].replace("%CE", "%ce"))


def test_doubles_and_media_are_excluded_where_no_listed_article_is_one() -> None:
    stories = [
        f"https://news.example/{section(random.Random(n))}/{slug(random.Random(n))}-{9000 + n}" for n in range(40)
    ]
    film = "https://news.example/video/the-bridge-is-open-again-8999"
    assert not learn_patterns(stories, []).match(film)
    assert learn_patterns([*stories, film], []).match(film)
