"""The root of the Data API: what a role may see of the schema, as PostgREST's OpenAPI document names it."""

from __future__ import annotations

from typing import LiteralString

from psycopg import AsyncConnection

from emulator import Json

# Follows the privileges, as PostgREST does unless told otherwise. A trigger's function is nobody's to call.
SEEN: LiteralString = """
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


async def openapi(connection: AsyncConnection, role: str) -> Json:
    """Only the paths: who reads it here wants to know what is there."""
    cursor = await connection.execute(SEEN, {"role": role})
    paths: Json = {"/": {}}
    for (path,) in await cursor.fetchall():
        paths[path] = {"post": {}} if path.startswith("/rpc/") else {"get": {}}
    info = {"title": "standard public schema", "version": "12.0.2"}
    return {"swagger": "2.0", "info": info, "basePath": "/", "paths": paths}
