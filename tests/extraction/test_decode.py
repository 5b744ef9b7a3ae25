"""The encoding of a page: what it declares counts where its bytes can be that, and its bytes count where not."""

import pytest

from crawler.extraction.decode import decode_page

TEXTS = {
    "cp1251": "Кремль сожалеет об ограничении, сообщил представитель. Решение было принято ранее на этой неделе.",
    "koi8-r": "Мэр города открыл новый мост через реку. На церемонию пришли около четырёхсот человек.",
    "shift_jis": "政府は十四日、来年度予算案を閣議決定した。新しい計画では、地方の交通を守るために補助金を増やす。",
    "euc_jp": "市長は月曜日、川に架かる新しい橋を開通させた。式典には約四百人が集まった。",
    "gb18030": "市政府昨天宣布，新的图书馆将于明年春天开放。居民们对此表示欢迎，并希望有更多的公共空间。",
    "big5": "市政府昨天宣布，新的圖書館將於明年春天開放。居民們對此表示歡迎，並希望有更多的公共空間。",
    "euc_kr": "서울시는 어제 새로운 도서관이 내년 봄에 문을 연다고 발표했다. 주민들은 이를 환영하고 있다.",
    "iso8859-1": "Le maire a annoncé hier que la bibliothèque ouvrira au printemps. Déjà, les élèves s'en réjouissent.",
    "cp1252": "Die Stadt kündigte gestern an, dass die neue Bücherei im Frühjahr öffnet – „schöner als je zuvor“.",
    "iso8859-2": "Rząd ogłosił wczoraj, że nowa biblioteka zostanie otwarta wiosną. Mieszkańcy są zachwyceni.",
    "cp1253": "Η κυβέρνηση ανακοίνωσε χθες ότι η νέα βιβλιοθήκη θα ανοίξει την επόμενη άνοιξη.",
    "cp1254": "Hükümet dün yeni kütüphanenin gelecek baharda açılacağını duyurdu. Öğrenciler sevinçli, ışıklar yandı.",
    "cp1255": "הממשלה הודיעה אתמול כי הספרייה החדשה תיפתח באביב הבא.",
    "cp1256": "أعلنت الحكومة أمس أن المكتبة الجديدة ستفتح في الربيع المقبل.",
}


def page(text, head=""):
    return f"<html><head>{head}<title>{text[:20]}</title></head><body><p>{text}</p><p>{text}</p></body></html>"


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize(
    ("content_type", "head"),
    [
        ("text/html; charset=utf-8", ""),
        ("text/html", '<meta charset="utf-8">'),
        ("text/html; charset=iso-8859-1", ""),
        (None, ""),
    ],
    ids=["http says utf-8", "meta says utf-8", "http says latin-1", "nothing said"],
)
def test_a_wrong_declaration_or_none_does_not_spoil_a_page(encoding, content_type, head):
    text = page(TEXTS[encoding], head)
    assert decode_page(text.encode(encoding), content_type).text == text


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_right_declaration_decides(encoding):
    text = page(TEXTS[encoding])
    for label, head in ((f"text/html; charset={encoding}", ""), ("text/html", f'<meta charset="{encoding}">')):
        decoded = decode_page(page(TEXTS[encoding], head).encode(encoding), label)
        assert decoded.text == page(TEXTS[encoding], head)
        assert decoded.how == ("meta" if head else "http")
    assert text


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        ("iso-8859-1", b"\x93caf\xe9\x94", "“café”"),
        ("latin1", b"caf\xe9 \x80 5", "café € 5"),
        ("gb2312", "喆".encode("gb18030"), "喆"),
        ("shift_jis", "①髙".encode("cp932"), "①髙"),
        ("euc-kr", "똠방".encode("cp949"), "똠방"),
        ("x-sjis", "橋".encode("cp932"), "橋"),
        ("windows-1251", "мост".encode("cp1251"), "мост"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label, body, text):
    markup = b"<p lang=xx>" + body * 1 + b"</p>"
    assert text in decode_page(markup, f"text/html; charset={label}").text


@pytest.mark.parametrize(
    "head",
    [
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        "<meta charset='windows-1251'>",
        "<META HTTP-EQUIV=content-type CONTENT='text/html;charset=windows-1251'/>",
    ],
)
def test_every_form_of_meta_counts(head):
    text = page(TEXTS["cp1251"], head)
    assert decode_page(text.encode("cp1251"), "text/html")[:3] == (text, "cp1251", "meta")


def test_an_xml_declaration_counts():
    text = '<?xml version="1.0" encoding="windows-1251"?>' + page(TEXTS["cp1251"])
    assert decode_page(text.encode("cp1251"), "application/xhtml+xml").encoding == "cp1251"


def test_a_byte_order_mark_outweighs_all_else_and_is_no_text():
    text = page(TEXTS["iso8859-1"], "<meta charset=latin-1>")
    for encoding, mark in (("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        decoded = decode_page(mark + text.encode(encoding), "text/html; charset=iso-8859-1")
        assert decoded[:3] == (text, encoding, "bom")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_known_without_a_mark(encoding):
    text = page(TEXTS["iso8859-1"], '<meta charset="utf-16">')
    assert decode_page(text.encode(encoding), "text/html; charset=utf-8")[:3] == (text, encoding, "content")


def test_utf8_called_latin1_is_read_as_utf8():
    text = page("Le maire a déjà annoncé “l’ouverture” à l’école.", '<meta charset="iso-8859-1">')
    assert decode_page(text.encode(), "text/html; charset=iso-8859-1")[:3] == (text, "utf-8", "content")


def test_utf8_with_a_few_stray_bytes_stays_utf8():
    body = page("Déjà vu à l’école, très bien. " * 5).encode() + b"<p>It\x92s cut \xe2\x80"
    decoded = decode_page(body, "text/html; charset=utf-8")
    assert decoded.encoding == "utf-8"
    assert "Déjà vu à l’école" in decoded.text
    assert "It’s cut \ufffd" in decoded.text


def test_utf16_in_a_meta_that_could_be_read_means_utf8():
    text = page("Déjà vu", '<meta charset="utf-16le">')
    assert decode_page(text.encode(), None).text == text


def test_iso_2022_jp_is_read_although_its_bytes_are_ascii():
    text = page(TEXTS["shift_jis"])
    assert decode_page(text.encode("iso2022_jp"), "text/html").text == text
    assert decode_page(text.encode("iso2022_jp"), "text/html; charset=iso-2022-jp").how == "http"


@pytest.mark.parametrize(
    "content_type", ["text/html; charset=utf-7", "text/html; charset=x-unknown", "", "charset=", None]
)
def test_unknown_labels_are_passed_over(content_type):
    text = page("Déjà vu à l’école")
    assert decode_page(text.encode(), content_type).text == text


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"\xff" * 100, bytes(range(256)) * 20, b"\xfe\xff\xd8", b"\xff\xfe\x00"]
)
def test_no_bytes_are_too_odd(body):
    assert isinstance(decode_page(body, "text/html; charset=utf-8").text, str)


def test_a_page_in_windows_1251_called_latin1_by_the_server_is_read_by_its_meta():
    text = page(TEXTS["cp1251"], '<meta charset="windows-1251">')
    assert decode_page(text.encode("cp1251"), "text/html; charset=iso-8859-1").text == text
