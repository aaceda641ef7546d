"""`python -m emulator say`: send one message as a customer to what `make run` has started, and print what came back."""

import base64
import json
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator import TUNNEL_FOLDER

_TIMEOUT_SECONDS = 60.0


def say(line: dict[str, Any], data_dir: Path, *, as_json: bool) -> None:
    """Print what the customer sees and the e-mails that were sent. Exits with a message when nothing is running."""
    heard = _send(line, data_dir)
    if as_json:
        print(json.dumps(heard, ensure_ascii=False, indent=2))
    else:
        print("\n".join(transcript(heard)))
    if heard["webhook"][-1:] != [200]:
        sys.exit(1)


def photo(path: Path) -> str:
    """The file in base64, as `line` has it."""
    try:
        return base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        sys.exit(f"The photo cannot be read: {path}: {error.strerror}")


def transcript(heard: dict[str, Any]) -> list[str]:
    """Who said what, each button with its id, the e-mails, and the time that it took."""
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


def _send(line: dict[str, Any], data_dir: Path) -> dict[str, Any]:
    where, body = data_dir / "running.json", _body(line)
    try:
        address = json.loads(where.read_text())["address"]
        answer = _post(address, body)
    except (OSError, ValueError, KeyError, HTTPException):
        sys.exit(_real_number(data_dir) or "Nothing is running here. Start it in another terminal: make run")
    heard: dict[str, Any] = json.loads(answer)
    if "error" in heard:
        sys.exit(heard["error"])
    return heard


def _real_number(data_dir: Path) -> str | None:
    """What to do instead where real WhatsApp is used."""
    try:
        number = json.loads((data_dir / TUNNEL_FOLDER / "running.json").read_text())["number"]
    except (OSError, ValueError, KeyError):
        return None
    return f"With TUNNEL there is no stand-in for WhatsApp: write to {number} from a phone."


def _body(line: dict[str, Any]) -> bytes:
    try:
        return json.dumps(line, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # bytes of another encoding, as Python holds them in arguments
        sys.exit("The text is not valid UTF-8")


def _post(address: str, body: bytes) -> bytes:
    """The body of the answer. Not with httpx, which takes longer to import than the whole call takes."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", "/emulator/say", body, {"content-type": "application/json"})
        return connection.getresponse().read()
    finally:
        connection.close()
