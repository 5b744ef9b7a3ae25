"""Broadsheet: a news archiving crawler on Scrapy, trafilatura and warcio."""

__version__ = "0.1.0"
