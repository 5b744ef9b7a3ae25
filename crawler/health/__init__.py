"""Whether a source still works: what each run saw, what is usual for the source, and which stage fails.

`listings` is what a run notes of each feed, sitemap and section page. `facts` reads that, and captures and
articles, from the catalogue. `judge` goes through the runs in their order: each is compared (`discovery`, `fetch`,
`texts`, `metadata`, `days`) with what the healthy runs before it taught (`usual`). No Scrapy here.
"""
