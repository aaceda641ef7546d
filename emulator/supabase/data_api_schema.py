"""Look up functions and tables in the schema, as PostgREST does, and build the SQL that calls a function."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import LiteralString

from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import class_row

from emulator import Json
from emulator.supabase.data_api_responses import ApiError

# Run for each call, 0.2 ms: a cache would have to notice every change of the schema.
FIND_FUNCTIONS: LiteralString = """
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
# By privileges, as PostgREST does by default. Nobody can call a trigger's function.
LIST_PATHS: LiteralString = """
select '/rpc/' || p.proname
  from pg_proc p
 where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
   and has_function_privilege(%(role)s, p.oid, 'execute')
union
select '/' || c.relname
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'f', 'p')
   and has_table_privilege(%(role)s, c.oid, 'select, insert, update, delete')
order by 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFunction:
    """`many`: returns a set; `composite`: returns rows, not scalars; `required`: how many arguments have no default."""

    many: bool
    void: bool
    read_only: bool
    composite: bool | None
    required: int
    names: list[str]
    types: list[str]

    def takes(self, given: Collection[str]) -> bool:
        return set(self.names[: self.required]) <= set(given) <= set(self.names)


async def find_function(connection: AsyncConnection, name: str, given: Collection[str]) -> DatabaseFunction:
    """The function that takes these arguments; our schema gives each only one form. Raises ApiError PGRST202."""
    async with AsyncCursor(connection, row_factory=class_row(DatabaseFunction)) as cursor:
        await cursor.execute(FIND_FUNCTIONS, [name], prepare=True)
        for function in await cursor.fetchall():
            if function.takes(given):
                return function
    called = f"({', '.join(sorted(given))})" if given else " without parameters"
    message = f"Could not find the function public.{name}{called} in the schema cache"
    raise ApiError(status=404, code="PGRST202", message=message)


def call_source(function: DatabaseFunction, name: str, given: Collection[str]) -> sql.Composable:
    """The call as a subquery. Its one parameter is the arguments as JSON, so that Postgres converts their types."""
    pairs = zip(function.names, function.types, strict=True)
    return _call_source(name, tuple(pair for pair in pairs if pair[0] in given), bool(function.composite))


@lru_cache
def _call_source(name: str, pairs: tuple[tuple[str, str], ...], composite: bool) -> sql.Composable:
    comma = sql.SQL(", ")
    arguments = comma.join(sql.SQL("{0} := given.{0}").format(sql.Identifier(arg)) for arg, _ in pairs)
    call: sql.Composable = sql.SQL("{}({})").format(sql.Identifier("public", name), arguments)
    if not composite:
        call = sql.SQL("(select {} as scalar)").format(call)
    columns = comma.join(sql.SQL("{} {}").format(sql.Identifier(arg), sql.SQL(type_)) for arg, type_ in pairs)
    given: sql.Composable = sql.SQL("json_to_record(%s::json) as given({})").format(columns)
    if not pairs:
        given = sql.SQL("(select %s::json) as given")
    return flatten(sql.SQL("(select called.* from {}, lateral {} as called) as answer").format(given, call))


def flatten(composed: sql.Composed) -> sql.SQL:
    """The same as one string: joining the parts for each execution takes longer than most calls."""
    return sql.SQL(composed.as_string())


async def openapi(connection: AsyncConnection, role: str) -> Json:
    """PostgREST's OpenAPI document with nothing but the paths that the role may use."""
    cursor = await connection.execute(LIST_PATHS, {"role": role})
    paths: Json = {"/": {}}
    for (path,) in await cursor.fetchall():
        paths[path] = {"post": {}} if path.startswith("/rpc/") else {"get": {}}
    info = {"title": "standard public schema", "version": "12.0.2"}
    return {"swagger": "2.0", "info": info, "basePath": "/", "paths": paths}
