"""What a database consists of, and a readable difference between two of them: everything in `public` but the rows."""

import difflib
from collections.abc import Iterator, Mapping

import psycopg

Catalogue = Mapping[str, str]  # "index public.tickets_open": its definition

_PUBLIC = "'public'::regnamespace"
_OURS = f"""
    pg_class relation join pg_namespace on pg_namespace.oid = relnamespace and relnamespace = {_PUBLIC}"""
# Each gives names and definitions. A name is known once in all of them.
_QUERIES = (
    f"""
    select case relkind when 'v' then 'view ' else 'table ' end || relname,
           concat_ws(', ', 'kind ' || relkind::text, 'owner ' || relowner::regrole::text, 'persistence ' || relpersistence::text,
             'row level security ' || relrowsecurity, 'forced ' || relforcerowsecurity, 'replica identity ' || relreplident::text,
             'options ' || reloptions::text)
      from {_OURS} where relkind in ('r', 'p', 'v', 'm', 'f')""",
    f"select 'definition of view ' || relname, pg_get_viewdef(relation.oid) from {_OURS} where relkind in ('v', 'm')",
    # Numbered without those that were dropped.
    f"""
    select 'column ' || relname || '.' || attname,
           concat_ws(', ', 'number ' || row_number() over (partition by attrelid order by attnum),
             format_type(atttypid, atttypmod), case when attnotnull then 'not null' end,
             'default ' || pg_get_expr(adbin, adrelid), 'identity ' || nullif(attidentity, '')::text,
             'generated ' || nullif(attgenerated, '')::text, 'storage ' || attstorage::text, 'compression ' || nullif(attcompression, '')::text,
             'collation ' || nullif(attcollation, 0)::regcollation::text, 'statistics ' || attstattarget::text, 'options ' || attoptions::text)
      from {_OURS} join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where relkind in ('r', 'p', 'v', 'm', 'f')""",
    f"""
    select 'constraint ' || conname || ' of ' || relname, pg_get_constraintdef(con.oid) || case when convalidated then '' else ' not valid' end
      from {_OURS} join pg_constraint con on conrelid = relation.oid""",
    f"""
    select 'index ' || relname, pg_get_indexdef(relation.oid) || case when indisvalid then '' else ' invalid' end
      from {_OURS} join pg_index on indexrelid = relation.oid""",
    f"""
    select 'sequence ' || relname, concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle)
      from {_OURS} join pg_sequence on seqrelid = relation.oid""",
    f"""
    select 'function ' || oid::regprocedure::text, pg_get_functiondef(oid) || '-- owner ' || proowner::regrole::text
      from pg_proc where pronamespace = {_PUBLIC} and prokind <> 'a'""",
    f"""
    select 'trigger ' || tgname || ' on ' || relname, pg_get_triggerdef(t.oid) || ', enabled ' || tgenabled::text
      from {_OURS} join pg_trigger t on tgrelid = relation.oid and not tgisinternal""",
    f"""
    select 'policy ' || polname || ' on ' || relname,
           concat_ws(', ', polcmd, polpermissive, polroles::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
      from {_OURS} join pg_policy on polrelid = relation.oid""",
    f"select 'statistics ' || stxname, pg_get_statisticsobjdef(oid) from pg_statistic_ext where stxnamespace = {_PUBLIC}",
    f"""
    select 'type ' || typname, concat_ws(', ', typtype, typbasetype::regtype,
             (select string_agg(enumlabel, ', ' order by enumsortorder) from pg_enum where enumtypid = pg_type.oid))
      from pg_type where typnamespace = {_PUBLIC} and typtype in ('e', 'd', 'r')""",
    """
    select 'comment on ' || identity, description from pg_description, pg_identify_object(classoid, objoid, objsubid)
     where identity ~ '(^|on )public\\.'""",
    f"""
    with granted (name, acl) as (
      select relname::text, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)) from {_OURS}
       where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      union all
      select relname || '.' || attname, attacl from {_OURS} join pg_attribute on attrelid = relation.oid
      union all
      select oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner)) from pg_proc where pronamespace = {_PUBLIC}
      union all
      select 'the schema', nspacl from pg_namespace where oid = {_PUBLIC})
    select 'privileges of ' || coalesce(nullif(grantee, 0)::regrole::text, 'public') || ' on ' || name,
           string_agg(lower(privilege_type) || case when is_grantable then ' with grant option' else '' end, ', '
                      order by privilege_type)
      from granted, aclexplode(acl) group by name, grantee""",
)


def catalogue(connection: psycopg.Connection) -> Catalogue:
    found: dict[str, str] = {}
    for query in _QUERIES:
        for name, definition in connection.execute(query.encode()).fetchall():
            assert name not in found, f"two things with the name {name}"
            found[name] = definition or ""
    return found


def difference(one: Catalogue, other: Catalogue, *, names: tuple[str, str]) -> str:
    """What only one of them has and what is not the same in both; empty if they are the same. names: what they are called."""
    return "\n".join(line for name in sorted({*one, *other}) for line in _of(name, one, other, names))


def _of(name: str, one: Catalogue, other: Catalogue, names: tuple[str, str]) -> Iterator[str]:
    if name not in other:
        yield f"only in {names[0]}: {name}: {_shortened(one[name])}"
    elif name not in one:
        yield f"only in {names[1]}: {name}: {_shortened(other[name])}"
    elif one[name] != other[name]:
        yield f"not the same: {name}"
        lines = difflib.unified_diff(
            one[name].splitlines(), other[name].splitlines(), *names, lineterm="", n=1
        )
        yield from (f"    {line}" for line in lines)


def _shortened(definition: str) -> str:
    return " ".join(definition.split())[:200]
