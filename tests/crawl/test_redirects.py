"""Redirects among articles: the target of one is fetched once, whichever of its addresses comes first."""

from __future__ import annotations

from collections.abc import Callable

from crawler.demo.newspaper import Redirect
from crawler.demo.server import NewspaperServer
from tests.crawl.conftest import Crawls

Gazette = Callable[[str], str]


def redirect_of(server: NewspaperServer) -> tuple[Redirect, str]:
    """A redirect of the newspaper that section pages list, and the path of its article."""
    redirect = next(one for one in server.paper.redirects if one.section == "town")
    return redirect, server.paper.article(redirect.target, 1).url_path


def test_an_article_that_is_archived_is_not_fetched_again_for_a_redirect_to_it(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette
) -> None:
    """As after a crawl that was killed between the two."""
    redirect, article = redirect_of(fresh_newspaper)
    source = gazette(fresh_newspaper.url)
    crawls.add_source(source.replace("exclude = [", f"exclude = ['{redirect.url_path}', "))
    assert crawls.run("crawl", "gazette").returncode == 0
    assert redirect.url_path not in fresh_newspaper.asked()
    crawls.add_source(source)
    for _ in range(2):
        assert crawls.run("crawl", "gazette").returncode == 0
        assert (fresh_newspaper.asked()[redirect.url_path], fresh_newspaper.asked()[article]) == (1, 1)
    assert not [name for name in crawls.stats() if name.startswith("articles/failed/")]


def test_a_redirect_that_a_person_asks_for_is_followed_whatever_is_known(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette
) -> None:
    redirect, article = redirect_of(fresh_newspaper)
    crawls.add_source(gazette(fresh_newspaper.url))
    for count in (1, 2):
        crawls.run("crawl", "gazette", "-a", f"url={fresh_newspaper.url}{redirect.url_path}")
        assert fresh_newspaper.asked()[article] == count
