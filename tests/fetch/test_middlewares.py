"""robots.txt in a real crawl, and over time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import TextResponse
from scrapy.settings import Settings

import crawler.middlewares
from crawler.archive.reader import Record, iterate
from crawler.errors import FetchRefused
from crawler.middlewares import RobotsMiddleware
from tests.fetch.wire import Crawl, Crawled, Script, WireServer

Wire = Callable[..., WireServer]


def answer(body: bytes, status: bytes = b"200 OK", *fields: bytes) -> Script:
    head = b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % len(body), b"", b""])
    return Script((head + body,))


def redirect(target: str) -> Script:
    return answer(b"", b"301 Moved", b"Location: " + target.encode())


PAGE = answer(b"page")
FORBIDDING = answer(b"User-agent: *\nDisallow: /private\n")
CLOSED = b"User-agent: *\nDisallow: /\n"

SITES: dict[str, dict[str, Script]] = {
    "forbidding": {"/robots.txt": FORBIDDING, "/private/a": PAGE},
    "missing": {"/robots.txt": answer(b"User-agent: *\nDisallow: /", b"404 Not Found")},
    "gone": {"/robots.txt": answer(CLOSED, b"410 Gone")},
    "failing": {"/robots.txt": answer(b"", b"500 Oops")},
    "overloaded": {"/robots.txt": answer(b"", b"503 Busy")},
    "cut": {"/robots.txt": Script((), "close")},
    "five": {f"/{number}": redirect(f"/{number + 1}") for number in range(1, 5)}
    | {"/robots.txt": redirect("/1"), "/5": answer(CLOSED)},
    "six": {f"/{number}": redirect(f"/{number + 1}") for number in range(1, 6)}
    | {"/robots.txt": redirect("/1"), "/6": answer(CLOSED)},
    "nowhere": {"/robots.txt": redirect("ftp://127.0.0.1/robots.txt")},
    "circle": {"/robots.txt": redirect("/back"), "/back": redirect("/robots.txt")},
    "no place": {"/robots.txt": answer(b"", b"301 Moved")},
    "slow": {"/robots.txt": answer(b"User-agent: *\nCrawl-delay: 7")},
    "slowest": {"/robots.txt": answer(b"User-agent: *\nCrawl-delay: 900")},
    "quick": {"/robots.txt": answer(b"User-agent: *\nCrawl-delay: 0.0001")},
}


@pytest.fixture(scope="module")
def sites(wire: Wire) -> dict[str, WireServer]:
    """One server for each site."""
    servers = {name: wire({"/page": PAGE, "/other": PAGE} | scripts) for name, scripts in SITES.items()}
    elsewhere = f"{servers['forbidding'].url}/robots.txt"
    servers["elsewhere"] = wire({"/robots.txt": redirect(elsewhere), "/page": PAGE, "/private/a": PAGE})
    servers["leading"] = wire({"/robots.txt": answer(b""), "/page": redirect(f"{servers['forbidding'].url}/private/a")})
    return servers


@pytest.fixture(scope="module")
def polite(sites: dict[str, WireServer], crawl: Crawl) -> Crawled:
    """A crawl that obeys robots.txt."""
    requests: list[dict[str, Any]] = [
        {"url": f"{server.url}/page", "meta": {"download_slot": name, "handle_httpstatus_all": False}}
        for name, server in sites.items()
    ]
    requests += [{"url": f"{sites[name].url}/private/a"} for name in ("forbidding", "elsewhere")]
    requests += [{"url": f"{sites['forbidding'].url}/other"}]
    return crawl(
        requests,
        ROBOTSTXT_OBEY=True,
        DOWNLOAD_DELAY=0.001,
        AUTOTHROTTLE_ENABLED=True,
        AUTOTHROTTLE_START_DELAY=0.001,
        DOWNLOADER_MIDDLEWARES={
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.middlewares.RobotsMiddleware": 100,
        },
    )


FETCHED = [
    "forbidding",
    "missing",
    "gone",
    "six",
    "nowhere",
    "circle",
    "no place",
    "slow",
    "slowest",
    "quick",
    "elsewhere",
]


@pytest.mark.parametrize("site", FETCHED)
def test_what_robots_allow_or_say_nothing_of_is_fetched(
    polite: Crawled, sites: dict[str, WireServer], site: str
) -> None:
    assert polite.outcomes[f"{sites[site].url}/page"]["status"] == 200


@pytest.mark.parametrize("site", ["failing", "overloaded", "cut"])
def test_where_robots_cannot_be_reached_nothing_is_fetched(
    polite: Crawled, sites: dict[str, WireServer], site: str
) -> None:
    assert polite.outcomes[f"{sites[site].url}/page"]["error"] == "RobotsUnreachable"
    assert "/page" not in sites[site].requests


def test_robots_behind_five_redirects_forbid_as_those_without(polite: Crawled, sites: dict[str, WireServer]) -> None:
    assert polite.outcomes[f"{sites['five'].url}/page"]["error"] == "RobotsRefused"
    assert "/page" not in sites["five"].requests


@pytest.mark.parametrize("site", ["forbidding", "elsewhere"])
def test_rules_hold_for_the_site_that_was_asked_also_after_a_redirect(
    polite: Crawled, sites: dict[str, WireServer], site: str
) -> None:
    assert polite.outcomes[f"{sites[site].url}/private/a"]["error"] == "RobotsRefused"
    assert "/private/a" not in sites[site].requests


def test_the_target_of_a_redirect_is_checked_on_its_own_host(polite: Crawled, sites: dict[str, WireServer]) -> None:
    assert polite.outcomes[f"{sites['leading'].url}/page"]["error"] == "RobotsRefused"


def test_a_site_is_asked_once(polite: Crawled, sites: dict[str, WireServer]) -> None:
    assert len(sites["forbidding"].requests["/robots.txt"]) == 2, (
        "once for the site itself, once by the redirect of another"
    )


@pytest.mark.parametrize("site", ["circle", "no place"])
def test_a_robots_txt_that_is_redirected_to_itself_is_asked_for_once(
    polite: Crawled, sites: dict[str, WireServer], site: str
) -> None:
    assert len(sites[site].requests["/robots.txt"]) == 1


def test_a_refusal_says_why(polite: Crawled, sites: dict[str, WireServer]) -> None:
    messages = {name: polite.outcomes[f"{sites[name].url}/page"].get("message", "") for name in ("five", "failing")}
    assert messages["five"].endswith("/robots.txt forbids it.")
    assert messages["failing"].endswith("/robots.txt could not be read (it answers with status 500).")


def test_what_was_forbidden_is_counted(polite: Crawled) -> None:
    assert polite.stats["robots/forbidden"] == 7
    assert polite.stats["robots/unreachable"] == 3


def test_each_robots_txt_is_archived_as_one(polite: Crawled, sites: dict[str, WireServer]) -> None:
    records = [item for path in polite.warcs for item in iterate(path) if isinstance(item, Record)]
    found = [item for item in records if item.type == "metadata" and item.url == f"{sites['slow'].url}/robots.txt"]
    assert [item.block.splitlines()[:2] for item in found] == [
        [b"via: " + f"{sites['slow'].url}/page".encode(), b"pageRole: robots"]
    ]
    assert b"pageRole: robots" not in [item.block for item in records if item.url.endswith("/page")]


@pytest.mark.parametrize(("site", "delay"), [("slow", 7), ("slowest", 120), ("quick", None), ("missing", None)])
def test_a_crawl_delay_longer_than_ours_is_kept_up_to_a_cap(
    polite: Crawled, sites: dict[str, WireServer], site: str, delay: float | None
) -> None:
    outcome = polite.outcomes[f"{sites[site].url}/page"]
    assert outcome["crawl_delay"] == delay
    assert delay is None or outcome["slot_delay"] == delay, "AutoThrottle leaves it alone"


def test_a_crawl_delay_that_is_cut_down_is_logged(polite: Crawled) -> None:
    assert "asks for a Crawl-delay of 900 s; 120 s are kept." in polite.log
    assert "Traceback" not in polite.log


class Site:
    """An engine whose downloads are the answers given, one after the other."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.downloader = SimpleNamespace(
            get_slot_key=lambda request: "x", per_slot_settings={}, slots={}, _delay=1.0, _jitter=0.5
        )

    async def download_async(self, request: Request) -> TextResponse:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        await asyncio.sleep(0)
        return TextResponse(request.url, status=answer[0], body=answer[1])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that the test sets."""
    now = [1000.0]
    monkeypatch.setattr(crawler.middlewares, "monotonic", lambda: now[0])
    return now


def middleware(site: Site) -> RobotsMiddleware:
    settings = Settings({"ROBOTSTXT_OBEY": True, "USER_AGENT": "Broadsheet/1"})
    return RobotsMiddleware(SimpleNamespace(settings=settings, engine=site, stats=None))  # type: ignore[arg-type]


async def passes(robots: RobotsMiddleware, url: str = "http://x/a", **meta: Any) -> bool:
    try:
        await robots.process_request(Request(url, meta=meta))
    except IgnoreRequest:
        return False
    return True


OPEN_SITE, CLOSED_SITE, BROKEN_SITE = (200, b""), (200, CLOSED), (500, b"")


def test_after_a_day_a_robots_txt_is_asked_for_again(clock: list[float]) -> None:
    async def scenario() -> list[bool]:
        robots = middleware(Site(OPEN_SITE, CLOSED_SITE))
        results = [await passes(robots)]
        clock[0] += 24 * 3600 - 1
        results.append(await passes(robots))
        clock[0] += 2
        return [*results, await passes(robots)]

    assert asyncio.run(scenario()) == [True, True, False]


def test_known_rules_stay_in_force_while_a_robots_txt_cannot_be_had_again(clock: list[float]) -> None:
    async def scenario() -> list[bool]:
        robots = middleware(Site(OPEN_SITE, BROKEN_SITE, CLOSED_SITE))
        results = [await passes(robots)]
        for _ in range(2):
            clock[0] += 24 * 3600 + 1
            results.append(await passes(robots))
        return results

    assert asyncio.run(scenario()) == [True, True, False]


def test_an_unreachable_robots_txt_is_tried_again_after_some_minutes(clock: list[float]) -> None:
    async def scenario() -> list[bool]:
        robots = middleware(Site(OSError("no route"), OPEN_SITE))
        results = [await passes(robots), await passes(robots)]
        clock[0] += 601
        return [*results, await passes(robots)]

    assert asyncio.run(scenario()) == [False, False, True]


def test_many_requests_at_once_ask_once() -> None:
    async def scenario() -> list[bool]:
        robots = middleware(Site(OPEN_SITE))
        return await asyncio.gather(*[passes(robots) for _ in range(20)])

    assert asyncio.run(scenario()) == [True] * 20


def test_a_refused_address_is_reported_as_such() -> None:
    with pytest.raises(FetchRefused, match="at 10"):
        asyncio.run(passes(middleware(Site(FetchRefused("it is at 10.0.0.1")))))


def test_sites_are_told_apart_by_scheme_and_port_and_not_by_case() -> None:
    async def scenario() -> list[bool]:
        robots = middleware(Site(OPEN_SITE, CLOSED_SITE, CLOSED_SITE))
        return [await passes(robots, url) for url in ("http://x/", "http://X/", "http://x:81/", "https://x/")]

    assert asyncio.run(scenario()) == [True, True, False, False]


def test_a_request_may_be_excepted() -> None:
    assert asyncio.run(passes(middleware(Site()), dont_obey_robotstxt=True))
    assert asyncio.run(passes(middleware(Site()), "data:,x"))


def test_a_crawl_delay_allows_for_jitter_and_ends_with_its_host() -> None:
    async def scenario() -> tuple[Any, Any]:
        site = Site((200, b"User-agent: *\nCrawl-delay: 0.8"), OPEN_SITE)
        robots, request = middleware(site), Request("http://x/a")
        await robots.process_request(request)
        kept = dict(request.meta), dict(site.downloader.per_slot_settings["x"])
        await robots.process_request(redirected := request.replace(url="http://y/"))
        return kept, redirected.meta

    kept, after = asyncio.run(scenario())
    assert kept == ({"crawl_delay": 0.8, "autothrottle_dont_adjust_delay": True}, {"delay": 1.0, "jitter": 0.0})
    assert after == {}


def test_it_is_off_where_robots_are_not_to_be_obeyed() -> None:
    with pytest.raises(NotConfigured):
        RobotsMiddleware(SimpleNamespace(settings=Settings({"ROBOTSTXT_OBEY": False})))  # type: ignore[arg-type]
