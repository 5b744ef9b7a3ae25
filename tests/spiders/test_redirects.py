"""Redirects that lead back to where they came from."""

from __future__ import annotations

import asyncio

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.spiders.redirects import RedirectLoop, RedirectLoopsMiddleware

PAGE = "https://paper.example/story"
BEFORE = {"redirect_urls": ["https://paper.example/caf%C3%A9", "http://paper.example/story"]}


def answered(location: str, request: Request, status: int = 301) -> Response:
    """What the middleware makes of a redirect."""
    response = Response(request.url, status, {"Location": location.encode()})
    return asyncio.run(RedirectLoopsMiddleware().process_response(request, response))


@pytest.mark.parametrize("location", [PAGE, "/story", "story#top", "", "/café", "http://paper.example/story"])
def test_a_redirect_to_an_address_that_led_to_it_is_a_failure(location: str) -> None:
    """Also in another form: relative, not quoted, with a fragment."""
    with pytest.raises(RedirectLoop, match=r"story redirects to .*, which led there"):
        answered(location, Request(PAGE, meta=BEFORE))


@pytest.mark.parametrize("location", ["/story/", "/story?page=1", "https://www.paper.example/story", "http://[bad"])
def test_a_redirect_to_another_address_is_let_pass(location: str) -> None:
    assert answered(location, Request(PAGE, meta=BEFORE)).status == 301


def test_an_answer_that_is_no_redirect_to_follow_is_let_pass() -> None:
    """A page that names itself, and a robots.txt, whose redirects are followed elsewhere."""
    assert answered(PAGE, Request(PAGE), 201).status == 201
    assert answered(PAGE, Request(PAGE, meta={"dont_redirect": True})).status == 301
