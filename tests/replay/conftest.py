"""Small archives of our own making for the replay's tests."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import pytest

from crawler.archive.exchange import Capture, Exchange, Via
from crawler.archive.reader import Record, iterate
from crawler.archive.writer import ArchiveWriter
from crawler.items import Article
from crawler.replay.cache import Cache, open_cache
from crawler.replay.library import Library
from crawler.replay.service import Replay
from crawler.storage import texts

NOON = datetime(2017, 7, 12, 12, 0, tzinfo=UTC)


class Recorder:
    """Writes captures into a WARC, as a crawl would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer = ArchiveWriter(folder, "test", info={"software": "test"})

    def add(
        self,
        url: str,
        body: bytes = b"",
        content_type: str = "text/html; charset=utf-8",
        status: str = "200 OK",
        headers: bytes = b"",
        when: datetime = NOON,
        method: str = "GET",
        sent: bytes = b"",
        sent_type: bytes = b"application/x-www-form-urlencoded",
        via: Via | None = None,
    ) -> Capture:
        """Capture one exchange."""
        head = f"HTTP/1.1 {status}\r\n".encode() + headers
        if content_type:
            head += f"Content-Type: {content_type}\r\n".encode()
        request = f"{method} / HTTP/1.1\r\nHost: x\r\n".encode()
        if sent:
            request += b"Content-Type: " + sent_type + b"\r\n"
        exchange = Exchange(url, method, when, request + b"\r\n" + sent, head + b"\r\n" + body, ip="192.0.2.1")
        capture = self.writer.write(exchange, via or Via())
        assert capture is not None
        return capture

    def close(self) -> Path | None:
        """Give the WARC its final name."""
        return self.writer.close()


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "archive")


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Callable[[Path], Library]]:
    """Opens libraries whose caches lie in the test's own folder."""
    opened: list[Cache] = []

    def open_one(root: Path) -> Library:
        cache = open_cache(root, tmp_path / "cache")
        opened.append(cache)
        return Library(root, cache)

    yield open_one
    for cache in opened:
        cache.close()


def members(path: Path, *left_out: str) -> list[bytes]:
    """The records of a WARC, each a gzip member, but those of the types that are left out."""
    data = path.read_bytes()
    records = [item for item in iterate(path) if isinstance(item, Record) and item.type not in left_out]
    return [data[item.offset : item.offset + item.length] for item in records]


@pytest.fixture
def every_kind(recorder: Recorder) -> Path:
    """A WARC of every kind of capture."""
    recorder.add("https://a.org/1", b"one" * 5000)
    recorder.add("https://a.org/1", b"one" * 5000, when=NOON + timedelta(days=1))
    recorder.add("https://a.org/old", status="301 Moved", headers=b"Location: /1\r\n")
    recorder.add("https://a.org/long", b"long", headers=b"X-Long: " + b"abc" * 1000 + b"\r\n")
    recorder.add("https://a.org/form", b"sent", method="POST", sent=b"a=1")
    recorder.add("https://a.org/both", b"sent", method="POST", sent=b"a=1")
    recorder.add("https://a.org/both", b"got")
    recorder.add("https://a.org/inner.gz", gzip.compress(b"nothing of the kind"), "application/gzip")
    path = recorder.close()
    assert path
    return path


class Served:
    """A replay of a small archive, and a client of it."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.replay = Replay(folder, cache_folder=cache)
        self.replay.start()
        while not self.replay.pause(0.02):
            pass

    def get(
        self, path: str, host: str | None = None, method: str = "GET", content: bool = False, **headers: str
    ) -> tuple[int, Message, str]:
        """Status, headers and text of an answer; with `content`, from the origin of archived content."""
        port = int((self.replay.content_url if content else self.replay.url).rstrip("/").rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": host or f"127.0.0.1:{port}", **named})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, answer.headers, text


@pytest.fixture(scope="module")
def served_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An archive as a crawl leaves it: three articles in three languages, and some captures that are none."""
    folder = tmp_path_factory.mktemp("served")
    recorder = Recorder(folder / "archives" / "paper" / "warc")
    stories = [
        ("Ferry late again", "The ferry to the island was late for the third day.", "en", "Ines Farrow", 0),
        ("Выборы в городе", "Выборы прошли спокойно, сообщила комиссия.", "ru", "Иван Петров", 1),
        ("港口新闻", "港口的渡轮星期一恢复运行。", "zh", "李明", 1),
    ]
    for number, (title, text, language, author, day) in enumerate(stories):
        when = NOON + timedelta(days=day)
        page = f"<!doctype html><title>{title}</title><h1>{title}</h1><script>window.ran = true</script><p>{text}</p>"
        capture = recorder.add(f"https://paper.example/{number}", page.encode(), when=when)
        article = Article(
            source="paper", url=capture.url, title=title, text=f"{title}\n\n{text}\n", language=language,
            authors=[author], published=when, record_id=capture.record_id, warc=capture.warc, offset=capture.offset,
            captured=when, payload_digest=capture.payload_digest,
        )  # fmt: skip
        texts.store(texts.place(article, folder / "archives"), folder / "archives")
    recorder.add("https://paper.example/0", b"<p>later", when=NOON + timedelta(days=100))
    recorder.add("https://paper.example/old", status="301 Moved", headers=b"Location: /0\r\n")
    recorder.add("https://paper.example/gone", b"<h1>gone</h1>", status="404 Not Found")
    recorder.add("https://paper.example/x.png", b"\x89PNG", "image/png")
    recorder.add("https://paper.example/data.bin", b"0123456789", "application/octet-stream")
    recorder.close()
    served = Served(folder / "archives", folder / "cache")
    yield served
    served.replay.stop()
