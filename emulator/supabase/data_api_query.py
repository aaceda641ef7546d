"""The query string of a Data API call as SQL. Of PostgREST's language it has what `python -m ops` uses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from emulator.supabase.data_api_responses import ApiError

DIRECTIONS = {"": "", "asc": " asc", "desc": " desc"}
LIST_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,]+)')
RESERVED = {"select", "order", "limit", "apikey"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`columns` are selected from the source; `tail` is the SQL after it, with `values` as its parameters."""

    columns: sql.Composable
    tail: sql.Composable
    values: list[str]


def parse_query(parameters: Iterable[tuple[str, str]]) -> Query:
    """Columns, `eq`, `in` and `is.null` filters, order and limit. Raises ApiError for the rest of PostgREST's language."""
    given = list(parameters)
    options = dict(given)
    filters = [_filter(name, text) for name, text in given if name not in RESERVED]
    tail = [sql.SQL(" where "), sql.SQL(" and ").join(part for part, _ in filters)] if filters else []
    if order := options.get("order"):
        tail += [sql.SQL(" order by "), sql.SQL(", ").join(map(_order, order.split(",")))]
    if limit := options.get("limit"):
        if not limit.isdecimal():
            raise _unsupported("limit", limit)
        tail.append(sql.SQL(f" limit {int(limit)}"))
    return Query(
        columns=sql.SQL(", ").join(map(_column, options.get("select", "*").split(","))),
        tail=sql.Composed(tail),
        values=[value for _, values in filters for value in values],
    )


def _column(text: str) -> sql.Composable:
    if text == "*":
        return sql.SQL("*")
    if not re.fullmatch(r"\w+", text):
        raise _unsupported("column", text)
    return sql.Identifier(text)


def _order(text: str) -> sql.Composable:
    name, _, direction = text.partition(".")
    if direction not in DIRECTIONS:
        raise _unsupported("order", text)
    return sql.Composed([sql.Identifier(name), sql.SQL(DIRECTIONS[direction])])


def _filter(name: str, text: str) -> tuple[sql.Composable, list[str]]:
    """`age=eq.18` -> `"age" = %s` with its value, untyped, so that Postgres takes the column's type."""
    operator, _, value = text.partition(".")
    column = sql.Identifier(name)
    if operator == "eq":
        return sql.SQL("{} = %s").format(column), [value]
    if operator == "in":
        return sql.SQL("{} = any(%s)").format(column), [_array(value)]
    if text == "is.null":
        return sql.SQL("{} is null").format(column), []
    raise _unsupported("filter", f"{name}={text}")


def _array(text: str) -> str:
    """`(1,"a,b")` -> `{"1","a,b"}`: quoted items keep their escapes, which are the same in both."""
    items = (quoted or plain.replace("\\", "\\\\") for quoted, plain in LIST_ITEM.findall(text[1:-1]))
    return "{" + ",".join(f'"{item}"' for item in items) + "}"


def _unsupported(what: str, text: str) -> ApiError:
    message = f"the local Data API does not support this {what}: {text}"
    return ApiError(status=400, code="PGRST100", message=message)
