"""Scrapy's settings for Broadsheet. Component orders read as the data flow; see docs/design.md for the reasons.

A source's own politeness comes on top (`crawler/spiders/politeness.py`), and `-s NAME=VALUE` on top of that.
"""

import os
import sys

from crawler.commands import begin_early, module_for
from crawler.fetch.identity import user_agent

BOT_NAME = "broadsheet"
SPIDER_LOADER_CLASS = "crawler.spiders.loader.SourceLoader"
COMMANDS_MODULE = module_for(sys.argv)
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# --- Where things are -----------------------------------------------------------------------------------------------

ARCHIVES_DIR = os.environ.get("BROADSHEET_ARCHIVES", "archives")
begin_early(sys.argv, ARCHIVES_DIR)  # what a command can do while Scrapy loads the rest
SOURCES_DIR = ""
"""A folder (or several, with the path separator between) of your own source files; BROADSHEET_SOURCES does the same."""

# --- Who we are, and how we behave ----------------------------------------------------------------------------------

CONTACT = os.environ.get("BROADSHEET_CONTACT", "")
"""A URL or mail address where a site's owner finds you. It goes into the user agent and the archive's warcinfo."""

USER_AGENT = user_agent(CONTACT)

ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False  # with cookies a first crawl tries to download the public-suffix list
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
AUTOTHROTTLE_MAX_DELAY = 120.0
DOWNLOAD_DELAY = 1.0
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 2
ALLOW_PRIVATE_ADDRESSES = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",  # warcio check, and others, cannot read what is in br or zstd
}

# --- The way of the data: discovery -> fetch -> archive -> extraction -> storage -------------------------------------

DOWNLOAD_HANDLERS = {
    "http": "crawler.handlers.CaptureHandler",
    "https": "crawler.handlers.CaptureHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.spiders.redirects.RedirectsMiddleware": 90,
    "crawler.middlewares.RobotsMiddleware": 100,
    "crawler.middlewares.ReservationsMiddleware": 110,
    "crawler.middlewares.ConditionalMiddleware": 450,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.DecodingMiddleware": 590,
    "crawler.spiders.redirects.RedirectLoopsMiddleware": 610,
}
SPIDER_MIDDLEWARES = {
    "crawler.spiders.requisites.RequisitesMiddleware": 600,
}
METAREFRESH_ENABLED = False  # front pages reload themselves; an article page is extracted as it was served
ITEM_PIPELINES = {
    "crawler.pipelines.ExtractionPipeline": 300,
    "crawler.pipelines.StoragePipeline": 700,
}
EXTENSIONS = {
    "crawler.extensions.Archiving": 0,
    "crawler.showing.Progress": 900,
    "crawler.showing.HealthWarnings": 950,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.logstats.LogStats": None,
}
CONCURRENT_ITEMS = 8  # 100, the default, starts 105 tasks a page
EXTRACTION_WORKERS = 0
"""Processes that extract; 0: one for each processor, but at most four."""
EXTRACTION_TIMEOUT = 30
"""Seconds that one page may take before it is given up; its capture stays, to be extracted again."""

# --- The archive ----------------------------------------------------------------------------------------------------

WARC_MAX_BYTES = 1_000_000_000
WARC_REVISITS = True
WARC_CHUNKED_PAYLOAD_DIGEST = False

# --- A crawl out of the archive -------------------------------------------------------------------------------------

REPLAY = ""
"""A folder of WARCs that takes the place of the network; `scrapy crawl NAME --replay PATH` sets it."""

REPLAY_AT = ""
REPLAY_OUTPUT = "replayed"
"""Where such a crawl writes its texts and its catalogue; the archive itself is only read."""

REPLAY_COMPARED = ""
"""The archives folder with whose texts such a crawl compares its own, writing nothing; `--compare` sets it."""

# --- What a run shows -----------------------------------------------------------------------------------------------

LOG_LEVEL = "INFO"
LOG_FORMATTER = "crawler.logformatter.LogFormatter"
LOG_SHORT_NAMES = True
STATS_DUMP = False  # the summary says what happened; `-s STATS_DUMP=1` prints the rest
PROGRESS = "auto"
"""auto: a live display on a terminal, plain lines elsewhere; plain; off."""

# --- Doors that stay closed -----------------------------------------------------------------------------------------

TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
FEED_EXPORT_ENCODING = "utf-8"
