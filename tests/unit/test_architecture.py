"""Imports go one way: main -> handlers -> {state, messages, channels}; what is local or for operators stays outside."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PRODUCT = ("handlers", "state", "messages", "channels")
OUTSIDE = ("emulator", "ops", "tests", "bench", "deploy")
FOLDERS = (*PRODUCT, *OUTSIDE)

# All that a folder may import of ours, beside itself.
MAY_IMPORT = {
    "main": {"handlers"},
    "handlers": {"state", "messages", "channels"},
    "state": set(),
    "messages": {"state"},
    "channels": {"state"},
}
# An entry point of its own: it says in words what a turn replies.
MAY_IMPORT_TOO = {"state/dialogue/__main__.py": {"messages"}}
# Inside the state: what each room may import of it, beside itself.
ROOMS = {
    "model": set(),
    "understanding": {"model"},
    "dialogue": {"model", "understanding"},
    "store": {"model"},
}
# The dialogue is pure: of the standard library only what has no clock, no network, no file and no surprise. (A new ticket
# code is random, and comes in as a fact; the classifier's weights are a file, read once.)
PURE = sorted(
    path.relative_to(ROOT / "state").as_posix()
    for room in ("model", "understanding", "dialogue")
    for path in (ROOT / "state" / room).glob("*.py")
    if path.name not in {"clock.py", "ticket_code.py", "weights.py", "diagram.py", "__main__.py"}
)
HARMLESS = {
    "__future__",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",  # lru_cache: the same result, sooner
    "hashlib",
    "math",
    "operator",
    "re",
    "typing",
    "unicodedata",
    "zlib",
    "state",
}


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [ROOT / "main.py", *found] if "handlers" in folders else found


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, wherever in it; of a package, what is taken from it."""
    return tuple(_imports(tree(path)))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (name.name for name in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield from (_module(module, name.name) for name in node.names)
            case ast.ImportFrom():
                yield "a relative import"


def _module(module: str, name: str) -> str:
    inside = ROOT.joinpath(*module.split("."))
    return f"{module}.{name}" if (inside / f"{name}.py").exists() or (inside / name).is_dir() else module


def folder_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def ours(path: Path) -> set[str]:
    """What a file imports of this repository, beside its own folder."""
    return {
        name
        for name in imports(path)
        if name.split(".")[0] in {"main", *FOLDERS} and name.split(".")[0] != folder_of(path)
    }


def all_imported(module: str) -> set[str]:
    """A module of this repository, and all of ours that it imports, also through others."""
    found, waiting = set[str](), [module]
    while waiting:
        path = ROOT.joinpath(*(name := waiting.pop()).split(".")).with_suffix(".py")
        if name not in found and path.exists():
            found.add(name)
            waiting += imports(path)
    return found


def test_the_product_imports_one_way() -> None:
    for path in files(*PRODUCT):
        allowed = MAY_IMPORT[folder_of(path)] | MAY_IMPORT_TOO.get(named(path), set())
        assert {name.split(".")[0] for name in ours(path)} <= allowed, named(path)


def test_texts_and_channels_share_only_plain_data() -> None:
    for path in files("messages", "channels"):
        assert {".".join(name.split(".")[:2]) for name in ours(path)} <= {"state.model"}, named(path)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_the_rooms_of_the_state_import_one_way(room: str) -> None:
    for path in sorted((ROOT / "state" / room).glob("*.py")):
        others = {name.split(".")[1] for name in imports(path) if name.startswith("state.")} - {room}
        assert others <= ROOMS[room], named(path)


@pytest.mark.parametrize("name", PURE)
def test_the_dialogue_is_pure(name: str) -> None:
    imported = {module.split(".")[0] for module in imports(ROOT / "state" / name)}
    assert imported <= HARMLESS


@pytest.mark.parametrize("name", PURE)
def test_the_dialogue_asks_no_clock(name: str) -> None:
    called = {node.attr for node in ast.walk(tree(ROOT / "state" / name)) if isinstance(node, ast.Attribute)}
    assert not called & {"now", "utcnow", "today"}


def test_only_one_file_talks_to_supabase() -> None:
    assert using("supabase", within=files(*PRODUCT)) == ["state/store/client.py"]


def test_the_product_needs_nothing_that_is_only_for_developers_and_operators() -> None:
    assert using("typer", "rich", "psycopg", "dotenv", "pytest", within=files(*PRODUCT)) == []


def using(*modules: str, within: list[Path]) -> list[str]:
    """The files that import one of these modules, or something in one."""
    starts = tuple(f"{module}." for module in modules)
    return [named(path) for path in within if any(f"{name}.".startswith(starts) for name in imports(path))]


def test_the_folder_of_migrations_does_not_hide_the_package_of_its_name() -> None:
    assert list((ROOT / "supabase").rglob("*.py")) == []


def test_every_file_says_what_it_is() -> None:
    silent = [path for path in files(*FOLDERS) if tree(path).body and not ast.get_docstring(tree(path))]
    assert silent == []


@pytest.mark.parametrize("folder", [*PRODUCT, "ops"])
def test_every_folder_says_what_it_is(folder: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / folder / "__init__.py").read_text("utf-8")))


def test_the_training_runs_whatever_the_weights_are() -> None:
    """After a new act or other features the weights that are there cannot be read, until the training has written new ones."""
    training = all_imported("bench.understanding.train")
    assert "state.understanding.weights" in training
    assert "state.understanding.classifier" not in training
