"""The archive in a browser, and as the network of a crawl."""
