"""Call a Postgres function by its name and the names of its arguments, with PostgREST's own SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import LiteralString

from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import class_row

from emulator.supabase.data_api_answer import ApiError

# Asked again for each call, 0.2 ms: a cache would have to hear of every change of the schema.
FIND: LiteralString = """
select p.proretset as many,
       p.prorettype = 'void'::regtype as void,
       p.provolatile <> 'v' as read_only,
       t.typtype = 'c' or p.prorettype = 'record'::regtype or p.proargmodes && '{t,b,o}' as composite,
       p.pronargs - p.pronargdefaults as required,
       array(select a.name
               from unnest(p.proargnames, p.proargmodes) with ordinality as a(name, mode, place)
              where coalesce(a.mode, 'i') in ('i', 'b', 'v') order by a.place) as names,
       array(select format_type(a.type, null)
               from unnest(p.proargtypes) with ordinality as a(type, place) order by a.place) as types
  from pg_proc p
  join pg_type t on t.oid = p.prorettype
 where p.pronamespace = 'public'::regnamespace and p.proname = %s and p.prokind = 'f'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    many: bool
    void: bool
    read_only: bool
    composite: bool | None
    required: int
    names: list[str]
    types: list[str]

    def takes(self, given: Collection[str]) -> bool:
        return set(self.names[: self.required]) <= set(given) <= set(self.names)


async def overloads(connection: AsyncConnection, name: str) -> list[Function]:
    async with AsyncCursor(connection, row_factory=class_row(Function)) as cursor:
        await cursor.execute(FIND, [name], prepare=True)
        return await cursor.fetchall()


def choose(candidates: list[Function], name: str, given: Collection[str]) -> Function:
    """The one that takes exactly these arguments. Raises ApiError: PGRST202 for none, PGRST203 for several."""
    fitting = [candidate for candidate in candidates if candidate.takes(given)]
    if not fitting:
        raise _not_found(name, given)
    if len(fitting) > 1:
        message = f"Could not choose the best candidate function of public.{name}"
        hint = "Try renaming the parameters or the function itself in the database so function overloading can be resolved"
        raise ApiError(status=300, code="PGRST203", message=message, hint=hint)
    return fitting[0]


def source(function: Function, name: str, given: Collection[str]) -> sql.Composable:
    """The call as a subquery with one parameter, the arguments as JSON: Postgres itself gives them their types."""
    pairs = zip(function.names, function.types, strict=True)
    return _source(name, tuple(pair for pair in pairs if pair[0] in given), bool(function.composite))


@lru_cache
def _source(name: str, pairs: tuple[tuple[str, str], ...], composite: bool) -> sql.Composable:
    arguments = sql.SQL(", ").join(
        sql.SQL("{0} := given.{0}").format(sql.Identifier(arg)) for arg, _ in pairs
    )
    call: sql.Composable = sql.SQL("{}({})").format(sql.Identifier("public", name), arguments)
    if not composite:
        call = sql.SQL("(select {} as scalar)").format(call)
    columns = [sql.SQL("{} {}").format(sql.Identifier(arg), sql.SQL(type_)) for arg, type_ in pairs]
    given_as: sql.Composable = sql.SQL("json_to_record(%s::json) as given({})").format(
        sql.SQL(", ").join(columns)
    )
    if not pairs:
        given_as = sql.SQL("(select %s::json) as given")
    return rendered(
        sql.SQL("(select called.* from {}, lateral {} as called) as source").format(given_as, call)
    )


def rendered(composed: sql.Composed) -> sql.SQL:
    """The same as one piece: to put the pieces together costs more than most of the calls."""
    return sql.SQL(composed.as_string())


def _not_found(name: str, given: Collection[str]) -> ApiError:
    listed = ", ".join(sorted(given))
    with_what = (
        ("parameters " if len(given) > 1 else "parameter ") + listed if given else "without parameters"
    )
    return ApiError(
        status=404,
        code="PGRST202",
        message=f"Could not find the function public.{name}"
        + (f"({listed})" if given else " without parameters")
        + " in the schema cache",
        details=f"Searched for the function public.{name} {'with ' if given else ''}{with_what} or with a single "
        "unnamed json/jsonb parameter, but no matches were found in the schema cache.",
    )
