"""The proxies of `hosts/`, run as they stand there but for the addresses, with certificates that only a test trusts."""

import os
import shutil
import signal
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from emulator.child_process import Process, start_child, stop_child
from emulator.serving import free_port
from tests.support.paths import ROOT

NO_NGINX = "nginx is not installed: hosts/nginx.conf was not tried"
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """url: where everybody comes in. inside, inside_tls: of Caddy the addresses for the other containers, else ""."""

    url: str
    trust: ssl.SSLContext
    inside: str = ""
    inside_tls: str = ""

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.trust, timeout=60)

    @property
    def port(self) -> int:
        return httpx.URL(self.url).port or 443


@contextmanager
def caddy(folder: Path, *, public: int, inside: int, desk: int, rest: int, storage: int) -> Iterator[Proxy]:
    """`hosts/Caddyfile` on the ports `public` and `inside`, in front of the others. The desk has to answer already."""
    inside_tls = free_port()
    text = adapted(
        ROOT / "hosts" / "Caddyfile",
        {
            "admin off": "admin off\n\tskip_install_trust",
            "http_port 8080": f"http_port {free_port()}",
            "https_port 8443": f"https_port {public}",
            "https://{$DOMAIN}:443": f"https://{{$DOMAIN}}:{inside_tls}",
            "http://supabase:80": f"http://127.0.0.1:{inside}",
            "desk:8080": f"127.0.0.1:{desk}",
            "rest:3000": f"127.0.0.1:{rest}",
            "storage:5000": f"127.0.0.1:{storage}",
        },
    )
    file = folder / "Caddyfile"
    file.write_text(text)
    program = Path(sys.executable).with_name("caddy")
    command = [program, "run", "--config", file, "--adapter", "caddyfile"]
    # Its own authority signs for localhost.
    environment = {"DOMAIN": "localhost", "XDG_DATA_HOME": str(folder), "HOME": str(folder)}
    authority = folder / "caddy/pki/authorities/local/root.crt"
    with _running([str(word) for word in command], environment, folder / "caddy.log") as process:
        _wait(process, folder / "caddy.log", authority.exists)
        trust = ssl.create_default_context(cafile=str(authority))
        proxy = Proxy(
            url=f"https://localhost:{public}",
            trust=trust,
            inside=f"http://127.0.0.1:{inside}",
            inside_tls=f"https://localhost:{inside_tls}",
        )
        _wait(process, folder / "caddy.log", lambda: _answers(proxy))
        yield proxy


@contextmanager
def nginx(folder: Path, *, desk: int) -> Iterator[Proxy]:
    """`hosts/nginx.conf` in front of this port, with the lines that certbot adds. The desk has to answer already."""
    public, certificate = free_port(), _certificate(folder)
    secure = f"listen 127.0.0.1:{public} ssl;\n  ssl_certificate {certificate};\n  ssl_certificate_key {certificate};"
    server = adapted(
        ROOT / "hosts" / "nginx.conf",
        {
            "listen 80;": secure,
            "desk.example.com": "localhost",
            "127.0.0.1:8080": f"127.0.0.1:{desk}",
        },
    )
    (folder / "server.conf").write_text(server)
    kept = " ".join(
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    main = f"daemon off; {user} pid {folder / 'nginx.pid'}; events {{}} http {{ {kept} include {folder / 'server.conf'}; }}"
    (folder / "nginx.conf").write_text(main)
    log = folder / "nginx.log"
    command = [_nginx(), "-c", str(folder / "nginx.conf"), "-e", "stderr", "-p", str(folder)]
    with _running(command, {}, log) as process:
        trust = ssl.create_default_context(cafile=str(certificate))
        proxy = Proxy(url=f"https://localhost:{public}", trust=trust)
        _wait(process, log, lambda: _answers(proxy))
        yield proxy


def adapted(file: Path, addresses: Mapping[str, str]) -> str:
    """The file's text with other addresses; each has to be in it."""
    text = file.read_text("utf-8")
    for there, here in addresses.items():
        assert there in text, f"{file.name} has no {there!r}"
        text = text.replace(there, here)
    return text


def _nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_NGINX)
        pytest.skip(NO_NGINX)
    return found


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[Process]:
    with log.open("wb") as output:
        process = start_child(command, env={"PATH": os.environ["PATH"], **environment}, output=output)
    try:
        yield process
    finally:
        stop_child(process, signal.SIGTERM)


def _wait(process: Process, log: Path, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not ready():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def _answers(proxy: Proxy) -> bool:
    try:
        with proxy.client() as client:
            return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def _certificate(folder: Path) -> Path:
    """For localhost, signed by itself, with its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file
