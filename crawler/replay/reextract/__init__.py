"""New text from old WARCs, ours and those of others, without the spider that crawled them."""

FORMATS = ("text", "jsonl", "parquet")
"""What can be written (`crawler.replay.reextract.outputs`)."""
