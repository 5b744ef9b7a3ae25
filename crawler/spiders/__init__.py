"""Spiders: made from source files by the loader."""
