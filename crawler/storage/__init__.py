"""Text files, their sidecars, and the SQLite catalogue. No Scrapy here."""
