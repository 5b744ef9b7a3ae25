"""Raw servers, and crawls in a process of their own."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fetch.wire import Crawl, Crawled, WireServer

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("crawl_program.py")


@pytest.fixture(scope="session")
def tls_context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """Crawls a list of requests with the real Scrapy, in a process of its own."""

    def run(requests: list[dict[str, Any]], **settings: Any) -> Crawled:
        folder = tmp_path_factory.mktemp("crawl")
        plan = folder / "plan.json"
        plan.write_text(json.dumps({"folder": str(folder), "settings": settings, "requests": requests}))
        done = subprocess.run(
            [sys.executable, PROGRAM, plan],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        outcome = json.loads((folder / "outcome.json").read_text())
        return Crawled(folder, done.stderr, {item["asked"]: item for item in outcome["outcomes"]}, outcome["stats"])

    return run


@pytest.fixture(scope="session")
def wire() -> Iterator[Callable[..., WireServer]]:
    """Starts raw servers, which stop at the end."""
    running: list[WireServer] = []

    def start(scripts: dict[str, Any], **options: Any) -> WireServer:
        server = WireServer(scripts, **options).__enter__()
        running.append(server)
        return server

    yield start
    for server in running:
        server.__exit__()
