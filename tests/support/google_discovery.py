"""Google's API descriptions: finds the method of a request, and validates the request."""

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import googleapiclient.discovery_cache
from jsonschema import Draft202012Validator

Json = dict[str, Any]
DOCUMENTS = Path(googleapiclient.discovery_cache.__file__).parent / "documents"
# The APIs that a deploy uses, by the host name that gcloud calls.
INTERFACES = {
    "run": ("run.v1", "run.v2"),
    "cloudscheduler": ("cloudscheduler.v1",),
    "secretmanager": ("secretmanager.v1",),
    "storage": ("storage.v1",),
    "cloudbuild": ("cloudbuild.v1",),
    "artifactregistry": ("artifactregistry.v1",),
    "cloudresourcemanager": ("cloudresourcemanager.v1",),
    "serviceusage": ("serviceusage.v1",),
    "iam": ("iam.v1",),
    "monitoring": ("monitoring.v3",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of one interface: `run.namespaces.services.create`."""

    document: str
    id: str
    verb: str
    pattern: re.Pattern[str]
    parameters: frozenset[str]
    request: str | None
    response: str | None

    def problems(self, body: Any, query: dict[str, str]) -> list[str]:
        """The parameters and properties that Google would refuse."""
        unknown = [f"{self.id}: unknown parameter {name}" for name in query.keys() - self.parameters]
        return unknown + self._against(self.request, body)

    def problems_of_answer(self, body: Any) -> list[str]:
        """The same for an answer of the stand-in."""
        return self._against(self.response, body)

    def _against(self, schema: str | None, body: Any) -> list[str]:
        if schema is None:
            return []
        validator = _validator(self.document, schema)
        return [f"{self.id}: {error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def find_method(interface: str, verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """The method and its path parameters; None if Google has no such method."""
    for document in INTERFACES[interface]:
        for method in _methods(document):
            if method.verb == verb and (match := method.pattern.fullmatch(path)):
                return method, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


@functools.cache
def _document(name: str) -> Json:
    found: Json = json.loads((DOCUMENTS / f"{name}.json").read_text())
    return found


@functools.cache
def _methods(document: str) -> list[Method]:
    # The longest path first: {name} alone would also match {name}:setIamPolicy.
    return sorted(_walk(document, _document(document)), key=lambda method: -len(method.pattern.pattern))


def _walk(document: str, node: Json) -> Iterator[Method]:
    for given in node.get("methods", {}).values():
        paths = [f"{_document(document)['servicePath']}{given.get('flatPath', given['path'])}"]
        if "mediaUpload" in given:
            paths += [protocol["path"] for protocol in given["mediaUpload"]["protocols"].values()]
        for path in paths:
            yield _method(document, given, path)
    for resource in node.get("resources", {}).values():
        yield from _walk(document, resource)


def _method(document: str, given: Json, path: str) -> Method:
    names = {*given.get("parameters", {}), *_document(document)["parameters"]}
    return Method(
        document=document,
        id=given["id"],
        verb=given["httpMethod"],
        pattern=re.compile("/" + re.sub(r"\\{\\?\+?(\w+)\\}", r"(?P<\1>[^/:]+)", re.escape(path.strip("/")))),
        parameters=frozenset(names),
        request=given.get("request", {}).get("$ref"),
        response=given.get("response", {}).get("$ref"),
    )


@functools.cache
def _validator(document: str, schema: str) -> Draft202012Validator:
    definitions = {name: _strict(given) for name, given in _document(document)["schemas"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": definitions})


def _strict(given: Json) -> Json:
    """A discovery schema as JSON Schema, without additional properties."""
    if "$ref" in given:
        return {"$ref": f"#/$defs/{given['$ref']}"}
    if given["type"] == "any":
        return {}
    strict: Json = {"type": given["type"]}
    if "enum" in given:
        strict["enum"] = given["enum"]
    if given["type"] == "array":
        strict["items"] = _strict(given["items"])
    if given["type"] == "object":
        strict["properties"] = {name: _strict(part) for name, part in given.get("properties", {}).items()}
        more = given.get("additionalProperties")
        strict["additionalProperties"] = _strict(more) if more else False
    return strict
