"""What Meta refuses in a message, whatever its recipient.

Limits: Meta's guides and OpenAPI file. Lengths count UTF-16 units, the strictest reading of them.
"""

import re
from typing import Any

from emulator import Json
from emulator.meta.errors import GraphError

MEDIA = frozenset({"image", "video", "audio", "document", "sticker"})
TYPES = MEDIA | {"text", "interactive", "template", "location", "contacts", "reaction"}
MAX_FILENAME = 240  # of ours: Meta names no limit, and no phone can keep a longer name
CAPTIONED = MEDIA - {"audio", "sticker"}
FORBIDDEN_IN_PARAMETER = re.compile(r"[\n\r\t]| {5}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_message(message: Json) -> None:
    """Raises GraphError for the first thing that is wrong."""
    if message.get("messaging_product") != "whatsapp":
        raise GraphError(code=100, details="The parameter messaging_product is required: whatsapp.")
    if message.get("recipient_type", "individual") != "individual":
        raise GraphError(code=100, details="Param recipient_type must be one of {INDIVIDUAL}.")
    kind = message.get("type", "text")
    if not isinstance(kind, str) or kind not in TYPES:
        raise GraphError(code=100, details=f"Param type must be one of {sorted(TYPES)} - got {kind!r}.")
    _optional(message, "biz_opaque_callback_data", 512)
    if "context" in message:
        _required(_object(message, "context"), "message_id", 512)
    _check_content(kind, message)


def _check_content(kind: str, message: Json) -> None:
    if kind == "contacts":
        _list(message, "contacts", 1, 257)
        return
    content = _object(message, kind)
    if kind in MEDIA:
        _check_media(kind, content)
    elif kind == "text":
        _required(content, "body", 4096)
        _no_others(content, "text", {"body", "preview_url"})
    elif kind == "interactive":
        check_interactive(content)
    elif kind == "template":
        check_template(content)
    elif kind == "reaction":
        _required(content, "message_id", 512)
        _optional(content, "emoji", 32, may_be_empty=True)
    elif not {"latitude", "longitude"} <= content.keys():
        raise GraphError(code=131008, details="location: latitude and longitude are required.")


def _check_media(kind: str, media: Json) -> None:
    if ("id" in media) == ("link" in media):
        raise GraphError(code=100, details=f"{kind}: exactly one of id and link is required.")
    if "caption" in media and kind not in CAPTIONED:
        raise GraphError(code=100, details=f"Unexpected key caption on param {kind}.")
    _optional(media, "caption", 1024)
    if "filename" in media:
        if kind != "document":
            raise GraphError(code=100, details=f"Unexpected key filename on param {kind}.")
        _required(media, "filename", MAX_FILENAME)


def media_ids(message: Json) -> list[tuple[str, str, str]]:
    """Each uploaded file that a valid message names: where it stands in Meta's words, its kind, and its id."""
    found: list[tuple[str, str, Any]] = []
    kind = message.get("type", "text")
    if kind in MEDIA:
        found.append((kind, kind, message[kind]))
    elif kind == "interactive":
        header = message[kind].get("header", {})
        found.append((f"interactive['header']['{header.get('type')}']", *_named_file(header)))
    elif kind == "template":
        for at, component in enumerate(_optional_list(message[kind], "components")):
            for place, parameter in enumerate(_optional_list(component, "parameters")):
                where = f"template['components'][{at}]['parameters'][{place}]['{parameter.get('type')}']"
                found.append((where, *_named_file(parameter)))
    return [
        (where, kind, str(file["id"]))
        for where, kind, file in found
        if isinstance(file, dict) and "id" in file
    ]


def _named_file(container: Json) -> tuple[str, Any]:
    """Of a header or a template's parameter: its type, and what stands there if that is a file."""
    kind = str(container.get("type"))
    return kind, container.get(kind) if kind in MEDIA else None


def check_interactive(interactive: Json) -> None:
    kind = str(interactive.get("type"))
    _required(_object(interactive, "body"), "text", 1024)
    if "footer" in interactive:
        _required(_object(interactive, "footer"), "text", 60)
    _check_header(kind, interactive)
    action = _object(interactive, "action")
    if kind == "button":
        _check_buttons(action)
    elif kind == "list":
        _check_list(action)
    elif kind == "cta_url":
        parameters = _object(action, "parameters")
        _required(parameters, "display_text", 20)
        _required(parameters, "url", 2000)
    elif kind not in {"location_request_message", "contact_request"}:
        raise GraphError(code=131009, details=f"interactive: type {kind!r} is not valid.")


def _check_header(kind: str, interactive: Json) -> None:
    if "header" not in interactive:
        return
    header = _object(interactive, "header")
    if header.get("type") == "text":
        _required(header, "text", 60)
    elif kind == "list" or str(header.get("type")) not in {"image", "video", "document"}:
        raise GraphError(code=131009, details=f"header: type {header.get('type')!r} is not valid here.")


def _check_buttons(action: Json) -> None:
    buttons = _list(action, "buttons", 1, 3)
    for button in buttons:
        if button.get("type") != "reply":
            raise GraphError(code=131009, details="buttons: only type reply is valid.")
        reply = _object(button, "reply")
        _required(reply, "id", 256)
        _required(reply, "title", 20)
        _no_others(reply, "reply", {"id", "title"})
    _unique([button["reply"]["id"] for button in buttons], "Duplicated button id")
    _unique([button["reply"]["title"] for button in buttons], "Duplicated button title")


def _check_list(action: Json) -> None:
    _required(action, "button", 20)
    sections = _list(action, "sections", 1, 10)
    rows: list[Json] = []
    for section in sections:
        if len(sections) > 1:
            _required(section, "title", 24)
        _optional(section, "title", 24)
        rows += _list(section, "rows", 1, 10)
    if len(rows) > 10:
        raise GraphError(code=131009, details="Total row count exceed max allowed count: 10")
    for row in rows:
        _check_row(row)
    _unique([row["id"] for row in rows], "Duplicated row id")


def _check_row(row: Json) -> None:
    _required(row, "id", 200)
    _required(row, "title", 24)
    _optional(row, "description", 72)
    _no_others(row, "rows", {"id", "title", "description"})


def check_template(template: Json) -> None:
    _required(template, "name", 512)
    _required(_object(template, "language"), "code", 20)
    for component in _optional_list(template, "components"):
        for parameter in _optional_list(component, "parameters"):
            kind = parameter.get("type")
            if kind in ("text", "payload"):
                _check_parameter(parameter.get(kind))


def _check_parameter(value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise GraphError(code=131008, details="Parameter of type text is missing text value")
    if FORBIDDEN_IN_PARAMETER.search(value):
        raise GraphError(
            code=100,
            details="Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )


def body_parameters(template: Json) -> list[Json]:
    """The parameters that the message gives to the template's body."""
    bodies = [part for part in template.get("components", []) if part.get("type") == "body"]
    return [parameter for body in bodies for parameter in body.get("parameters", [])]


def _required(container: Json, name: str, limit: int) -> None:
    value = container.get(name)
    if value is None:
        raise GraphError(code=131008, details=f"The parameter {name} is required.")
    if not isinstance(value, str) or not value.strip() or units(value) > limit:
        raise GraphError(code=131009, details=f"{name} length invalid. Min length: 1, Max length: {limit}")


def _optional(container: Json, name: str, limit: int, *, may_be_empty: bool = False) -> None:
    if name in container and not (may_be_empty and container[name] == ""):
        _required(container, name, limit)


def _object(container: Json, name: str) -> Json:
    value = container.get(name)
    if not isinstance(value, dict):
        raise GraphError(code=100, details=f"The parameter {name} is required and must be a JSON object.")
    return value


def _list(container: Json, name: str, least: int, most: int) -> list[Json]:
    value = container.get(name)
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise GraphError(code=131008, details=f"The parameter {name} is required and must be a list.")
    if not least <= len(value) <= most:
        raise GraphError(code=131009, details=f"Invalid {name} count. Min {name}: {least}, Max: {most}")
    return value


def _optional_list(container: Json, name: str) -> list[Json]:
    return _list(container, name, 0, 100) if name in container else []


def _no_others(container: Json, name: str, known: set[str]) -> None:
    for key in container.keys() - known:
        raise GraphError(code=100, details=f'Unexpected key "{key}" on param "{name}".')


def _unique(values: list[str], details: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(code=131009, details=details)
