"""Commands that `scrapy` learns from Broadsheet."""
