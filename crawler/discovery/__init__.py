"""From the bytes of feeds, sitemaps and section pages to article URLs. No I/O and no Scrapy here.

Each parser takes bytes and the URL that they came from, and gives a `Found`. None raises on bad input: it hands back
what could be read, and a warning that says what is wrong. A warning does not repeat the URL: who logs
it puts that first.
"""
