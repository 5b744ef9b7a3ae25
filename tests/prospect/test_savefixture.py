"""`scrapy savefixture`: an archived page becomes a test without test code."""

import json

from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from tests.prospect.sites import chinese
from tests.prospect.sites.served import served


def replayed(page):
    """What tests/extraction/test_pages.py would get from a page that names its rules."""
    said = json.loads(page.with_suffix(".json").read_text())
    rules = Rules(**{key: tuple(value) if isinstance(value, list) else value for key, value in said["rules"].items()})
    return extract(page.read_bytes(), said["content_type"], said["url"], rules, said.get("headers")), said


def test_a_page_is_saved_by_its_address_and_by_its_record(broadsheet, tmp_path):
    """The bytes are the site's, text and metadata what the rules give; a folder is made, and nothing overwritten."""
    pages = tmp_path / "new" / "pages"
    with served(chinese.build) as site:
        url, title = next(iter(site.articles.items()))
        toml = f'title = "S"\nhomepage = "{site.url}/"\nlanguage = "zh"\n[politeness]\nallow_private = true\n'
        rules = '[extraction]\ntitle = "h1"\ndrop = [".source", ".edit"]\n'
        (tmp_path / "sources/sample.toml").write_text(toml + rules)
        crawled = broadsheet("crawl", "sample", "-a", f"url={url}")
        served_bytes = site.replies[url.removeprefix(site.url)].body
    assert crawled.code == 0, crawled.err
    saved = broadsheet("savefixture", url, "--folder", str(pages))
    assert saved.code == 0, saved.err
    [page] = pages.glob("*.html")
    assert page.read_bytes() == served_bytes
    result, said = replayed(page)
    assert result["text"] == page.with_suffix(".txt").read_text()
    assert {key: result.get(key) for key in said["expected"]} == said["expected"]
    assert (said["expected"]["title"], said["rules"]["drop"]) == (title, [".source", ".edit"])

    again = broadsheet("savefixture", url, "--folder", str(pages))
    assert (again.code, "--yes" in again.err) == (2, True)
    sidecar = next((tmp_path / "archives/sample/text").rglob("*.json"))
    record = json.loads(sidecar.read_text())["record"]["id"]
    named = broadsheet("savefixture", record, "--source", "sample", "--folder", str(pages), "--name", "by-record")
    assert named.code == 0, named.err
    assert (pages / "by-record.txt").read_bytes() == page.with_suffix(".txt").read_bytes()


def test_what_cannot_be_saved_is_explained(broadsheet, tmp_path):
    """No archive, no such capture, no address: exit code 2 and what to do."""
    none = broadsheet("savefixture", "https://example.org/a")
    assert (none.code, "nothing is archived" in none.err) == (2, True), none.err
    (tmp_path / "archives").mkdir()
    missing = broadsheet("savefixture", "https://example.org/a")
    assert (missing.code, "not in the archive" in missing.err) == (2, True), missing.err
    assert broadsheet("savefixture").code == 2
