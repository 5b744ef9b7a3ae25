"""Archived pages that attack the replay: what they do in a real browser, in the static view and in proxy mode."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.replay.service import Replay
from tests.replay.chromium import Chromium, chromium_path
from tests.replay.conftest import Recorder

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]

REFRESH = '<meta http-equiv=refresh content="0;url=CANARY/refresh-{}">'

PASSIVE = (
    '<base href="CANARY/base/">'
    '<link rel=stylesheet href="CANARY/style.css"><link rel=preload as=image href="CANARY/preload">'
    '<link rel=prefetch href="CANARY/prefetch"><link rel=preconnect href="CANARY"><link rel=manifest href="CANARY/m">'
    '<img src="CANARY/img" srcset="CANARY/srcset 2x"><img src=relative>'
    '<video src="CANARY/video" poster="CANARY/p"></video>'
    "<style>@import 'CANARY/import'; body { background: url(CANARY/css) } "
    "@font-face { font-family: f; src: url(CANARY/f) }"
    " p { font-family: f; background: u\\72l(CANARY/escaped); list-style: image-set('CANARY/image-set' 1x) }"
    " a[href*='1'] { background: url('CANARY/selector') }</style>"
    '<p style="background: url(&quot;CANARY/inline&quot;)">text</p>'
    '<iframe src="CANARY/frame"></iframe><iframe srcdoc="&lt;script>parent.ran = 1; top.ran = 1&lt;/script>'
    '&lt;img src=CANARY/srcdoc>"></iframe><object data="CANARY/object"></object><embed src="CANARY/embed">'
    '<svg><script>ran = 1</script><image href="CANARY/svg"/><use href="CANARY/use#a"/>'
    '<a href="CANARY/svg-link"><text y=20>svg</text></a></svg>'
    '<form id=form action="CANARY/form" target=_top><button id=button formaction="CANARY/button">send</button></form>'
    '<a id=script href="javascript:ran = 1">run</a> <a id=ping href="/next" ping="CANARY/ping">next</a>'
    '<img src=x onerror="ran = 1"><body onload="ran = 1"><script>ran = 1</script><script src="CANARY/script"></script>'
)
HIDDEN = (
    "<!-->" + REFRESH.format("comment") + "-->",
    '<noembed><p title="</noembed>' + REFRESH.format("noembed").replace('"', "'") + '"></noembed>',
    '<noframes><p title="</noframes>' + REFRESH.format("noframes").replace('"', "'") + '"></noframes>',
    '<xmp><p title="</xmp>' + REFRESH.format("xmp").replace('"', "'") + '"></xmp>',
    '<textarea><p title="</textarea>' + REFRESH.format("textarea").replace('"', "'") + '"></textarea>',
    '<iframe><p title="</iframe>' + REFRESH.format("iframe").replace('"', "'") + '"></iframe>',
    '<select><p title="</select>' + REFRESH.format("select").replace('"', "'") + '"></select>',
    '<svg><style><p title="</style>' + REFRESH.format("svg-style").replace('"', "'") + '"></style></svg>',
    '<math><annotation-xml encoding="text/html"><style><p title="</style>' + REFRESH.format("math") + '">',
    "<style></style/>" + REFRESH.format("style") + "</style>",
    '<title><p title="</title>' + REFRESH.format("title").replace('"', "'") + '"></title>',
    "<![CDATA[>" + REFRESH.format("cdata") + "]]>",
    "<?x >" + REFRESH.format("instruction") + "?>",
    REFRESH.format("plain"),
    '<meta http-equiv="Refresh " content="0; CANARY/refresh-space">',
    "<meta http-equiv=set-cookie content=a=b><p>",
)
ACTIVE = """<!doctype html><title>hostile</title><script>
const said = [];
const attempt = (name, what) => { try { said.push(name + ' ' + what()) } catch (error) { said.push(name + ' threw') } };
attempt('parent', () => parent.postMessage('x', '*'));
attempt('opener', () => opener && opener.location);
window.done = (async () => {
  const tried = async (name, what) => said.push(name + ' ' + await what().catch(error => 'refused'));
  const clock = 'PAGES/as-it-was/20170712120000/https://secure.example/';
  const socket = (url) => new Promise((done, failed) => {
    const opened = new WebSocket(url); opened.onopen = done; opened.onerror = failed });
  await tried('own', async () => (await fetch('PAGES/')).status);
  await tried('opaque', async () => (await fetch(clock, {mode: 'no-cors'})).type);
  await tried('worker', async () => (await navigator.serviceWorker.register('/worker.js')) && 'registered');
  await tried('socket', () => socket('wss://secure.example:8443/odd?path'));
  await tried('plain socket', () => socket('ws://127.0.0.1:CANARYPORT/'));
  await tried('odd port', async () => (await fetch('https://secure.example:65535/x')).status);
  await tried('canary', async () => (await fetch('CANARY/fetch', {mode: 'no-cors'})).type);
  return said;
})();
</script>"""


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server that no archived page may reach, and what was asked of it."""
    heard: list[str] = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def hostile_archive(tmp_path_factory: pytest.TempPathFactory, canary: tuple[str, list[str]]) -> Iterator[Replay]:
    """A replay of pages that try to reach the canary, the replay's own pages, and what is not theirs."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    recorder = Recorder(folder / "archive")
    site, _ = canary
    replay = Replay(recorder.folder if recorder.folder.mkdir() is None else folder, cache_folder=folder / "cache")
    pages = replay.url.rstrip("/")

    def filled(text: str) -> bytes:
        return (
            text.replace("CANARYPORT", site.rpartition(":")[2]).replace("CANARY", site).replace("PAGES", pages).encode()
        )

    recorder.add("https://secure.example/passive", filled(PASSIVE))
    recorder.add("https://secure.example/active", filled(ACTIVE))
    recorder.add("https://secure.example/worker.js", b"self.addEventListener('fetch', () => {})", "text/javascript")
    for number, text in enumerate(HIDDEN):
        recorder.add(
            f"https://secure.example/hidden/{number}", filled(f"<!doctype html><body><p>start</p>{text}<p>end")
        )
    clock = f"Location: {pages}/as-it-was/20170712120000/https://secure.example/passive\r\n".encode()
    recorder.add("https://secure.example/clock", status="302 Found", headers=clock)
    recorder.close()
    replay.start()
    while not replay.pause(0.02):
        pass
    replay._upkeep.read_once()
    yield replay
    replay.stop()


@pytest.fixture(scope="module")
def ordinary_browser() -> Iterator[Chromium]:
    """A browser that could reach the canary."""
    chromium = Chromium()
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def replay_browser(hostile_archive: Replay) -> Iterator[Chromium]:
    """A browser whose network is the archive."""
    chromium = Chromium(hostile_archive.proxy_port, hostile_archive.identity.spki)
    yield chromium
    chromium.close()


def test_the_static_view_reaches_nothing_and_runs_nothing(
    hostile_archive: Replay, ordinary_browser: Chromium, canary: tuple[str, list[str]]
) -> None:
    """Whatever a page loads, frames, sends or runs: neither alone nor below the banner does any of it leave."""
    for address in (
        f"{hostile_archive.content_url}/web/20170712120000/https://secure.example/passive",
        f"{hostile_archive.url}view/20170712120000/https://secure.example/passive",
    ):
        ordinary_browser.open(address)
        assert ordinary_browser.run("window.ran") is None
        assert canary[1] == []
    ordinary_browser.open(f"{hostile_archive.content_url}/web/20170712120000/https://secure.example/passive")
    for selector in ("#button", "#script"):
        ordinary_browser.run(f"document.querySelector('{selector}').click()")
    ordinary_browser.click("#ping")
    assert canary[1] == []


@pytest.mark.parametrize("number", range(len(HIDDEN)))
def test_nothing_is_hidden_from_the_rewriting(
    hostile_archive: Replay, ordinary_browser: Chromium, canary: tuple[str, list[str]], number: int
) -> None:
    """What one parser takes for text or a comment, and a browser for an element, leads nowhere."""
    address = f"{hostile_archive.content_url}/web/20170712120000/https://secure.example/hidden/{number}"
    ordinary_browser.open(address)
    assert ordinary_browser.run("location.href") == address
    assert ordinary_browser.run("document.querySelectorAll('meta[http-equiv]').length") == 0
    assert canary[1] == []


def test_scripts_of_archived_pages_reach_neither_the_web_nor_our_pages(
    hostile_archive: Replay, replay_browser: Chromium, canary: tuple[str, list[str]]
) -> None:
    """As it was, they run; the loopback, our pages, sockets and workers are out of their reach."""
    replay_browser.open("https://secure.example/active")
    said = replay_browser.run("window.done")
    assert said == [
        "parent undefined", "opener null", "own refused", "opaque opaque", "worker refused", "socket refused",
        "plain socket refused", "odd port refused", "canary opaque",
    ]  # fmt: skip
    assert hostile_archive.showing.when is None
    assert canary[1] == []


def test_an_archived_redirect_does_not_turn_the_clock(hostile_archive: Replay, replay_browser: Chromium) -> None:
    """An address that was typed may redirect; not to what only our own pages may ask for."""
    replay_browser.open("https://secure.example/clock")
    assert hostile_archive.showing.when is None
    assert "redirects to the replay itself" in replay_browser.text()
