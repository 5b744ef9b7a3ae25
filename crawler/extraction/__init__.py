"""From the bytes of a page to a clean article. No Scrapy here."""
