"""`python -m emulator say`: one line of a customer to the desk that `make run` has started, and what came back."""

from __future__ import annotations

import base64
import json
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_SECONDS = 60.0


def say(line: dict[str, Any], data_dir: Path, *, as_json: bool) -> None:
    """Prints what the customer would see and the mails that left. Ends with a clear word when nothing is running."""
    heard = _ask(line, data_dir)
    if as_json:
        print(json.dumps(heard, ensure_ascii=False, indent=2))
    else:
        print("\n".join(transcript(heard)))
    if heard["webhook"][-1:] != [200]:
        sys.exit(1)


def photo(path: Path) -> str:
    """A file as the line carries it."""
    try:
        return base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        sys.exit(f"The photo cannot be read: {path}: {error.strerror}")


def transcript(heard: dict[str, Any]) -> list[str]:
    """The exchange as a person reads it: who said what, each button with its id, the mails, the time it took."""
    lines = _indented(heard["customer"]["name"], heard["said"])
    for bubble in heard["bubbles"]:
        lines += ["", *_indented("Mostrador", bubble["text"])]
        lines += [f"    [{choice['title']}]  --press {choice['id']}" for choice in bubble["choices"]]
    if not heard["bubbles"]:
        lines += ["", "(no bubble)"]
    for mail in heard["mails"]:
        lines += ["", f"Mail to {', '.join(mail['to'])}: {mail['subject']}"]
    answers = ", ".join(str(status or "no answer") for status in heard["webhook"]) or "not delivered"
    lines += ["", f"webhook: {answers} in {heard['webhook_ms']} ms"]
    if not heard["quiet"]:
        lines.append("Something is still in the outbox: the sweep will send it.")
    return lines


def _indented(who: str, text: str) -> list[str]:
    return [f"{who}:", *(f"    {part}".rstrip() for part in text.splitlines())]


def _ask(line: dict[str, Any], data_dir: Path) -> dict[str, Any]:
    where = data_dir / "running.json"
    try:
        address = json.loads(where.read_text())["address"]
        answer = _post(address, json.dumps(line).encode())
    except (OSError, ValueError, KeyError, HTTPException):
        sys.exit("Nothing is running here. Start it in another terminal: make run")
    heard: dict[str, Any] = json.loads(answer)
    if "error" in heard:
        sys.exit(heard["error"])
    return heard


def _post(address: str, body: bytes) -> bytes:
    """To `address`, http://127.0.0.1:PORT; the answer's body. Not with httpx, which takes longer to import than the desk to answer."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=_SECONDS)
    try:
        connection.request("POST", "/emulator/say", body, {"content-type": "application/json"})
        return connection.getresponse().read()
    finally:
        connection.close()
