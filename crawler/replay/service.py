"""The running replay: the reader of the archive, the pages, the content, and the proxy for the browser."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import UsageError
from crawler.replay.article_pages import ArticlePages
from crawler.replay.articles import Query
from crawler.replay.capture_pages import CapturePages
from crawler.replay.certificate import make_identity
from crawler.replay.content import Content
from crawler.replay.proxy import ArchiveAnswers, ProxyServer
from crawler.replay.showing import Showing
from crawler.replay.site import Site
from crawler.replay.upkeep import END_SECONDS, POLL_SECONDS, Upkeep
from crawler.replay.web import Application, Request, Response, Router, Server

if TYPE_CHECKING:  # the model of sources takes a fifth of a second to load, which the first page does not wait for
    from crawler.replay.reextract.sourcing import Sources

log = logging.getLogger(__name__)

LAST_PORT = 65535
LOOPBACK = ("127.0.0.1", "::1")
STOP_SECONDS = 0.1
"""How long a server takes at most to notice that it is to stop."""


class Replay:
    """The archive below `root` in a browser. Nothing is read or served before `start`.

    `bind` is the address of the pages; the proxy is on loopback always. With port 0 any free port is taken, else the
    content is at the next one where that is free. `upkeep` is that of `root` where it was made before. Raises
    ArchiveError where `root` is not there, UsageError where it cannot listen. Pages of WARCs without texts are read
    as articles in `workers` processes (0: not at all), by the rules of what `sources` loads.
    """

    def __init__(
        self,
        root: Path,
        *,
        bind: str = "127.0.0.1",
        port: int = 0,
        when: datetime | None = None,
        sources: Callable[[], Sources] | None = None,
        workers: int = 0,
        cache_folder: Path | None = None,
        upkeep: Upkeep | None = None,
    ) -> None:
        self._upkeep = upkeep or Upkeep(root, cache_folder)
        root = self._upkeep.root
        self.cache, self.captures, self.articles = self._upkeep.cache, self._upkeep.captures, self._upkeep.articles
        self.showing = Showing(when)
        self._sources, self._workers = cache(sources or _no_sources), workers
        self._site = Site(self.captures, self.articles, self.showing, root.name or str(root))
        self._site.titles = lambda: self._sources().titles()
        self._threads: list[threading.Thread] = []
        self._listen(bind, port)

    def _listen(self, bind: str, port: int) -> None:
        allowed = frozenset({bind.lower(), socket.gethostname().lower()} if bind not in LOOPBACK else ())
        content = Content(self._site)
        self._pages = Server(bind, port, self._answer_page, allowed)
        try:
            self._content = _server_beside(self._pages, bind, port, content, allowed)
        except BaseException:
            self._pages.server_close()
            raise
        self._site.pages_port, self._site.content_port = self._pages.port, self._content.port
        self._router = self._routes()
        self.identity = make_identity()
        answers = ArchiveAnswers(self.captures, self.showing, self._site.missing)
        own: dict[str, Application] = {
            f"127.0.0.1:{self._pages.port}": self._answer_page,
            f"127.0.0.1:{self._content.port}": content,
        }
        self._proxy = ProxyServer(answers, self.identity, own)
        self.url = f"http://{f'[{bind}]' if ':' in bind else bind}:{self._pages.port}/"

    def _routes(self) -> Router:
        router = Router()
        ArticlePages(self._site).add_to(router)
        CapturePages(self._site).add_to(router)
        router.add("/now", self._site.now)
        router.add(r"/assets/(?P<name>[\w.-]+)", self._site.asset)
        return router

    @property
    def content_url(self) -> str:
        """The origin of the static view and the Memento resources."""
        return self.url.replace(f":{self._pages.port}/", f":{self._content.port}")

    @property
    def proxy_port(self) -> int:
        """The port of the proxy on 127.0.0.1."""
        return self._proxy.port

    def start(self) -> None:
        """Serve, and read the archive, in threads of their own."""
        self._upkeep.start()
        for server in (self._pages, self._content, self._proxy):
            self._run(server.serve_forever, STOP_SECONDS)
        if self._workers:
            self._run(self._read_pages)

    def _run(self, target: Callable[..., None], *arguments: float) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _read_pages(self) -> None:
        """Read pages that came without texts as articles, once it is known which there are."""
        while not self._upkeep.looked.wait(POLL_SECONDS):
            if self._upkeep.stopping.is_set():
                return
        from crawler.replay.reading import PageReading  # loads the extraction, which takes half a second

        reading = PageReading(self.captures, self.cache, self._sources(), self._workers, self._upkeep.stopping)
        self._site.reading = reading
        reading.run()

    def pause(self, seconds: float) -> bool:
        """Wait so long; whether all that was there at the start has been read."""
        return self._upkeep.pause(seconds)

    def summary(self) -> str:
        """What there is, in a line."""
        warcs = self.captures.warcs()
        captures = sum(warc.captures for warc in warcs)
        articles = self.articles.count(Query())
        return f"{_counted(articles, 'article')}, {_counted(captures, 'capture')}, {_counted(len(warcs), 'WARC')}"

    def _answer_page(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return Response(b"", 405, [("Allow", "GET, HEAD")])
        found = self._router(request)
        return found or self._site.message(request, "Not found", "There is no such page in the replay.", 404)

    def stop(self) -> None:
        """End the servers and the reading, and close the index."""
        self._upkeep.stopping.set()
        for server in (self._pages, self._content, self._proxy):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(END_SECONDS)
        self._upkeep.stop()


def _no_sources() -> Sources:
    from crawler.replay.reextract.sourcing import Sources

    return Sources([])


def _server_beside(pages: Server, bind: str, port: int, content: Application, allowed: frozenset[str]) -> Server:
    """The server of content: at the port after that of the pages where one was asked for and the next is free."""
    if port and pages.port < LAST_PORT:
        with contextlib.suppress(UsageError):
            return Server(bind, pages.port + 1, content, allowed)
    return Server(bind, 0, content, allowed)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
