"""What a robots.txt allows, rule by rule of RFC 9309."""

from __future__ import annotations

import pytest

from crawler.fetch.robots import MAX_BYTES, Robots, product_token

SITE = "http://news.example"


def allowed(robots: str | bytes, path: str, token: str = "Broadsheet") -> bool:
    body = robots.encode() if isinstance(robots, str) else robots
    return Robots.parse(body, token).allowed(SITE + path)


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("Broadsheet/0.1 (+mailto:a@b.example)", "Broadsheet"),
        ("Mozilla/5.0 (compatible; Foo-bot/1.0; +https://x)", "Foo-bot"),
        ("my_bot", "my_bot"),
        ("(odd)", "(odd)"),
    ],
)
def test_the_product_token_is_the_name_in_the_user_agent(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


@pytest.mark.parametrize(
    ("robots", "path", "expected"),
    [
        ("User-agent: BROADSHEET\nDisallow: /", "/a", False),
        ("User-agent: broadsheet/9.9 extra\nDisallow: /", "/a", False),
        ("User-agent: Broad\nDisallow: /", "/a", True),
        ("User-agent: Broadsheet2\nDisallow: /", "/a", True),
        ("User-agent: sheet\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Broadsheet\nDisallow: /x", "/a", True),
        ("User-agent: Broadsheet\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: *bot\nDisallow: /", "/a", True),
        ("Disallow: /", "/a", True),
        ("", "/a", True),
        ("<html><body>Not found</body></html>", "/a", True),
    ],
)
def test_the_group_of_our_token_counts_and_else_that_for_all(robots: str, path: str, expected: bool) -> None:
    assert allowed(robots, path) is expected


def test_all_groups_of_our_token_are_merged() -> None:
    robots = (
        "User-agent: Broadsheet\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n\nUser-agent: broadsheet/2\nDisallow: /b"
    )
    assert [allowed(robots, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_all_groups_for_everyone_are_merged() -> None:
    robots = "User-agent: *\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /b"
    assert [allowed(robots, path) for path in ("/a", "/b", "/c")] == [False, False, True]


@pytest.mark.parametrize(
    "between", ["", "\n", "# comment\n", "Sitemap: http://x/s.xml\n", "Crawl-delay: 3\n", "Host: x\n"]
)
def test_only_rules_end_a_list_of_user_agents(between: str) -> None:
    assert not allowed(f"User-agent: Broadsheet\n{between}User-agent: other\nDisallow: /", "/a")


def test_an_empty_rule_ends_a_list_of_user_agents() -> None:
    assert allowed("User-agent: Broadsheet\nDisallow:\nUser-agent: other\nDisallow: /", "/a")


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a/b\nDisallow: /a", "/a/c", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /*.gif$", "/x/y.gif", False),
        ("Disallow: /*.gif$", "/x/y.gif?z", True),
        ("Disallow: /a*b", "/axxb", False),
        ("Disallow: /a*b", "/axx", True),
        ("Disallow: /Case", "/case", True),
        ("Disallow: /a # all of it", "/ab", False),
        ("Disallow: /caf\u00e9", "/caf%C3%A9", False),
        ("Disallow: /caf%c3%a9", "/caf%C3%A9", False),
        ("Disallow: /%61bc", "/abc", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /search?q=", "/search?q=x", False),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /\nAllow: /index.html", "/", False),
        ("Disallow: /\nAllow: /index.html", "/index.html", True),
        ("Disallow: /a\u2028Allow: /", "/a", True),
        ("Disallow /a", "/a", False),
        ("disallow : /a", "/a", False),
        ("Dissallow: /a", "/a", False),
        ("Disallowed: /a", "/a", True),
    ],
)
def test_the_longest_match_wins_and_a_tie_allows(rules: str, path: str, expected: bool) -> None:
    assert allowed(f"User-agent: *\n{rules}\n", path) is expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read_behind_a_byte_order_mark(end: str) -> None:
    assert not allowed(b"\xef\xbb\xbf" + f"User-agent: *{end}Disallow: /a{end}".encode(), "/a")


def test_bytes_that_are_no_utf8_spoil_only_their_line() -> None:
    assert not allowed(b"User-agent: *\nDisallow: /caf\xe9\nDisallow: /a\n", "/a")


def test_rules_far_down_in_a_large_file_count() -> None:
    filler = "# filler\n" * (500 * 1024 // 9)
    assert not allowed(f"User-agent: *\n{filler}Disallow: /a\n", "/a")


def test_a_line_that_is_cut_at_the_limit_is_left_out() -> None:
    head = b"User-agent: *\n"
    robots = head + b"#" * (MAX_BYTES - len(head) - len(b"\nDisallow: /")) + b"\nDisallow: /private\n"
    assert allowed(robots, "/a")


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 2\n\nUser-agent: Broadsheet\nCrawl-delay: 7\nCrawl-delay: 5", 7),
        ("User-agent: other\nCrawl-delay: 2", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nCrawl-delay: inf", None),
        ("Crawl-delay: 2", None),
    ],
)
def test_the_longest_crawl_delay_of_our_groups_counts(robots: str, delay: float | None) -> None:
    assert Robots.parse(robots.encode(), "Broadsheet").crawl_delay == delay


def test_sitemaps_are_read_wherever_they_stand() -> None:
    robots = b"Sitemap: http://x/1\nUser-agent: other\nSITEMAP: http://x/2\nDisallow: /\nsitemap:http://x/3"
    assert Robots.parse(robots, "Broadsheet").sitemaps == ["http://x/1", "http://x/2", "http://x/3"]


def test_everything_or_nothing_can_be_allowed() -> None:
    assert Robots.allow_all().allowed(f"{SITE}/a")
    assert not Robots.disallow_all().allowed(f"{SITE}/a")
