"""A full sitemap is read in steps, and the crawl goes on between them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from crawler.discovery.sitemaps import STEP, parse_sitemap, sitemap_steps
from crawler.spiders.news import _in_turns

ENTRIES = 20 * STEP
URL = "https://news.example/sitemap.xml"


def sitemap() -> bytes:
    urls = "".join(
        f"<url><loc>https://news.example/{n}</loc><lastmod>2026-11-22T10:{n % 60:02}:00Z</lastmod></url>"
        for n in range(ENTRIES)
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def test_the_event_loop_goes_round_while_a_long_sitemap_is_read_and_the_result_is_the_same() -> None:
    async def read() -> tuple[object, int]:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        found = await _in_turns(sitemap_steps(sitemap(), URL))
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting
        return found, turns

    found, turns = asyncio.run(read())
    assert found == parse_sitemap(sitemap(), URL)
    assert turns >= ENTRIES / STEP
