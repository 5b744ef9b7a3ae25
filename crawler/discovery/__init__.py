"""From the bytes of feeds, sitemaps and section pages to article URLs. No I/O and no Scrapy here.

Each parser takes bytes and the URL that they came from, and gives a `Found`. None raises on bad input: it hands back
what could be read, and a warning that says what is wrong. A warning does not repeat the URL: who logs
it puts that first.
"""

from crawler.discovery.autodiscovery import page_feeds, robots_sitemaps, well_known
from crawler.discovery.feeds import parse_feed
from crawler.discovery.links import Found, Link
from crawler.discovery.pagination import archive_pages
from crawler.discovery.sections import parse_section
from crawler.discovery.sitemaps import children, parse_sitemap
from crawler.discovery.sniff import Kind, kind_of
from crawler.discovery.urls import absolute, canonical_url, host_of, url_digest

__all__ = [
    "Found",
    "Kind",
    "Link",
    "absolute",
    "archive_pages",
    "canonical_url",
    "children",
    "host_of",
    "kind_of",
    "page_feeds",
    "parse_feed",
    "parse_section",
    "parse_sitemap",
    "robots_sitemaps",
    "url_digest",
    "well_known",
]
