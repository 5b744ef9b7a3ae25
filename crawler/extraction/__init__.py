"""From the bytes of a page to a clean article. No Scrapy here."""

from importlib.metadata import version

from crawler import __version__

EXTRACTOR = f"broadsheet {__version__} (trafilatura {version('trafilatura')})"  # which is not loaded for its number
"""What made the text; kept with each article, since a change of either may change it."""
