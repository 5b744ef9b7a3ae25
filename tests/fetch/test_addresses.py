"""Only public addresses are fetched, however they are written."""

from __future__ import annotations

import pytest

from crawler.fetch.addresses import is_public, parse_address

PRIVATE = """
127.0.0.1 127.8.9.10 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 100.64.0.1 100.127.255.255
0.0.0.0 0.1.2.3 255.255.255.255 224.0.0.1 239.1.2.3 240.0.0.1 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9
:: ::1 fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 fec0::1 ff02::1 2001:db8::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 2002:7f00:1:: 2002:a00:1:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
[::1]
"""

PUBLIC = """
8.8.8.8 1.1.1.1 172.15.0.1 172.32.0.1 100.63.255.255 100.128.0.1 192.169.0.1 169.253.0.1 223.255.255.254
2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 2002:808:808:: 64:ff9b::808:808 [2606:4700::1]
"""


@pytest.mark.parametrize("host", PRIVATE.split())
def test_addresses_that_are_not_on_the_internet_are_not_public(host: str) -> None:
    address = parse_address(host)
    assert address is not None
    assert not is_public(address)


@pytest.mark.parametrize("host", PUBLIC.split())
def test_addresses_on_the_internet_are_public(host: str) -> None:
    address = parse_address(host)
    assert address is not None
    assert is_public(address)


@pytest.mark.parametrize("host", ["news.example", "127.1", "2130706433", "0x7f.0.0.1", "", "1.2.3.4.5"])
def test_names_and_what_only_resolvers_take_for_addresses_are_left_to_the_check_of_the_peer(host: str) -> None:
    assert parse_address(host) is None
