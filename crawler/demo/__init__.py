"""A sample newspaper of our own, served on loopback: what the demo crawls, and what tests of other rooms crawl.

`newspaper.py` knows what the paper says and what a clean archive of it looks like, `site.py` and its neighbours
turn that into pages, feeds and pictures, `server.py` serves them over HTTP/1.1.
"""
