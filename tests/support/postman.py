"""The Postman collection of docs/, read as far as the tests look at it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.paths import ROOT

COLLECTION = ROOT / "docs" / "mostrador.postman_collection.json"
_STATUS = re.compile(r"pm\.response\.to\.have\.status\((\d+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """folders: in which it is, outermost first; path: without the address; status: what its test expects."""

    name: str
    folders: tuple[str, ...]
    method: str
    url: dict[str, Any]
    description: str
    body: str
    status: int | None

    @property
    def path(self) -> str:
        return "/" + "/".join(self.url["path"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """text: the whole file; variables: by name, with value and description; folders: each description by name."""

    text: str
    document: dict[str, Any]
    requests: list[Request]

    @property
    def variables(self) -> dict[str, dict[str, str]]:
        return {each["key"]: each for each in self.document["variable"]}

    @property
    def folders(self) -> list[dict[str, Any]]:
        return list(_folders(self.document))

    @property
    def scripts(self) -> str:
        """All of them, one below the other."""
        nodes = [self.document, *self.folders, *_items(self.document)]
        return "\n".join(
            line for node in nodes for event in node.get("event", []) for line in event["script"]["exec"]
        )


def read_collection() -> Collection:
    text = COLLECTION.read_text("utf-8")
    document = json.loads(text)
    return Collection(text=text, document=document, requests=list(_requests(document, ())))


def _folders(parent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in parent["item"]:
        if "item" in each:
            yield each
            yield from _folders(each)


def _items(parent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in parent["item"]:
        if "item" in each:
            yield from _items(each)
        else:
            yield each


def _requests(parent: dict[str, Any], folders: tuple[str, ...]) -> Iterator[Request]:
    for each in parent["item"]:
        if "item" in each:
            yield from _requests(each, (*folders, each["name"]))
        else:
            yield _request(each, folders)


def _request(item: dict[str, Any], folders: tuple[str, ...]) -> Request:
    request = item["request"]
    tests = "\n".join(
        "\n".join(event["script"]["exec"]) for event in item["event"] if event["listen"] == "test"
    )
    status = _STATUS.search(tests)
    return Request(
        name=item["name"],
        folders=folders,
        method=request["method"],
        url=request["url"],
        description=request["description"],
        body=request.get("body", {}).get("raw", ""),
        status=int(status[1]) if status else None,
    )
