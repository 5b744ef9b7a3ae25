"""Drives a real headless Chromium over its debugging pipe: no driver, no websocket, only JSON between null bytes."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawler.replay.browser import QUIET, arguments

SECONDS = 30
"""How long anything in the browser may take before the test fails."""

HEADLESS = ["--headless", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,800", "--remote-debugging-pipe"]


def chromium_path() -> str | None:
    """Where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Chromium:
    """A headless browser with one page. With a proxy port and key it sees the archive only, else the live loopback."""

    def __init__(self, proxy_port: int | None = None, spki: str = "") -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="broadsheet-test-", ignore_cleanup_errors=True)
        if proxy_port is None:
            flags = [f"--user-data-dir={self._profile.name}", *QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        else:
            flags = arguments(Path(self._profile.name), proxy_port, spki)
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_browser, from_browser)]
        program = chromium_path()
        assert program is not None
        self._process = subprocess.Popen(
            [program, *HEADLESS, *flags, "about:blank"],
            preexec_fn=lambda: [os.dup2(end, number) for number, end in enumerate(ends, 3)],  # the pipe is 3 and 4
            close_fds=False,  # what Python opens is not inherited anyway
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (*ends, to_browser, from_browser):
            os.close(end)
        self._changed = threading.Condition()
        self._answers: dict[int, dict[str, Any]] = {}
        self._events: list[dict[str, Any]] = []
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        self._frame = self.send("Target.createTarget", {"url": "about:blank"}, None)["targetId"]
        attached = self.send("Target.attachToTarget", {"targetId": self._frame, "flatten": True}, None)
        self._session = attached["sessionId"]
        self.send("Page.enable")
        self.send("Network.enable")
        self.send("Page.setLifecycleEventsEnabled", {"enabled": True})

    def _listen(self) -> None:
        rest = b""
        while piece := os.read(self._read, 1 << 16):
            *messages, rest = (rest + piece).split(b"\0")
            with self._changed:
                for message in map(json.loads, messages):
                    if "id" in message:
                        self._answers[message["id"]] = message
                    else:
                        self._events.append(message)
                self._changed.notify_all()

    def send(self, method: str, params: dict[str, Any] | None = None, session: str | None = "page") -> Any:
        """Call a method of the DevTools protocol and return its result."""
        with self._changed:
            self._number += 1
            number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        with self._changed:
            assert self._changed.wait_for(lambda: number in self._answers, SECONDS), f"no answer to {method}"
            answer = self._answers.pop(number)
        assert "error" not in answer, answer
        return answer["result"]

    def load(self, begin: Callable[[], Any]) -> None:
        """Do what leads to a page, and wait until that is loaded."""
        with self._changed:
            self._events.clear()
        begin()

        def loaded() -> bool:
            states = [
                (event["params"]["loaderId"], event["params"]["name"])
                for event in self._events
                if event["method"] == "Page.lifecycleEvent" and event["params"]["frameId"] == self._frame
            ]
            loaders = [loader for loader, name in states if name == "init"]
            return bool(loaders) and (loaders[-1], "load") in states

        with self._changed:
            assert self._changed.wait_for(loaded, SECONDS), "the page was not loaded"

    def open(self, url: str) -> None:
        """Go to `url` and wait until it is loaded."""
        self.load(lambda: self.send("Page.navigate", {"url": url}))

    def requested(self) -> list[str]:
        """The http addresses that were asked for since the last page was opened, each once."""
        with self._changed:
            asked = [e["params"]["request"]["url"] for e in self._events if e["method"] == "Network.requestWillBeSent"]
        return list(dict.fromkeys(url for url in asked if url.startswith("http")))

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page; a promise is awaited."""
        result = self.send("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression in the page is true."""
        self.run(f"new Promise(done => {{ const look = () => ({condition}) ? done() : setTimeout(look, 5); look() }})")

    def text(self) -> str:
        """What the page shows as text."""
        return str(self.run("document.body.innerText"))

    def click(self, selector: str) -> None:
        """Click with the mouse on the first element of a CSS selector, and wait for the page that it leads to."""
        place = self.run(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const r = e.getClientRects()[0];"
            f"return [r.x + r.width / 2, r.y + r.height / 2] }})(document.querySelector({json.dumps(selector)}))"
        )
        self.load(lambda: self.click_at(*place))

    def click_at(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})

    def keys(self, text: str) -> None:
        """Type into what has the focus."""
        self.send("Input.insertText", {"text": text})

    def enter(self) -> None:
        """Press Enter, and wait for the page that it leads to."""
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        self.load(lambda: self.send("Input.dispatchKeyEvent", {"type": "keyDown", **key}))

    def size(self, width: int, height: int, dark: bool = False) -> None:
        """Make the window as large as a phone's, or as any other; prefer dark colours or not."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", {"features": [scheme]})

    def screenshot(self) -> bytes:
        """A PNG of what the window shows."""
        self.run("document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => setTimeout(done))))")
        return base64.b64decode(self.send("Page.captureScreenshot", {"format": "png"})["data"])

    def close(self) -> None:
        """End the browser."""
        os.close(self._write)
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()
