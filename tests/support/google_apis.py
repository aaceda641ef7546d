"""A stand-in for Google's APIs, which the real gcloud calls: it validates every body and records it."""

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.google_answers import HANDLERS, Cloud, Seen
from tests.support.google_discovery import INTERFACES, find_method

Json = dict[str, Any]
# gcloud puts the region before the name, as in southamerica-east1-run.test.
DOMAIN = ".test"
ZIP_BEGINS, ZIP_ENDS, ZIP_END_BYTES = b"PK\x03\x04", b"PK\x05\x06", 22
NOT_FOUND: Json = {"error": {"code": 404, "message": "it is not there", "status": "NOT_FOUND"}}


@dataclass(slots=True, kw_only=True)
class GoogleApis:
    """The requests, the uploads, and the errors that Google would have found."""

    cloud: Cloud
    uploads: list[dict[str, bytes]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def bodies(self, method: str) -> list[Json]:
        """The requests to this method, in order."""
        return [seen.body for seen in self.seen if seen.method.id == method]

    def answer(self, verb: str, url: str, content_type: str, body: bytes) -> tuple[int, Json]:
        """Status and body for a request to any of the interfaces."""
        parts = urlsplit(url)
        interface = (parts.hostname or "").removesuffix(DOMAIN).rpartition("-")[2]
        found = find_method(interface, verb, parts.path) if interface in INTERFACES else None
        if found is None:
            if interface:  # a request to a proxy has a full address; others are ignored
                self.problems.append(f"Google has no method {verb} {url}")
            return 404, NOT_FOUND
        method, path = found
        given = self._received(content_type, body)
        seen = Seen(method=method, path=path, query=dict(parse_qsl(parts.query)), body=given)
        return self._handled(seen)

    def _received(self, content_type: str, body: bytes) -> Json:
        """The JSON body. For an upload: its metadata; the files of the archive are stored."""
        if not content_type.startswith("multipart/"):
            found: Json = json.loads(body) if body else {}
            return found
        described, archive = body.split(body.partition(b"\n")[0].strip())[1:3]
        archive = archive[archive.index(ZIP_BEGINS) : archive.rindex(ZIP_ENDS) + ZIP_END_BYTES]
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            names = [name for name in files.namelist() if not name.endswith("/")]
            self.uploads.append({name: files.read(name) for name in names})
        uploaded: Json = json.loads(described[described.index(b"{") :])
        return uploaded | {"size": str(len(archive))}

    def _handled(self, seen: Seen) -> tuple[int, Json]:
        with self.lock:
            self.seen.append(seen)
            if seen.method.request:
                self.problems += seen.method.problems(seen.body, seen.query)
            handler = HANDLERS.get(seen.method.id)
            if handler is None:
                self.problems.append(f"the stand-in has no {seen.method.id}")
                return 501, NOT_FOUND
            answer = handler(self.cloud, seen)
        if answer is None:
            return 404, NOT_FOUND
        self.problems += [f"answer to {problem}" for problem in seen.method.problems_of_answer(answer)]
        return 200, answer


@contextmanager
def proxied(apis: GoogleApis) -> Iterator[int]:
    """Run a proxy that sends every request to the stand-in. Yields its port."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type") or ""
            status, answer = apis.answer(self.command, self.path, kind, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: `seen` has the requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
