"""The archive: exchanges become WARC records, and WARC records are found and read again. No Scrapy here."""
