"""The HTTP calls of all services in one list, each with the customer's message that caused it."""

import json
import re
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import Any

from emulator import Json
from emulator.call_log import LoggedCall
from emulator.meta.webhook_payload import aliases_of, media_of, messages_in, statuses_in

MAX_CALLS = 300
_MAX_TEXT = 2_000
_MAX_BODY = 24_000
_MAX_NAMES = 5_000
# Called by an operator's command line, never by the function.
_OPERATOR_PATHS = {
    "debug_token", "permissions", "phone_numbers", "subscribed_apps", "subscriptions", "message_templates", "domains",
    "webhooks", "usage",
}  # fmt: skip
_DEDUP_KEY = re.compile(r"(?:wa|mail)/(wamid\..+?)(?:/throttled|/unshown)?")


# The call's name, and the customer messages it belongs to as far as they are known.
_Found = tuple[str, list[str | None]]
_Reader = Callable[[LoggedCall], _Found | None]


class Calls:
    """Thread-safe. `in_post` gives the customers' messages that are being posted right now."""

    def __init__(self, in_post: Callable[[], list[Json]]) -> None:
        self._in_post = in_post
        self._lock = threading.Lock()
        self._calls: deque[Json] = deque(maxlen=MAX_CALLS)
        self._number = 0
        self._wamids: OrderedDict[str, str] = OrderedDict()

    def since(self, number: int) -> list[Json]:
        """Those that came after the one with this number."""
        with self._lock:
            return [call for call in self._calls if call["number"] > number]

    def recorder(self, to: str) -> Callable[[LoggedCall], None]:
        """For the call log of a service: webhook, status, supabase, graph or resend."""
        readers: dict[str, _Reader] = {
            "webhook": self._webhook,
            "status": self._status,
            "supabase": self._supabase,
            "graph": self._graph,
            "resend": self._resend,
        }
        return partial(self._add, to, readers[to])

    def _add(self, to: str, read: _Reader, entry: LoggedCall) -> None:
        edge = entry.path.partition("?")[0].rpartition("/")[2]
        try:
            found = (edge, []) if edge in _OPERATOR_PATHS else read(entry)
        except (AttributeError, IndexError, KeyError, TypeError):
            found = (
                edge,
                [],
            )  # not a call of the function: the service has answered it, and it has no message to show
        if found is None:
            return
        name, wamids = found[0], [wamid for wamid in found[1] if wamid]
        with self._lock:
            self._number += 1
            self._calls.append({"number": self._number, "to": to, "name": name, **_shown(entry, wamids)})

    # --- the call's name and its customer messages --------------------------------------------------------------------

    def _webhook(self, entry: LoggedCall) -> _Found:
        messages = [message for message, _ in messages_in(entry.request)]
        self._learn({f"media {media}": message["id"] for message in messages if (media := media_of(message))})
        return messages[0]["type"] if messages else "webhook", [message["id"] for message in messages]

    def _status(self, entry: LoggedCall) -> _Found:
        statuses = statuses_in(entry.request)
        wamids = [self._of(status.get("biz_opaque_callback_data"), status["id"]) for status in statuses]
        return statuses[0]["status"] if statuses else "status", wamids

    def _supabase(self, entry: LoggedCall) -> _Found | None:
        if entry.path.startswith("/storage/"):
            return "file", []
        if not entry.path.startswith("/rest/"):
            return None
        name = entry.path.partition("?")[0].rpartition("/")[2]
        body = _object(entry.request)
        for row in _object(entry.answer).get("rows") or []:
            self._learn({f"row {row['id']}": row.get("wamid"), row["dedup_key"]: row.get("wamid")})
        if "p_user_id" in body and "p_wamid" not in body:
            return name, self._nearest({body["p_user_id"], body.get("p_wa_id")})
        if "p_wamid" in body:
            self._learn({row["dedup_key"]: body["p_wamid"] for row in body.get("p_outbox") or []})
            return name, [body["p_wamid"]]
        match name:
            case "finish_outbox":
                return name, [self._of(f"row {body['p_id']}")]
            case "mark_sent":
                return name, [self._of(f"row {mark['id']}") for mark in body["p_sent"]]
            case "confirm_outbox":
                statuses = body["p_statuses"]
                return name, [self._of(status["dedup_key"], status["provider_id"]) for status in statuses]
        return name, []

    def _graph(self, entry: LoggedCall) -> _Found:
        body = _object(entry.request)
        if entry.path.endswith("/media"):
            return "upload", []
        if entry.method != "POST":
            media = re.search(r"(?:mid=|/)(\d+)(?:[&?]|$)", entry.path)
            return "media", [self._of(f"media {media[1]}") if media else None]
        if "status" in body:
            return "read", [str(body.get("message_id"))]
        wamid = self._of(body.get("biz_opaque_callback_data"))
        self._learn({sent["id"]: wamid for sent in _object(entry.answer).get("messages", [])})
        return "message", [wamid]

    def _resend(self, entry: LoggedCall) -> _Found:
        """Calls to Resend, and its webhook's."""
        if entry.path.endswith("/mail"):
            return str(entry.request["type"]), []
        if entry.method == "GET":
            return "download" if "/downloads/" in entry.path else "receiving", []
        row, _, _technician = (entry.key or "").rpartition("/")
        return "emails", [self._of(entry.key, row)]

    def _of(self, *names: str | None) -> str | None:
        """The customer's message that one of these names was seen with."""
        for name in names:
            if name and (wamid := self._wamids.get(name)):
                return wamid
            if name and (key := _DEDUP_KEY.fullmatch(name)):
                return key[1]
        return None

    def _nearest(self, aliases: set[str | None]) -> list[str | None]:
        """The latest message of this customer that is being posted now."""
        return [message["id"] for message in self._in_post() if aliases_of(message) & aliases][-1:]

    def _learn(self, names: dict[str, str | None]) -> None:
        with self._lock:
            self._wamids.update({name: wamid for name, wamid in names.items() if wamid})
            while len(self._wamids) > _MAX_NAMES:
                self._wamids.popitem(last=False)


def _object(body: Any) -> Json:
    return body if isinstance(body, dict) else {}


def _shown(entry: LoggedCall, wamids: list[str]) -> Json:
    return {
        "wamids": wamids,
        "method": entry.method,
        "path": entry.path[:300],
        "at": entry.at,
        "ms": round(entry.duration * 1000, 1),
        "status": entry.status,
        "request": _cut(entry.request),
        "answer": _cut(entry.answer),
        "marks": list(entry.marks),
    }


def _cut(value: Any) -> Any:
    """Small enough for a page: long texts lose their end, and a body that is still too long is given by its size."""
    shorter = _cut_texts(value)
    size = len(json.dumps(shorter, default=str))
    return shorter if size <= _MAX_BODY else f"{size} characters"


def _cut_texts(value: Any) -> Any:
    match value:
        case str() if len(value) > _MAX_TEXT:
            return f"{value[:_MAX_TEXT]}… ({len(value)} characters)"
        case dict():
            return {name: _cut_texts(part) for name, part in value.items()}
        case list() | tuple():
            return [_cut_texts(part) for part in value]
        case _:
            return value
