"""A Chinese portal: `/SECTION/2026-11/22/c_1123456789.htm`, no feed, no sitemap, lists of hundreds of links.

Quirks: pictures and videos have addresses of the same kind in sections of their own; relative links with `../`.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import CHINESE, moment

NAME = "河口新闻网"
STORIES = 36
SECTIONS = {"politics": "时政", "local": "地方", "fortune": "财经"}


def build(site: Site) -> None:
    names = list(SECTIONS)
    paths = [f"/{names[n % 3]}/{moment(n, 6):%Y-%m/%d}/c_{1123456789 - 11 * n}.htm" for n in range(STORIES)]
    menu = {f"/{name}/": shown for name, shown in SECTIONS.items()} | {"/video/": "视频", "/photo/index.htm": "图片"}
    footer = {
        "/about/index.htm": "关于我们",
        "/about/contact.htm": "联系我们",
        "/ads/": "广告服务",
        "/english/": "English",
    }
    press = Press(site, NAME, CHINESE, "zh-CN", unspaced=True, menu=menu, footer=footer)
    press.stamp = "{0:%Y-%m-%d %H:%M:%S} 来源： 河口新闻网"
    press.stories(paths)
    press.page("/", press.list("首页", paths, range(15)))
    for place, name in enumerate(SECTIONS):
        press.others({f"/{name}/": name, f"/{name}/more_2.htm": name}, paths, range(place, STORIES, 3))
    press.others({"/video/": "视频", "/photo/index.htm": "图片", "/english/": "English"}, paths, range(4))
    press.others({"/about/index.htm": "关于我们", "/about/contact.htm": "联系我们", "/ads/": "广告服务"})
