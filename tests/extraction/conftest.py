"""What the extraction's tests share: a page of ours around any body."""

import pytest


@pytest.fixture
def article_page():
    """A function that puts paragraphs into a plain page with a headline."""

    def make(*paragraphs: str, head: str = "", title: str = "A bridge is opened", encoding: str = "utf-8") -> bytes:
        body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
        return (
            f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head>"
            f"<body><article><h1>{title}</h1>\n{body}</article></body></html>"
        ).encode(encoding)

    return make


@pytest.fixture
def sentences():
    """Three paragraphs that any extractor takes for an article's."""
    return (
        "The new bridge over the river was opened on Monday by the mayor, who walked across it with her daughter.",
        "Some four hundred people came to the ceremony, although it had rained since the early hours of the morning.",
        "The old bridge, which was built in 1931, will be taken down in the spring, said an engineer of the county.",
    )
