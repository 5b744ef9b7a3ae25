"""Which network addresses a crawl may talk to: public ones, unless it is allowed more."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are the IPv4 address that a gateway will talk to."""


def parse_address(host: str) -> Address | None:
    """The address that a host of a URL is, with or without brackets or zone; None where it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, rather than on this machine or a network behind it.

    Not public: loopback, RFC 1918, link-local (cloud metadata), RFC 6598 (CGNAT), unspecified, multicast, reserved,
    and IPv6 addresses that only wrap such an IPv4 address (mapped, 6to4, NAT64).
    """
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(wrapped)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast
