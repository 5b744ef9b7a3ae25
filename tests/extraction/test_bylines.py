"""Who wrote an article: each case is a way in which pages name people, or the body that signs."""

import pytest

from crawler.extraction.authors import agency_in, bodies, people
from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules

URL = "https://paper.example/2026/a-bridge"


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Nowak", ["Ada Nowak"]),
        ("BY ADA NOWAK AND IAN ROW", ["Ada Nowak", "Ian Row"]),
        ("Von Ada Nowak und Ian Row", ["Ada Nowak", "Ian Row"]),
        ("Por Ada Nowak y Ian Row", ["Ada Nowak", "Ian Row"]),
        ("Par Ada Nowak et Ian Row", ["Ada Nowak", "Ian Row"]),
        ("Автор: Анна Петрова и Иван Рябов", ["Анна Петрова", "Иван Рябов"]),
        ("Του Νίκου Ρήγα", ["Νίκου Ρήγα"]),
        ("Ada Nowak, Ian Row & Eva Lind", ["Ada Nowak", "Ian Row", "Eva Lind"]),
        ("Ada Nowak, Paris", ["Ada Nowak"]),
        ("By Ada Nowak, Staff Writer | Fri., May 31, 2019", ["Ada Nowak"]),
        ("By Ada Nowak (Reuters)", ["Ada Nowak"]),
        ("Ada Nowak/Getty Images", ["Ada Nowak"]),
        ("(Image: Getty Images", []),
        ("Ada Nowak ada.nowak@paper.example @adanowak", ["Ada Nowak"]),
        ("https://social.example/adanowak", []),
        ("R. Hobbs J.D.", ["R. Hobbs J.D"]),
        ("Ludwig van der Berg", ["Ludwig van der Berg"]),
        ("박준석 기자", ["박준석"]),
        ("도널드 트럼프", ["도널드 트럼프"]),
        ("박준석 기자\n사람이 모이는 곳을 찾아다닙니다.", ["박준석"]),
        ("東京在住の記者として暮らしています。", []),
        ("Ada Nowak, in News, Local", ["Ada Nowak"]),
        ("Ada Nowak Twitter", ["Ada Nowak"]),
        ("Twitter Facebook", []),
        ("Staff Reporter", []),
        ("The Paper", []),
        ("AFP", []),
    ],
)
def test_a_byline_names_people_and_nothing_else(byline, names):
    assert people([byline], ["The Paper"]) == names


@pytest.mark.parametrize(
    ("byline", "signers"),
    [
        ("By Associated Press", ["Associated Press"]),
        ("dpa", ["dpa"]),
        ("the-paper.example", ["the-paper.example"]),
        ("The Paper | Friday", ["The Paper"]),
        ("aletho", []),
        ("admin", []),
        ("August 28, 2025 5 min read", []),
    ],
)
def test_a_body_that_signs_is_taken_as_it_is_written(byline, signers):
    assert bodies([byline]) == signers


@pytest.mark.parametrize(("text", "agency"), [("Quelle: dpa", "dpa"), ("Ada Nowak, AFP", "AFP"), ("Ada Nowak", None)])
def test_the_agency_of_a_credit(text, agency):
    assert agency_in(text) == agency


LD = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A bridge is opened", %s}</script>'
GRAPH = (
    '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "A bridge is opened",'
    ' "author": {"@id": "#ada"}}, {"@type": "Person", "@id": "#ada", "name": "Ada Nowak"}]}</script>'
)
HEADS = {
    "several people in one string": (LD % '"author": "Ada Nowak, Ian Row and Eva Lind"', 3),
    "a reference in a graph": (GRAPH, 1),
    "given and family name": (LD % '"author": [{"@type": "Person", "givenName": "Ada", "familyName": "Nowak"}]', 1),
    "a list of people and an organisation": (
        LD % '"author": [{"@type": "Person", "name": "Ada Nowak"}, {"@type": "Organization", "name": "The Herald"}]', 1,
    ),
    "meta author": ('<meta name="author" content="Ada Nowak">', 1),
    "parsely, beside the address of a profile": (
        '<meta property="article:author" content="https://social.example/p">'
        '<meta name="parsely-author" content="Ada Nowak">', 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADS)
def test_authors_in_the_head_of_a_page(case, article_page, sentences):
    head, count = HEADS[case]
    authors = extract(article_page(*sentences, head=head), "text/html", URL, Rules())["authors"]
    assert authors == ["Ada Nowak", "Ian Row", "Eva Lind"][:count]


SHOWN = {
    "marked by its class": '<div class="article-byline">By <a href="/ada">Ada Nowak</a></div>',
    "two elements that touch": '<p class="byline"><span>Ada Nowak</span><span>Staff Writer</span></p>',
    "a link that says author": '<a rel="author" href="/ada">Ada Nowak</a>',
    "an aside that names the author": '<aside class="post-author">by Ada Nowak</aside>',
    "marked by nothing but the word": "<p>By Ada Nowak</p>",
    "a bold line of its own": "<p><strong>Ada Nowak</strong></p>",
    "a button beside it": '<div class="byline"><a href="/ada">Ada Nowak</a><button>Subscribe</button></div>',
    "microdata": '<span itemprop="author" itemscope><span itemprop="name">Ada Nowak</span></span>',
}


@pytest.mark.parametrize("case", SHOWN)
def test_a_byline_between_headline_and_text(case, article_page, sentences):
    long = " ".join(sentences)
    page = article_page(long, *sentences).replace(b"</h1>", f"</h1>{SHOWN[case]}".encode())
    page = page.replace(b"<article>", b'<article class="post has-sidebar comments-open">')
    assert extract(page, "text/html", URL, Rules())["authors"] == ["Ada Nowak"]


COMMENTS = """<div id="comments" class="comments-area"><h3>2 comments</h3><ol class="comment-list">
<li class="comment"><div class="comment-author vcard"><b class="fn">Tom Bowler</b></div>
<p>Good. A fine bridge.</p></li>
<li class="comment"><cite class="author"><a rel="author">Lea Brook</a></cite>
<p>By Tom Bowler's leave: no.</p></li></ol></div>
<aside class="related"><span class="byline">By Somebody Else</span></aside>
<div class="teaser related-post"><span class="author">Another Writer</span></div>"""


def test_who_comments_or_wrote_another_article_is_never_an_author(article_page, sentences):
    page = article_page(*sentences * 3).replace(b"</body>", COMMENTS.encode() + b"</body>")
    assert extract(page, "text/html", URL, Rules())["authors"] == []


def test_people_come_before_the_body_that_signs_and_the_agency_stands_apart(article_page, sentences):
    head = LD % '"author": [{"@type": "Person", "name": "Ada Nowak"}, {"@type": "Person", "name": "AFP"}]'
    assert extract(article_page(*sentences, head=head), "text/html", URL, Rules())["authors"] == ["Ada Nowak"]
    alone = LD % '"author": {"@type": "Person", "name": "AFP"}'
    assert extract(article_page(*sentences, head=alone), "text/html", URL, Rules())["authors"] == ["AFP"]
