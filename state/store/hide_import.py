"""Imports with an optional dependency hidden, which makes the start faster."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def hide_import(package: str) -> Iterator[None]:
    """While the block lasts, `import package` raises ImportError, unless it was imported before."""
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None is Python's own word for it
    hidden = modules.setdefault(package, None) is None
    try:
        yield
    finally:
        if hidden:
            del modules[package]
