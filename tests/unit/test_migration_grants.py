"""A migration closes what it makes to everybody by name, and opens it to the secret key: Supabase's defaults do neither.

`python -m ops migrate` lays all grants again after the migrations, but not everybody applies them with it: the Supabase CLI does
not.
"""

import re
from collections.abc import Iterator, Sequence

import pytest

from ops.migrations import FOLDER, Migration, read_migrations
from ops.sql_text import split_statements, without_comments

_NAME = r"(?:if\s+not\s+exists\s+)?public\.(\w+)"
_MADE = re.compile(
    rf"create\s+(?P<replaced>or\s+replace\s+)?(?:materialized\s+)?(?P<kind>table|view|function|sequence)\s+{_NAME}",
    re.I,
)
_SECURED = re.compile(r"alter\s+table\s+public\.(\w+)\s+enable\s+row\s+level\s+security", re.I)
_REVOKED = re.compile(r"revoke\s+all\s+on\s+(.+?)\s+from\s+(.+)", re.I | re.S)
_GRANTED = re.compile(r"grant\s+.+?\s+on\s+(.+?)\s+to\s+(.+)", re.I | re.S)
_CLOSED_TO = {"public", "anon", "authenticated"}


def lacking(migrations: Sequence[Migration]) -> Iterator[str]:
    """What each migration after the first has not said about what it makes."""
    known = {name for _, name, _ in _made(migrations[0])}
    for migration in migrations[1:]:
        closed = _named(migration, _REVOKED, _CLOSED_TO)
        opened = _named(migration, _GRANTED, {"service_role"})
        secured = {found[1] for found in _matches(migration, _SECURED)}
        for kind, name, replaced in _made(migration):
            if replaced and name in known:
                continue  # it keeps the privileges that it has
            if name not in closed:
                yield f"{migration.file}: revoke all on {kind} public.{name} from public, anon, authenticated"
            if name not in opened:
                yield f"{migration.file}: grant ... on {kind} public.{name} to service_role"
            if kind == "table" and name not in secured:
                yield f"{migration.file}: alter table public.{name} enable row level security"
            known.add(name)


def _made(migration: Migration) -> list[tuple[str, str, bool]]:
    return [
        (found["kind"].lower(), found[3], bool(found["replaced"])) for found in _matches(migration, _MADE)
    ]


def _named(migration: Migration, pattern: re.Pattern[str], roles: set[str]) -> set[str]:
    """The things in the statements that name all of these roles."""
    found = [
        each for each in _matches(migration, pattern) if roles <= set(re.findall(r"\w+", each[2].lower()))
    ]
    return {name for each in found for name in re.findall(r"public\.(\w+)", each[1])}


def _matches(migration: Migration, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    statements = (without_comments(each).strip() for each in split_statements(migration.text))
    return [found for each in statements if (found := pattern.match(each))]


def test_the_migrations_of_this_project() -> None:
    assert list(lacking(read_migrations(FOLDER))) == []


BASELINE = Migration(
    version="1",
    name="baseline",
    text="create table public.a (id int); create function public.f() returns int",
)
TABLE = """
    create table public.b (id int);
    -- Closed; then opened.
    alter table public.b enable row level security;
    revoke all on public.b from public, anon, authenticated, service_role;
    grant select, insert on public.b to service_role;
"""
FUNCTION = """
    create function public.g(x int) returns int language sql as $$ select 1; create table public.nothing (id int) $$;
    revoke all on function public.g(int) from public, anon, authenticated;
    grant execute on function public.g(int) to service_role;
"""
VIEW_AND_SEQUENCE = """
    create view public.v as select 1; create sequence public.s;
    revoke all on public.v, public.s from public, anon, authenticated;
    grant select on public.v to service_role; grant usage on sequence public.s to service_role;
"""


def lacks(text: str) -> list[str]:
    return [
        line.partition(": ")[2]
        for line in lacking([BASELINE, Migration(version="2", name="more", text=text)])
    ]


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        FUNCTION,
        VIEW_AND_SEQUENCE,
        TABLE + FUNCTION,
        "create or replace function public.f() returns int language sql as 'select 2'",
        "alter table public.a add b int; create index on public.a (b)",
        "-- create table public.b (id int)\nselect 1",
    ],
)
def test_good(text: str) -> None:
    assert lacks(text) == []


CLOSE_TABLE = "revoke all on table public.b from public, anon, authenticated"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (TABLE.replace("alter table public.b enable", "-- "), ["alter table public.b enable row level security"]),
        (TABLE.replace("anon, ", ""), [CLOSE_TABLE]),
        (TABLE.replace("from public, ", "from "), [CLOSE_TABLE]),
        (TABLE.replace("authenticated, ", ""), [CLOSE_TABLE]),
        (TABLE.replace("revoke all", "revoke select"), [CLOSE_TABLE]),
        (TABLE.replace("revoke all on public.b", "revoke all on public.a"), [CLOSE_TABLE]),
        (TABLE.replace("to service_role", "to anon"), ["grant ... on table public.b to service_role"]),
        (FUNCTION.replace("grant", "-- grant"), ["grant ... on function public.g to service_role"]),
        (FUNCTION.replace("anon, ", ""), ["revoke all on function public.g from public, anon, authenticated"]),
        (
            "create or replace function public.new() returns int language sql as 'select 1'",
            [
                "revoke all on function public.new from public, anon, authenticated",
                "grant ... on function public.new to service_role",
            ],
        ),
        (
            # Dropped and created again, it has the privileges of a new one.
            "drop function public.f(); create function public.f() returns text language sql as 'select 1'",
            [
                "revoke all on function public.f from public, anon, authenticated",
                "grant ... on function public.f to service_role",
            ],
        ),
        (
            VIEW_AND_SEQUENCE.replace("public.v, public.s", "public.s"),
            ["revoke all on view public.v from public, anon, authenticated"],
        ),
        (
            VIEW_AND_SEQUENCE.replace("public.v, public.s", "public.v"),
            ["revoke all on sequence public.s from public, anon, authenticated"],
        ),
    ],
)  # fmt: skip
def test_what_is_not_said_is_named(text: str, missing: list[str]) -> None:
    assert lacks(text) == missing


def test_the_baseline_says_it_for_all_at_once() -> None:
    text = read_migrations(FOLDER)[0].text
    for things in ("tables", "sequences", "functions"):
        assert (
            f"revoke all on all {things} in schema public from public, anon, authenticated, service_role;"
            in text
        )
