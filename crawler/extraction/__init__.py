"""From the bytes of a page to a clean article. No Scrapy here."""

from trafilatura import __version__ as _trafilatura

from crawler import __version__

EXTRACTOR = f"broadsheet {__version__} (trafilatura {_trafilatura})"
"""What made the text; kept with each article, since a change of either may change it."""
