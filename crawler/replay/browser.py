"""A Chromium-family browser on a throw-away profile, whose only network is our proxy.

Nothing of the user's own browser is touched. Every host name resolves to nothing outside the proxy, QUIC and WebRTC's
own sockets are off, and the browser's background services too: an archived page cannot reach the real network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from crawler.errors import UsageError

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "brave-browser",
    "vivaldi",
)
"""What the browsers of the family are called on the PATH."""

MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
)

VARIABLE = "BROADSHEET_BROWSER"
"""An environment variable that names the browser to use."""

QUIET = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--no-pings",
    "--disable-quic",
    "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,DialMediaRouteProvider",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--password-store=basic",
    "--use-mock-keychain",
)


def find_browser() -> Path | None:
    """The browser that the environment names, or the first of the family that is installed; None where none is.

    Raises UsageError where the environment names one that is not there.
    """
    if named := os.environ.get(VARIABLE):
        found = shutil.which(named)
        if not found:
            raise UsageError(
                f"{VARIABLE} names {named}, which is not a program. Set it to a Chromium's path, or unset it."
            )
        return Path(found)
    candidates = [shutil.which(name) for name in NAMES] + [path for path in MAC_APPLICATIONS if Path(path).exists()]
    return next((Path(path) for path in candidates if path), None)


def arguments(profile: Path, proxy_port: int, spki: str) -> list[str]:
    """The command line, after the program, of a browser that sees the archive and nothing else."""
    return [
        f"--user-data-dir={profile}",
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        "--proxy-bypass-list=<-loopback>",  # archived pages may have been on this machine too, as the demo's are
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={spki}",
        *QUIET,
        *(["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []),
    ]


class Browser:
    """A running browser. Its profile is removed when it is closed."""

    def __init__(self, program: Path, url: str, proxy_port: int, spki: str) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="broadsheet-browser-", ignore_cleanup_errors=True)
        command = [str(program), *arguments(Path(self._profile.name), proxy_port, spki), url]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            self._profile.cleanup()
            raise UsageError(f"{program} could not be started: {error.strerror}. Use --no-browser.") from error

    def closed(self) -> bool:
        """Whether its last window is closed."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it, and remove its profile."""
        if not self.closed():
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._profile.cleanup()
