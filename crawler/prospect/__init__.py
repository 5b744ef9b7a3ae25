"""Looks at a site, or at a source: what lists its articles, which addresses they have, what comes out of its pages.

`survey` asks the questions, `draft` makes a source file of the answers, `checking` holds a source to what the site says
today. How a page is fetched is handed in (`answers.Fetch`): from the site by a Scrapy spider (`errand`, the only module
here that imports Scrapy), or from the archive (`shelf`).
"""
