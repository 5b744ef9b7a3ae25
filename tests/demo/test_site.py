"""Every address of the newspaper serves what the newspaper says, and every link on it leads where it should."""

import gzip
import json
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
from lxml import etree, html

from crawler.demo.newspaper import Newspaper
from crawler.demo.site import ANY_QUERY, Site

BASE = "http://127.0.0.1:1"
PAPER = Newspaper()
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINKS = (
    "//a/@href | //link[not(@rel='canonical')]/@href | //script/@src"
    " | //img/@src | //img/@data-src | //source/@src | //audio/@src"
)


@pytest.fixture(scope="module", params=[1, 2], ids=["first", "second"])
def site(request):
    return Site(PAPER, request.param, BASE)


def parsed(resource, codec="utf-8", bom=b""):
    return html.document_fromstring(resource.body.removeprefix(bom).decode(codec))


def html_pages(site):
    """Each page of the site as its address and its tree."""
    codecs = {entry.url_path: entry.wire for entry in PAPER.entries(2)}
    for address in site.addresses:
        target = address.removesuffix(ANY_QUERY)
        resource = site.resource(target)
        if resource.content_type.startswith("text/html"):
            wire = next((wire for path, wire in codecs.items() if resource is site.resource(path)), None)
            yield target, parsed(resource, wire.codec, wire.bom) if wire else parsed(resource)


def test_two_sites_serve_the_same_bytes():
    one, other = Site(PAPER, 1, BASE), Site(Newspaper(), 1, BASE)
    assert one.addresses == other.addresses
    for address in one.addresses:
        assert one.resource(address) == other.resource(address)


def test_every_known_address_is_served(site):
    statuses = {address: site.resource(address.removesuffix(ANY_QUERY)).status for address in site.addresses}
    assert set(statuses.values()) == {200, 301, 302}
    assert {path for path, status in statuses.items() if status > 200} == {r.url_path for r in PAPER.redirects}


def test_every_link_leads_to_a_page_of_ours_but_the_one_that_is_meant_to_be_dead(site):
    dead = set()
    for address, tree in html_pages(site):
        for link in tree.xpath(LINKS):
            parts = urlsplit(urljoin(BASE + address, link))
            assert parts.netloc == "127.0.0.1:1"
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if site.resource(target).status == 404:
                dead.add(target)
    assert dead == {r.url_path for r in PAPER.rejections() if r.reason == "not-found"}


def test_every_srcset_and_stylesheet_address_is_served(site):
    wanted = {
        "/static/type.css",
        "/static/crate.woff",
        "/static/print.css",
        "/static/waves.svg",
        "/static/links.js",
        "/images/tide-backdrop-320.png",
    }
    for _, tree in html_pages(site):
        for candidates in tree.xpath("//@srcset"):
            wanted |= {candidate.split()[0] for candidate in candidates.split(",")}
    assert {path: site.resource(path).status for path in wanted} == dict.fromkeys(wanted, 200)


def test_every_story_can_be_reached_from_its_section_by_following_pages(site):
    found = set()
    for section in PAPER.sections.values():
        address = section.url_path
        while address:
            tree = parsed(site.resource(address))
            found |= set(tree.xpath("//article//h2/a/@href"))
            address = next(iter(tree.xpath("//nav//a[@rel='next']/@href")), None)
    assert {entry.url_path for entry in site.entries} == found


def test_canonical_and_json_ld_name_the_address_of_the_story(site):
    for article in PAPER.articles(2):
        body = site.resource(article.url_path).body
        if article.metadata == "json-ld" and site.resource(article.url_path).status == 200:
            tree = parsed(site.resource(article.url_path), article.wire.codec, article.wire.bom)
            assert tree.xpath("//link[@rel='canonical']/@href") == [BASE + article.url_path]
            data = json.loads(tree.xpath("//script[@type='application/ld+json']/text()")[0])
            assert article.url_path in json.dumps(data)
            assert b"datePublished" in body or article.wire.bom


def test_the_feed_has_the_last_twenty_stories_in_order(site):
    feed = feedparser.parse(site.resource("/feed.xml").body)
    assert not feed.bozo
    listed = [entry for entry in site.entries if entry.listed][:20]
    assert [entry.link for entry in feed.entries] == [BASE + entry.url_path for entry in listed]
    assert [entry.title for entry in feed.entries] == [entry.title for entry in listed]


def test_atom_has_relative_links_that_resolve_to_the_stories_of_its_section(site):
    feed = feedparser.parse(site.resource("/science/atom.xml").body)
    assert not feed.bozo
    science = [entry for entry in site.entries if entry.section.key == "science"]
    assert [entry.link for entry in feed.entries] == [BASE + entry.url_path for entry in science]


def test_json_feed_names_the_same_stories_as_the_rss_feed(site):
    feed = json.loads(site.resource("/feed.json").body)
    rss = feedparser.parse(site.resource("/feed.xml").body)
    assert [item["url"] for item in feed["items"]] == [entry.link for entry in rss.entries]


def test_the_sitemaps_name_every_listed_story_once_with_its_last_change(site):
    found = {}
    index = etree.fromstring(site.resource("/sitemap.xml").body)
    for loc in index.iterfind(f"{SITEMAP}sitemap/{SITEMAP}loc"):
        body = site.resource(loc.text.removeprefix(BASE)).body
        tree = etree.fromstring(gzip.decompress(body) if loc.text.endswith(".gz") else body)
        for url in tree:
            assert url[0].text not in found
            found[url[0].text] = url[1].text
    assert found == {BASE + e.url_path: e.updated.isoformat() for e in site.entries if e.listed}


def test_the_news_sitemap_names_only_the_last_two_days(site):
    tree = etree.fromstring(site.resource("/sitemap-news.xml").body)
    dates = [element.text for element in tree.iter("{*}publication_date")]
    assert dates
    assert min(dates) >= "2024-03-03T18:00"


def test_robots_names_the_sitemaps_and_forbids_the_search(site):
    lines = site.resource("/robots.txt").body.decode().splitlines()
    assert [line for line in lines if line.startswith("Sitemap:")] == [
        f"Sitemap: {BASE}/sitemap.xml",
        f"Sitemap: {BASE}/sitemap-news.xml",
    ]
    assert "Disallow: /search" in lines


@pytest.mark.parametrize(
    "target", ["/nowhere", "/town?page=99", "/../etc/passwd", "/static/../server.py", "//", "/%00", "/?x=1"]
)
def test_what_is_not_known_is_not_found(target):
    assert Site(PAPER, 1, BASE).resource(target).status == 404


def test_an_escaped_and_an_unescaped_address_are_the_same_page():
    site, article = Site(PAPER, 1, BASE), PAPER.article("faros")
    assert site.resource(article.url_path).status == 200
    assert site.resource("/neighbours/2024/03/03/ο-φάρος-ανοίγει") is site.resource(article.url_path)
