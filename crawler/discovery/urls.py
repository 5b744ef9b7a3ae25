"""URLs of articles: the absolute form that is fetched, and the canonical form that says whether we have seen it.

The two are kept apart. `absolute` gives what a browser would fetch and changes nothing else. `canonical_url` is an
identity, compared and never fetched: http and https, with and without `www.`, with and without a final slash, in any
order of parameters and whatever campaign led there, an article is one article. A filter of duplicate REQUESTS must not
use it: a redirect from http to https would look like a repetition.
"""

from __future__ import annotations

import hashlib
import re
import string
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

from w3lib.url import safe_url_string

MAX_LENGTH = 4096
"""Characters of the longest URL that is followed; above it are data and traps, not addresses."""

_PLAIN = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::\d{1,4})?/(?:[A-Za-z0-9._~!$'()*+,;=:@/?&-]|%[0-9A-Fa-f]{2})*")
"""URLs that every step below would leave alone: nearly all of a sitemap's 50,000."""

_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_ABSOLUTE = re.compile("https?://", re.IGNORECASE)
_IGNORED_IN_URLS = re.compile("[\t\n\r]")
"""What browsers remove wherever it stands (WHATWG URL, section 4.4)."""

_EDGES = "".join(map(chr, range(0x21))) + "\u00a0\ufeff\u200b"

_TRACKING = re.compile(
    r"(?:utm_|ga_|mtm_|matomo_|pk_|piwik_|hsa_|__hs|_hs|vero_|oly_|at_|mc_[ce]id$|ns_(?:mchannel|source|campaign|linkname|fee)$"
    r"|(?:fb|g|d|y|ys|tw|tt)clid$|msclkid$|li_fat_id$|_g[al]$|[gw]braid$|igsh(?:id)?$|xtor$|cmp(?:id)?$|[in]cid$|s_cid$"
    r"|wt_z?mc$|spm$|sm(?:id|typ)$|emc$|__twitter_impression$|ref_(?:src|url)$|replytocom$|jsessionid$|phpsessid$"
    r"|sr_share$|share_id$|fb_(?:action|comment|ref|source))",
    re.IGNORECASE,
)
"""Parameters that say how a reader came, or which session this is; never which article."""

_TRACKING_IF_A_NAME = re.compile(
    r"(?:sid|ref|referrer|referer|source|src|from|partner|campaign|medium|via|amp|outputtype|print|printable)$",
    re.IGNORECASE,
)
"""Parameters that mostly say how a reader came, or ask for the article in another form (AMP, for printing), but name
the article where their value is a number."""

_LETTERS = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")
_UNRESERVED = frozenset((string.ascii_letters + string.digits + "-._~").encode())
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_PATH_SAFE = "/!$&'()*+,;=:@%-._~"
_QUERY_SAFE = "/?!$()*,;:@%-._~"


def absolute(base: str, reference: str, encoding: str = "utf-8") -> str | None:
    """The http(s) URL that `reference` names in a document at `base`, as a browser would fetch it, or None.

    Characters that cannot stand in a URL are percent-encoded (the query in the document's `encoding`, as browsers do),
    a host in another script is written in its ASCII form, and the fragment is cut off: it is never sent.
    """
    reference = _IGNORED_IN_URLS.sub("", reference.strip(_EDGES))
    plain = _origin(base) + reference if reference.startswith("/") and "//" not in reference else reference
    if _PLAIN.fullmatch(plain) and "/." not in plain and len(plain) <= MAX_LENGTH:
        return plain
    try:
        # urljoin would lose an empty ";" or "?" at the end of what is absolute already.
        joined = (reference if _ABSOLUTE.match(reference) else urljoin(base, reference)).partition("#")[0]
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not parts.hostname or len(joined) > MAX_LENGTH:
            return None
        _ = parts.port  # raises where the port is not a number
        url = safe_url_string(joined, encoding=encoding, path_encoding="utf-8", quote_path=True)
    except (ValueError, LookupError):  # a broken IPv6 address, a port of letters, a host that no registry could hold
        return None
    if not url.isascii():  # a host that has no ASCII form
        return None
    return url if parts.path else _with_root(url)


def canonical_url(url: str) -> str:
    """The identity of the article at `url`: the same for all the ways in which listings write its address.

    Idempotent. Comes back as an https URL without `www.`, default port, fragment, tracking parameters and final slash,
    parameters sorted, percent-encoding in its normal form (RFC 3986, section 6.2.2). What is no http(s) URL comes
    back stripped of blanks and otherwise as it is.
    """
    try:
        parts = urlsplit(_IGNORED_IN_URLS.sub("", url.strip(_EDGES)))
        host = _canonical_host(parts)
    except ValueError:
        return url.strip(_EDGES)
    if parts.scheme not in ("http", "https") or not host:
        return url.strip(_EDGES)
    path = _canonical_path(parts.path)
    query = _canonical_query(parts.query)
    hashbang = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return f"https://{host}{path}{'?' if query else ''}{query}{hashbang}"


def url_digest(url: str) -> bytes:
    """16 bytes that stand for the article at `url` (BLAKE2b of its canonical form): the key of what was seen."""
    return hashlib.blake2b(canonical_url(url).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def readable(text: str) -> str:
    """`text` with the letters of other scripts that percent-encoding hides in its addresses, as browsers show them."""
    return _LETTERS.sub(_letters, text)


def host_of(url: str) -> str:
    """The host of `url` in lower case, without port, `www.` and final dot; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""


@lru_cache(maxsize=64)
def _origin(base: str) -> str:
    """Scheme and host of `base`, to put before a path; empty where it has none."""
    match = _ORIGIN.match(base)
    return match[0] if match else ""


def _with_root(url: str) -> str:
    """A URL whose path is empty, with the "/" that a request for it has."""
    before, mark, query = url.partition("?")
    return f"{before.rstrip('/')}/{mark}{query}"


def _canonical_host(parts: SplitResult) -> str:
    """Host and port; raises ValueError for a port that is no number."""
    host = parts.hostname or ""
    if not host.isascii():
        host = _ascii_host(host)
    host = re.sub(r"^(?:www\.)+(?=.)", "", host.rstrip("."))
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    return host + port


def _ascii_host(host: str) -> str:
    """A host in its ASCII form (RFC 3490), or percent-encoded where it has none."""
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return quote(host).lower()


def _canonical_path(path: str) -> str:
    """The path with its dot segments resolved, no session, no final slash."""
    path = re.sub(r";jsessionid=[^/?]*", "", path, flags=re.IGNORECASE)
    path = _normal_percents(quote(path.replace("\\", "/"), safe=_PATH_SAFE, errors="surrogatepass"))
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept).strip("/")


def _canonical_query(query: str) -> str:
    """The parameters that choose the article, sorted; those with the same name and value once."""
    pairs = {_canonical_pair(pair) for pair in query.replace("&amp;", "&").split("&") if pair}
    return "&".join(
        sorted(f"{name}={value}" if mark else name for name, mark, value in pairs if not _is_tracking(name, value))
    )


def _canonical_pair(pair: str) -> tuple[str, str, str]:
    """Name, "=" (or nothing) and value, both percent-encoded in the normal form."""
    name, mark, value = (
        _normal_percents(quote(part.replace("+", "%20"), safe=_QUERY_SAFE, errors="surrogatepass"))
        for part in pair.partition("=")
    )
    return name, "=" if mark else "", value


def _is_tracking(name: str, value: str) -> bool:
    """Whether a parameter says nothing about which article this is."""
    if _TRACKING.match(name):
        return True
    return bool(_TRACKING_IF_A_NAME.match(name)) and not re.search(r"\d{3}", value)


def _letters(match: re.Match[str]) -> str:
    """A run of encoded bytes as the letters that they stand for; as it is where it is no text."""
    try:
        letters = unquote_to_bytes(match[0]).decode()
    except UnicodeDecodeError:
        return match[0]
    return letters if letters.isprintable() and not any(map(str.isspace, letters)) else match[0]


def _normal_percents(text: str) -> str:
    """Percent-encoding in capitals, and only where it is needed; a "%" that encodes nothing becomes "%25"."""
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return _PERCENT.sub(_normal_percent, text)


def _normal_percent(match: re.Match[str]) -> str:
    """One percent-encoded byte in its normal form."""
    byte = unquote_to_bytes(match[0])
    return byte.decode("ascii") if byte[0] in _UNRESERVED else match[0].upper()
