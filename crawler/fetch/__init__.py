"""Between Scrapy's downloader and the network: the tap on each connection, refused addresses, robots.txt."""
