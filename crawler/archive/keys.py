"""The canonical key of a URL, by which indexes are sorted and captures of one address are found.

The key is the sort-friendly form that the Internet Archive's tools agreed on and that pywb, OpenWayback and
ReplayWeb.page look up: host reversed, port where it is not the scheme's, path and query in lower case::

    https://www.Example.com/News/?b=2&a=1   ->   com,example)/news?a=1&b=2

Session identifiers, `www.`, user names, fragments and one trailing slash are left out, so that addresses which
differ in nothing else share a key. Requests other than GET get a key of their own: what they sent is added to
the query first (see `method_url`).
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_plus, unquote_to_bytes, urlencode

METHOD_PARAMETER = "__wb_method"
BODY_PARAMETER = "__wb_post_data"
MAX_BODY_QUERY = 4096
"""Characters of a request's body that go into the key, as pywb has it."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_DOUBLED_SCHEME = re.compile(r"(?:https?://)+(?=https?://)")
"""As in links like http://https://example.com/, which are met often and mean the second address."""

_PLAIN_URL = re.compile(r"https?://([A-Za-z0-9.-]+)((?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*)/?")
"""An address whose key takes no more than to put its host in order, as that of most pages and images."""

_AUTHORITY_END = re.compile("[/?]")
_VERBATIM = "filedesc:"
"""File descriptions in ARC files are no addresses; the tools agree to leave them as they are."""

_PLAIN = re.compile(r"[!-$&-~]*")
"""Text in which nothing is escaped and nothing needs to be."""

_TO_ESCAPE = re.compile(rb"[\x00-\x20\x7f-\xff#%]")
_BLANK_OR_FOREIGN = re.compile(rb"[\x00-\x20\x7f-\xff]")
_UNESCAPINGS = 8
"""How often what was escaped again and again is unescaped; without a bound, a hostile address takes minutes."""

_SLASHES = re.compile("/{2,}")
_PORT = re.compile("[0-9]{1,10}")
_NUMERIC_HOST = re.compile(r"[0-9.]+")
_WWW = re.compile(r"^www\d*\.")
_BOUNDARY = re.compile(r"""boundary=(?:"([^"]+)"|([^;\s]+))""")
_FIELD_NAME = re.compile(rb"""Content-Disposition:[^\r\n]*?\bname=(?:"([^"\r\n]*)"|([^;\s]+))""", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")

_ASPX_SESSION = re.compile(r"(.*/)\((?:(?:[a-z]\([0-9a-z]{24}\))+|[0-9a-z]{24})\)/([^?]+\.aspx.*)", re.DOTALL)
_SESSION_HINT = re.compile("sid=|sessionid|cftoken=", re.IGNORECASE)
_QUERY_SESSIONS = tuple(
    re.compile(rf"(.*){session}(?:&|$)", re.IGNORECASE)
    for session in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)
"""Each kind is taken out once, where it is met last, and in this order: so the tools do it."""


def url_key(url: str) -> str:
    """The canonical key of `url`: ASCII without blanks, in lower case.

    An address that no browser could use (its port is none) keeps its own text as its key, so that no capture
    is lost from an index. Addresses without a host (`dns:`, `urn:`) keep their scheme.
    """
    if (plain := _PLAIN_URL.fullmatch(url)) and (host_key := _host_key(plain[1])):
        return f"{host_key}){plain[2].lower() or '/'}"
    url = url.strip(" \t\r\n").replace("\t", "").replace("\n", "").replace("\r", "")
    if url.startswith(_VERBATIM):
        return _escape(url)
    scheme, rest = _split_scheme(url[doubled.end() :] if (doubled := _DOUBLED_SCHEME.match(url)) else url)
    rest = rest.partition("#")[0]
    if rest.startswith("//"):
        authority, rest = _split_authority(rest[2:])
        host, port = _split_port(authority.rpartition("@")[2])
        if port is None:
            return _escape(url)
        if host_key := _host_key(host):
            shown = f":{port}" if port and port != _DEFAULT_PORTS.get(scheme) else ""
            return f"{host_key}{shown}){_target_key(rest, rooted=True)}"
        rest = "/" + rest if rest.startswith("?") else rest
    return f"{scheme}:{_target_key(rest, rooted=False)}"


def method_url(url: str, method: str, content_type: str, body: bytes) -> tuple[str, str]:
    """`url` with what a request other than GET sent in its query, and that part of it alone.

    It is pywb's form (`__wb_method=POST&name=value`), so that keys made of it meet those of pywb's index:
    forms and JSON by their fields, whatever else in base64, at most `MAX_BODY_QUERY` characters.
    """
    method = method.upper()
    if method == "GET":
        return url, ""
    query = _body_query(content_type, body)[:MAX_BODY_QUERY] if body and method in ("POST", "PUT") else ""
    joined = f"{url}{'&' if '?' in url else '?'}{METHOD_PARAMETER}={method}"
    return (f"{joined}&{query}" if query else joined), query


def _split_scheme(url: str) -> tuple[str, str]:
    """Scheme in lower case and what follows it, with "//" put before a host that lacks it."""
    match = _SCHEME.match(url)
    if not match:
        return "http", "//" + url.lstrip("/")
    scheme, rest = match[1].lower(), match[2]
    return scheme, "//" + rest.lstrip("/") if scheme in _DEFAULT_PORTS and rest.strip("/") else rest


def _split_authority(rest: str) -> tuple[str, str]:
    end = match.start() if (match := _AUTHORITY_END.search(rest)) else len(rest)
    return rest[:end], rest[end:]


def _split_port(authority: str) -> tuple[str, int | None]:
    """Host and port; 0 where none is stated, None where it cannot be one. Brackets of IPv6 addresses go."""
    if authority.startswith("["):
        host, _, port = authority[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = authority.partition(":")
    if not port:
        return host, 0
    number = int(port) if _PORT.fullmatch(port) else 65536
    return host, number if number < 65536 else None


@lru_cache(maxsize=4096)
def _host_key(host: str) -> str:
    """The labels of `host` in reverse, joined by commas, in Punycode and without a leading www."""
    name = _ascii_host(unquote_to_bytes(host) if "%" in host else host.encode("utf-8", "surrogatepass"))
    if _NUMERIC_HOST.fullmatch(name):
        name = _dotted_quad(name)
    return ",".join(reversed(_WWW.sub("", name).split(".")))


def _ascii_host(host: bytes) -> str:
    name = host.decode(errors="ignore")
    try:
        host = name.encode() if name.isascii() else name.encode("idna")
    except UnicodeError:  # no name that could be looked up, but one that was recorded
        host = name.encode()
    return _escape_bytes(host).replace("..", ".").strip(".").lower()


def _dotted_quad(digits: str) -> str:
    """The usual form of an IPv4 address in one of its older ones (one number, octal); else as it is."""
    import socket  # a fifth of the time in which a process that only makes keys starts is this and json

    if digits.isdigit() and len(digits) <= 20:
        return socket.inet_ntoa((int(digits) & 0xFFFFFFFF).to_bytes(4, "big"))
    try:
        return socket.inet_ntoa(socket.inet_aton(digits))
    except OSError:
        return digits


def _target_key(target: str, *, rooted: bool) -> str:
    """The key of path and query; dot segments are resolved only where the path is `rooted` below a host."""
    path, _, query = target.partition("?")
    path = _canonical_escapes(path).lower()
    if rooted:
        path = _without_session(_without_dots(path))
    if path.endswith("/") and path != "/":
        path = path[:-1]
    query = _query_key(query) if query else ""
    return f"{path}?{query}" if query else path


def _without_dots(path: str) -> str:
    """`path` without empty and dot segments. A ".." above the root stays, as the other tools leave it."""
    if path and "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == ".." and kept:
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    return _SLASHES.sub("/", "/" + "/".join(kept))


def _without_session(path: str) -> str:
    match = _ASPX_SESSION.fullmatch(path) if ".aspx" in path else None
    return match[1] + match[2] if match else path


def _query_key(query: str) -> str:
    """`query` without session identifiers, its parameters in order of their bytes."""
    query = _canonical_escapes(query)
    if _SESSION_HINT.search(query):
        for session in _QUERY_SESSIONS:
            if match := session.match(query):
                query = match[1] + query[match.end() :]
    query = query.lower()
    if "&" not in query:
        return query
    return "&".join("=".join(pair) for pair in sorted(parameter.split("=", 1) for parameter in query.split("&")))


def _canonical_escapes(text: str) -> str:
    """`text` with one way of percent-encoding: unescaped as often as it was escaped, then escaped once."""
    if _PLAIN.fullmatch(text):
        return text
    raw = text.encode("utf-8", "surrogatepass")
    for _ in range(_UNESCAPINGS):
        if b"%" not in raw or (once := unquote_to_bytes(raw)) == raw:
            break
        raw = once
    return _escape_bytes(raw)


def _escape(text: str) -> str:
    """`text` with blanks and non-ASCII characters percent-encoded; what is escaped already stays."""
    return _BLANK_OR_FOREIGN.sub(_percent, text.encode("utf-8", "surrogatepass")).decode()


def _escape_bytes(raw: bytes) -> str:
    return _TO_ESCAPE.sub(_percent, raw).decode()


def _percent(match: re.Match[bytes]) -> bytes:
    return b"%%%02X" % match[0][0]


def _body_query(content_type: str, body: bytes) -> str:
    """What a POST or PUT sent, as the query of a URL."""
    try:
        if content_type.startswith("application/x-www-form-urlencoded"):
            return unquote_plus(body.decode())
        if content_type.startswith("multipart/"):
            return urlencode(list(_form_parts(content_type, body)))
        if content_type.startswith(("application/json", "text/plain")):
            return _json_query(body)
    except (ValueError, OverflowError, RecursionError):
        if content_type.startswith("application/json"):
            return ""
    return f"{BODY_PARAMETER}={base64.b64encode(body).decode()}"


def _form_parts(content_type: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and value of each part of a multipart form (RFC 7578).

    Raises:
        ValueError: the content type names no boundary.
    """
    boundary = _BOUNDARY.search(content_type)
    if not boundary:
        raise ValueError("no boundary")
    divider = re.escape((boundary[1] or boundary[2]).encode())
    for part in re.split(rb"(?:^|\r?\n)--%b(?:--)?[ \t]*(?=\r?\n|$)" % divider, body)[1:]:
        head, found, value = _split_part(part)
        name = _FIELD_NAME.search(head)
        if found and name:
            yield (name[1] if name[1] is not None else name[2]).decode("utf-8", "replace"), value


def _split_part(part: bytes) -> tuple[bytes, bool, bytes]:
    end = _BLANK_LINE.search(part)
    return (part[: end.start()], True, part[end.end() :]) if end else (part, False, b"")


def _json_query(body: bytes) -> str:
    """The leaves of a JSON document by their names; a name met again gets a number (`name.2_`)."""
    import json

    fields: dict[str, str] = {}
    met: dict[str, int] = {}
    for name, value in _leaves(json.loads(body), ""):
        met[name] = met.get(name, 0) + 1
        fields[name if met[name] == 1 else f"{name}.{met[name]}_"] = _json_text(value)
    return urlencode(fields)


def _leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif name:
        yield name, value


def _json_text(value: object) -> str:
    """A JSON leaf as JavaScript would print it, which is what the page's own script sent it from."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and math.modf(value)[0] == 0.0:
        return str(int(value))
    return str(value)
