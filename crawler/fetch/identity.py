"""How we name ourselves to the sites that we ask."""

from __future__ import annotations

from urllib.parse import quote

from crawler import __version__

_PLAIN = "!#$%&'*+,-./:;=?@[]^_`{|}~ "
"""What may stand in the comment of a User-Agent as it is: visible ASCII without the brackets that end it."""


def user_agent(contact: str = "") -> str:
    """The User-Agent header: product and version (the token in robots.txt is "Broadsheet"), and who answers for it.

    What the syntax of a comment (RFC 9110, 5.6.5) does not take is percent-encoded.
    """
    product = f"Broadsheet/{__version__}"
    return f"{product} (+{quote(contact.strip(), safe=_PLAIN)})" if contact.strip() else product
