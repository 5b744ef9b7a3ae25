"""From the bytes of feeds, sitemaps and section pages to article URLs. No I/O and no Scrapy here."""
