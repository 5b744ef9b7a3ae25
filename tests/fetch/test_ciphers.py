"""Cipher suites are named as IANA names them."""

from __future__ import annotations

import ssl

import pytest

from crawler.fetch.ciphers import iana_name


@pytest.mark.parametrize(
    ("openssl", "iana"),
    [
        ("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("DHE-RSA-AES256-SHA256", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
        ("ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
        ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
        ("ECDHE-ECDSA-AES128-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
        ("PSK-AES128-CBC-SHA", None),
    ],
)
def test_openssl_names_become_those_of_iana(openssl: str, iana: str | None) -> None:
    assert iana_name(openssl) == iana


def test_every_suite_that_a_client_offers_by_default_has_a_name() -> None:
    names = [suite["name"] for suite in ssl.create_default_context().get_ciphers()]
    assert [name for name in names if iana_name(name) is None] == []
