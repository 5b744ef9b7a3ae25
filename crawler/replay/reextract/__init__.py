"""New text from old WARCs, ours and those of others, without the spider that crawled them."""
