"""A WordPress blog that never switched on permalinks: `/?p=123`, `/?cat=3`, `/?page_id=2`, `/?m=202611`.

Quirks: the feed is at `/?feed=rss2`; the comment feed beside it; the front page goes on at `/?paged=2`.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site

NAME = "Notes from the Lock"
STORIES = 24


def build(site: Site) -> None:
    paths = [f"/?p={812 - 4 * n}" for n in range(STORIES)]
    press = Press(
        site, NAME, menu={"/?page_id=2": "About", "/?cat=3": "Harbour", "/?cat=5": "Town"},
        footer={"/?m=202611": "November", "/?m=202610": "October", "/wp-login.php": "Log in", "/?tag=gates": "gates"},
        head='<link rel="alternate" type="application/rss+xml" title="Notes" href="/?feed=rss2">'
        '<link rel="alternate" type="application/rss+xml" title="Notes Comments Feed" href="/?feed=comments-rss2">',
    )  # fmt: skip
    press.stories(paths, extra='<div id="comments"><h2>Leave a Reply</h2><p>Required fields are marked *</p></div>')
    press.page("/", press.list("Front", paths, range(8), '<a rel="next" href="/?paged=2">Older</a>'))
    press.page("/?paged=2", press.list("Front", paths, range(8, 16), '<a rel="next" href="/?paged=3">Older</a>'))
    press.page("/?paged=3", press.list("Front", paths, range(16, 24)))
    press.others({"/?page_id=2": "About", "/?page_id=7": "Contact", "/wp-login.php": "Log in"})
    press.others(
        {"/?cat=3": "Harbour", "/?cat=5": "Town", "/?tag=gates": "gates", "/?author=1": "Anna"}, paths, range(8)
    )
    press.others({"/?m=202611": "November", "/?m=202610": "October", "/?s=gate": "Search"}, paths, range(8))
    press.rss("/?feed=rss2", [site.url + path for path in paths[:10]])
