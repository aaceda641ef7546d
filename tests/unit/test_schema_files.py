"""The files of supabase/schemas stand in an order: none uses anything of one after it, so there is no circle between them."""

import re
from collections.abc import Iterator, Mapping

import pytest

from ops.migrations import SCHEMAS, read_migrations
from ops.sql_text import without_comments
from tests.support.baseline import BASELINE, baseline

_MADE = re.compile(
    r"create\s+(?:or\s+replace\s+)?(?:table|view|function|sequence|type)\s+(?:if\s+not\s+exists\s+)?public\.(\w+)",
    re.I,
)
# A table in a query, a function that is called, the type of a variable, what a trigger executes: all have their schema.
_USED = re.compile(r"\bpublic\.(\w+)", re.I)


def used_too_early(files: Mapping[str, str]) -> Iterator[str]:
    texts = {name: without_comments(text) for name, text in sorted(files.items())}
    place = {made: name for name, text in texts.items() for made in _MADE.findall(text)}
    for name, text in texts.items():
        for used in sorted(set(_USED.findall(text))):
            if place.get(used, "") > name:
                yield f"{name} uses {used} of {place[used]}"


def test_no_file_uses_anything_of_one_after_it() -> None:
    files = {path.name: path.read_text("utf-8") for path in SCHEMAS.glob("*.sql")}
    assert len(files) > 10
    assert list(used_too_early(files)) == []


A = "create table public.a (id bigint primary key);"


@pytest.mark.parametrize(
    "earlier",
    [
        "create table public.b (a bigint references public.a on delete cascade);",
        "create view public.b with (security_invoker = true) as select * from public.a;",
        "create function public.b() returns void language plpgsql as $$ begin delete from public.a; end $$;",
        "create function public.b(p_row public.a) returns int language sql as 'select 1';",
        "create trigger b after insert on public.c for each row execute function public.a();",
        "grant select on public.a to service_role;",
    ],
)
def test_each_use_is_noticed(earlier: str) -> None:
    assert list(used_too_early({"10_b.sql": earlier, "20_a.sql": A})) == ["10_b.sql uses a of 20_a.sql"]
    assert list(used_too_early({"10_a.sql": A, "20_b.sql": earlier})) == []


def test_a_function_of_a_later_file() -> None:
    files = {
        "10_b.sql": "create function public.b() returns int language sql as $$ select public.a() $$;",
        "20_a.sql": "create or replace function public.a() returns int language sql as 'select 1';",
    }
    assert list(used_too_early(files)) == ["10_b.sql uses a of 20_a.sql"]


def test_a_comment_is_no_use() -> None:
    assert (
        list(used_too_early({"10_b.sql": "-- see public.a\nselect 1; /* public.a */", "20_a.sql": A})) == []
    )


def test_the_baseline_is_what_make_baseline_writes() -> None:
    """Until it is released, and the first migration is added to it. From then on tests/database/test_schema_files.py is enough."""
    migrations = read_migrations(BASELINE.parent)
    if len(migrations) > 1:
        pytest.skip("there are migrations after the baseline")
    assert BASELINE.read_text("utf-8") == baseline(), "run `make baseline`"
