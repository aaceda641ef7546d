"""Lays the grants of `supabase/schemas/95_privileges.sql` again, in case somebody changed them, and says what changed."""

from collections import defaultdict
from pathlib import Path
from typing import Final

import psycopg

FILE: Final = "95_privileges.sql"
_ROLES: Final = ("public", "anon", "authenticated", "service_role")
# What is null has the privileges that Postgres gives by itself: for functions, execute to public.
_GRANTS: Final = """
select coalesce(nullif(acl.grantee, 0)::regrole::text, 'public'), thing.name, lower(acl.privilege_type)
  from (
    select relname::text as name, coalesce(relacl, acldefault('r', relowner)) as acl
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select relname, coalesce(relacl, acldefault('s', relowner))
      from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'
    union all
    select relname || '.' || attname, attacl
      from pg_attribute join pg_class on pg_class.oid = attrelid where relnamespace = 'public'::regnamespace
    union all
    select proname || '()', coalesce(proacl, acldefault('f', proowner))
      from pg_proc where pronamespace = 'public'::regnamespace) thing,
  lateral aclexplode(thing.acl) acl
"""
_Grants = set[tuple[str, str, str]]  # role, thing, privilege


def lay_privileges(connection: psycopg.Connection, file: Path) -> list[str]:
    """Run the file in one transaction; returns what it changed: "anon lost select on tickets", ...

    If that is nothing it is rolled back, so that no other connection has to make its plans again.
    """
    before, after = _run(connection, file, keep=True)
    return sorted([*_sentences("lost", before - after), *_sentences("got", after - before)])


def compare_privileges(connection: psycopg.Connection, file: Path) -> list[str]:
    """What `lay_privileges` would change: "anon has select on tickets", "service_role lacks ...". Changes nothing."""
    before, after = _run(connection, file, keep=False)
    return sorted([*_sentences("has", before - after), *_sentences("lacks", after - before)])


def _run(connection: psycopg.Connection, file: Path, *, keep: bool) -> tuple[_Grants, _Grants]:
    """The grants before and after."""
    before = after = _Grants()
    with connection.transaction():
        before = _grants(connection)
        connection.execute(file.read_bytes())
        after = _grants(connection)
        if before == after or not keep:
            raise psycopg.Rollback
    return before, after


def _grants(connection: psycopg.Connection) -> _Grants:
    return {grant for grant in connection.execute(_GRANTS).fetchall() if grant[0] in _ROLES}


def _sentences(verb: str, grants: _Grants) -> list[str]:
    privileges = defaultdict(list)
    for role, thing, privilege in sorted(grants):
        privileges[role, thing].append(privilege)
    return [f"{role} {verb} {', '.join(each)} on {thing}" for (role, thing), each in privileges.items()]
