"""Reads what the page asks for, and refuses the rest in words a person understands."""

from __future__ import annotations

import base64
from typing import Any

from emulator.meta.wire import Json


class Refused(Exception):
    """What was asked for cannot be done; the message says why."""


def read_object(value: Any, *known: str) -> Json:
    """An object with no other names than `known` (without any: with whatever it has). Raises Refused."""
    if not isinstance(value, dict):
        raise Refused("send an object")
    unknown = set(value) - set(known)
    if known and unknown:
        raise Refused(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    return value


def read_text(document: Json, name: str, *, most: int = 4096) -> str:
    """A string with something in it. Raises Refused."""
    text = optional_text(document, name, most=most)
    if text is None:
        raise Refused(f"{name} is missing")
    return text


def optional_text(document: Json, name: str, *, most: int = 4096) -> str | None:
    """A string, or None when there is none or nothing in it. Raises Refused."""
    text = document.get(name)
    if text is None:
        return None
    if not isinstance(text, str):
        raise Refused(f"{name} must be a string")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > most:
        raise Refused(f"{name} is longer than {most} characters")
    return text if text.strip() else None


def read_number(document: Json, name: str, least: float, most: float) -> float:
    """A number between these two. Raises Refused."""
    number = document.get(name)
    if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
        raise Refused(f"{name} must be a number from {least:g} to {most:g}")
    return float(number)


def read_choice(document: Json, name: str, *choices: str) -> str:
    """One of these words. Raises Refused."""
    word = document.get(name)
    if word not in choices:
        raise Refused(f"{name} must be one of: {', '.join(choices)}")
    return str(word)


def read_flag(document: Json, name: str) -> bool:
    """True or false. Raises Refused."""
    flag = document.get(name)
    if not isinstance(flag, bool):
        raise Refused(f"{name} must be true or false")
    return flag


def read_bytes(document: Json, name: str) -> bytes:
    """A file, sent as base64. Raises Refused."""
    content = document.get(name)
    if not isinstance(content, str) or not content:
        raise Refused(f"{name} is missing")
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        raise Refused(f"{name} is not base64") from None
