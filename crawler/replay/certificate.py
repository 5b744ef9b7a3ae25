"""The key and certificate that one replay shows for every https host it stands in for.

There is no certificate authority to install: the browser is started with the SHA-256 of this key (its SPKI hash) as
the one key whose certificate errors it ignores, the name on the certificate included. The key lives in memory, and in
a file of mode 600 for the instant in which OpenSSL loads it.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Identity:
    """A fresh key as a TLS server uses it. `spki` is the base64 SHA-256 that the browser is told to trust."""

    context: ssl.SSLContext
    spki: str


def make_identity() -> Identity:
    """A new key and its certificate, for this run alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = _certificate(key).public_bytes(Encoding.PEM)
    pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:  # created with mode 600
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return Identity(context, base64.b64encode(hashlib.sha256(public).digest()).decode())


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Broadsheet replay")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("replay.invalid")]), critical=False)
        .sign(key, hashes.SHA256())
    )
