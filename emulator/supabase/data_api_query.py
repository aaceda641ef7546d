"""What follows the `?` of a Data API call, as SQL: columns, filters, order and limits of PostgREST."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from emulator.supabase.data_api_responses import ApiError

OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "like",
    "ilike": "ilike",
}
IS = {"null", "true", "false", "unknown"}
COLUMN = re.compile(r"(?:(?P<alias>\w+):)?(?P<name>\w+)")
LIST_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,]+)')
RESERVED = {"select", "order", "limit", "offset", "apikey"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`columns` is what to show of the source; `tail` is its where, order by, limit and offset."""

    columns: sql.Composable
    tail: sql.Composable
    values: list[str]
    offset: int


def parse_query(parameters: Iterable[tuple[str, str]]) -> Query:
    """Raises ApiError for what this stand-in does not know: embedding, `or`, casts, JSON paths."""
    given = list(parameters)
    options = dict(given)
    filters = [_filter(name, text) for name, text in given if name not in RESERVED]
    tail = [sql.SQL(" where "), sql.SQL(" and ").join(part for part, _ in filters)] if filters else []
    if order := options.get("order"):
        tail += [sql.SQL(" order by "), sql.SQL(", ").join(map(_order, order.split(",")))]
    if limit := options.get("limit"):
        tail.append(sql.SQL(f" limit {_whole_number(limit)}"))
    offset = _whole_number(options.get("offset", "0"))
    return Query(
        columns=sql.SQL(", ").join(map(_column, options.get("select", "*").split(","))),
        tail=sql.Composed([*tail, sql.SQL(f" offset {offset}")]),
        values=[value for _, values in filters for value in values],
        offset=offset,
    )


def _unknown(what: str, text: str) -> ApiError:
    message = f"the local Data API does not know this {what}: {text}"
    return ApiError(status=400, code="PGRST100", message=message)


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise _unknown("number", text)
    return int(text)


def _column(text: str) -> sql.Composable:
    if text.strip() in ("*", ""):
        return sql.SQL("*")
    if not (match := COLUMN.fullmatch(text.strip())):
        raise _unknown("column", text)
    return sql.SQL("{} as {}").format(
        sql.Identifier(match["name"]), sql.Identifier(match["alias"] or match["name"])
    )


def _order(text: str) -> sql.Composable:
    name, *words = text.split(".")
    known = {"asc": " asc", "desc": " desc", "nullsfirst": " nulls first", "nullslast": " nulls last"}
    if unknown := [word for word in words if word not in known]:
        raise _unknown("order", ".".join(unknown))
    return sql.Composed([sql.Identifier(name), *(sql.SQL(known[word]) for word in words)])


def _filter(name: str, text: str) -> tuple[sql.Composable, list[str]]:
    """`age=not.gte.18` -> `not "age" >= %s` with its value, untyped, so that Postgres takes the column's type."""
    negation, text = ("not ", text[4:]) if text.startswith("not.") else ("", text)
    operator, _, value = text.partition(".")
    if operator == "is" and value.lower() in IS:
        condition, values = f"is {value}", []
    elif operator == "in":
        condition, values = "= any(%s)", [_array(value)]
    elif operator in OPERATORS:
        wildcards = value.replace("*", "%") if operator in ("like", "ilike") else value
        condition, values = f"{OPERATORS[operator]} %s", [wildcards]
    else:
        raise _unknown("filter", f"{name}={text}")
    return sql.SQL(f"{negation}{{}} {condition}").format(sql.Identifier(name)), values


def _array(text: str) -> str:
    """`(1,"a,b")` -> `{"1","a,b"}`: the items keep their escapes, which are the same in both."""
    items = (quoted or plain.replace("\\", "\\\\") for quoted, plain in LIST_ITEM.findall(text[1:-1]))
    return "{" + ",".join(f'"{item}"' for item in items) + "}"
