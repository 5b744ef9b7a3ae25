"""Names of TLS cipher suites: WARC-Cipher-Suite has those of IANA, OpenSSL gives its own."""

from __future__ import annotations

import re

_SUITE = re.compile(
    r"(?:(?P<exchange>ECDHE-ECDSA|ECDHE-RSA|DHE-RSA|DHE-DSS)-)?"
    r"(?P<cipher>AES|CAMELLIA|ARIA|CHACHA20-POLY1305)(?P<bits>128|256)?"
    r"(?:-(?P<mode>GCM|CCM8|CCM))?(?:-(?P<hash>SHA|SHA256|SHA384))?"
)


def iana_name(openssl_name: str) -> str | None:
    """The IANA name of a suite; None for kinds that no web server uses (PSK, anonymous, export).

    TLS 1.3 suites have one name in both registers. The older ones follow one pattern (RFC 5246, appendix C).
    """
    if openssl_name.startswith("TLS_"):
        return openssl_name
    found = _SUITE.fullmatch(openssl_name)
    if not found:
        return None
    exchange = (found["exchange"] or "RSA").replace("-", "_")
    if found["cipher"].startswith("CHACHA20"):
        return f"TLS_{exchange}_WITH_CHACHA20_POLY1305_SHA256"
    mode = {"CCM8": "CCM_8", None: "CBC"}.get(found["mode"], found["mode"])
    parts = [f"TLS_{exchange}_WITH", found["cipher"], found["bits"], mode, found["hash"]]
    return "_".join(part for part in parts if part)
