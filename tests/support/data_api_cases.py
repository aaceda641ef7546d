"""Calls to the Data API with the status and the body, or the error code, of their answers."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

JWT_SECRET = "a secret of these tests, thirty-two bytes or more"
ROLES = ("service_role", "authenticated", "anon", "hurried")
KEYS = {role: jwt.encode({"role": role}, JWT_SECRET, "HS256") for role in ROLES}
OWNER = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    path: str
    method: str = "GET"
    body: bytes | None = None
    role: str = "service_role"
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, client: httpx.Client) -> httpx.Response:
        key = KEYS[self.role]
        headers = {"apikey": key, "Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return client.request(
            self.method, f"/rest/v1/{self.path}", content=self.body, headers=headers | self.headers
        )


def get(path: str, **rest: Any) -> Call:
    return Call(path=path, **rest)


def rpc(function: str, arguments: dict[str, Any] | None = None, **rest: Any) -> Call:
    body = json.dumps(arguments or {}, ensure_ascii=False).encode()
    return Call(method="POST", path=f"rpc/{function}", body=body, **rest)


def raw(function: str, body: bytes) -> Call:
    return Call(method="POST", path=f"rpc/{function}", body=body)


@dataclass(frozen=True, slots=True)
class Code:
    """An error of which only the code is compared, because the text is Postgres's."""

    code: str


def echoes(kind: str, *values: Any) -> dict[str, tuple[Call, int, Any]]:
    return {f"{kind} {value!r}": (rpc(f"echo_{kind}", {"value": value}), 200, value) for value in values}


MADE_AT = "2026-11-01T12:00:00.123456+00:00"
ITEMS = [
    {"id": 1, "code": "a", "amount": 1, "tags": [], "owner": None, "made_at": MADE_AT},
    {"id": 2, "code": "b,c", "amount": 2, "tags": ["x", "y z"], "owner": OWNER, "made_at": MADE_AT},
    {"id": 3, "code": 'd"e\\f', "amount": 3, "tags": [], "owner": None, "made_at": MADE_AT},
]
DENSE = '{"big": 12345678901234567890.5, "text": "ñ 🙂 \\" \\\\"}'
WHO = {"read_only": "on"}
RAISED = {"message": "the message", "details": "the detail", "hint": "the hint"}

CASES: dict[str, tuple[Call, int, Any]] = {
    # Values of every type that the product uses, returned unchanged
    **echoes("jsonb", {"a": [1, None, True, "ñ 🙂"]}, [], "text", 5, False, None),
    **echoes("text", "", "ñ 🙂", "null", "it's \\ \"quoted\"\n", "100 %s", "$1", None),
    **echoes("texts", [], ["a", "b,c", 'd"e', "{}", "NULL", ""], [None], None),
    **echoes("bigint", 0, 9007199254740993, -9223372036854775808, None),
    **echoes("boolean", True, False, None),
    **echoes("uuid", OWNER),
    **echoes("numeric", 0.1, 12345678901234567890),
    "json keeps its spaces": (raw("echo_json", b'{"value": {"b" : 1,  "a":2}}'), 200, {"b": 1, "a": 2}),
    "jsonb keeps its digits": (raw("echo_jsonb", f'{{"value": {DENSE}}}'.encode()), 200, json.loads(DENSE)),
    "a number for a text": (rpc("echo_text", {"value": 5}), 200, "5"),
    "an object for a text": (rpc("echo_text", {"value": {"a": 1}}), 200, '{"a": 1}'),
    "a digit string for a bigint": (rpc("echo_bigint", {"value": "7"}), 200, 7),
    "a time in another zone": (
        rpc("echo_time", {"value": "2026-11-22T10:00:00-03:00"}),
        200,
        "2026-11-22T13:00:00+00:00",
    ),
    "a name in mixed case": (rpc("echo_type", {"Mixed Case": "x"}), 200, "x"),
    # Arguments
    "none": (rpc("answer"), 200, 42),
    "an empty body": (raw("answer", b""), 200, 42),
    "defaults": (rpc("defaulted", {"a": 1}), 200, {"a": 1, "b": "b", "c": {"c": 1}}),
    "null is not the default": (rpc("defaulted", {"a": 1, "b": None}), 200, {"a": 1, "b": None, "c": {"c": 1}}),
    "in any order": (rpc("defaulted", {"c": [], "a": 1}), 200, {"a": 1, "b": "b", "c": []}),
    "one missing": (rpc("defaulted", {"b": "x"}), 404, Code("PGRST202")),
    "all missing": (rpc("defaulted"), 404, Code("PGRST202")),
    "one too many": (rpc("answer", {"x": 1}), 404, Code("PGRST202")),
    "several unknown": (rpc("answer", {"y": 1, "x": 1}), 404, Code("PGRST202")),
    "unknown function": (rpc("unknown_function", {"x": 1}), 404, Code("PGRST202")),
    # Invalid bodies
    "not JSON": (raw("answer", b"{nope"), 400, Code("PGRST102")),
    "half a surrogate": (raw("echo_jsonb", b'{"value": "\\ud800"}'), 400, Code("PGRST102")),
    "not UTF-8": (raw("echo_text", b'{"value": "\xff"}'), 400, Code("PGRST102")),
    "a null byte in a text": (raw("echo_text", b'{"value": "a\\u0000b"}'), 400, Code("22P05")),
    "a null byte in a jsonb": (raw("echo_jsonb", b'{"value": "a\\u0000b"}'), 400, Code("22P05")),
    "not a number": (raw("echo_numeric", b'{"value": NaN}'), 400, Code("PGRST102")),
    "wrong type": (rpc("echo_bigint", {"value": "x"}), 400, Code("22P02")),
    "too large": (rpc("echo_bigint", {"value": 2**63}), 400, Code("22003")),
    "not a uuid": (rpc("echo_uuid", {"value": "x"}), 400, Code("22P02")),
    "not a time": (rpc("echo_time", {"value": "soon"}), 400, Code("22007")),
    # Shapes of results
    "void": (rpc("nothing"), 204, None),
    "a set of scalars": (rpc("numbers", {"up_to": 3}), 200, [1, 2, 3]),
    "an empty set": (rpc("numbers", {"up_to": 0}), 200, []),
    "a set of objects": (rpc("objects", {"up_to": 2}), 200, [{"n": 1}, {"n": 2}]),
    "rows": (rpc("all_items"), 200, ITEMS),
    "one row": (rpc("one_item", {"wanted": "a"}), 200, ITEMS[0]),
    "no row": (rpc("one_item", {"wanted": "?"}), 200, dict.fromkeys(ITEMS[0])),
    "a record": (rpc("out_pair", {"a": 1}), 200, {"b": 2, "c": "c"}),
    "a record of one": (rpc("out_one", {"a": 1}), 200, {"b": 2}),
    "a table of one column": (rpc("one_column"), 200, [{"x": 1}, {"x": 2}]),
    # Roles and privileges
    "as service_role": (rpc("who"), 200, WHO | {"user": "service_role", "claim": "service_role"}),
    "as anon": (rpc("who", role="anon"), 200, WHO | {"user": "anon", "claim": "anon"}),
    "a volatile function may write": (rpc("who_writes"), 200, "off"),
    "a privilege": (rpc("for_service"), 200, "served"),
    "a privilege refused": (rpc("for_service", role="authenticated"), 403, Code("42501")),
    "a privilege refused to anon": (rpc("for_service", role="anon"), 401, Code("42501")),
    "a table refused": (get("closed", role="authenticated"), 403, Code("42501")),
    "a table refused to anon": (get("closed", role="anon"), 401, Code("42501")),
    "too slow for the role": (rpc("sleep", {"seconds": 5}, role="hurried"), 500, Code("57014")),
    "not too slow for another": (rpc("sleep", {"seconds": 0.3}), 204, None),
    # Writes
    "a write": (rpc("add_item", {"code": "new", "amount": 1, "owner": OWNER}), 200, 4),
    "a write by a stable function": (rpc("add_item_stably"), 405, Code("25006")),
    "unique": (rpc("add_item", {"code": "a", "amount": 1}), 409, Code("23505")),
    "check": (rpc("add_item", {"code": "new", "amount": 0}), 400, Code("23514")),
    "not null": (rpc("add_item", {"code": None, "amount": 1}), 400, Code("23502")),
    "foreign key": (
        rpc("add_item", {"code": "new", "amount": 1, "owner": OWNER.replace("1", "2")}),
        409,
        Code("23503"),
    ),
    "foreign key, seen at commit": (
        rpc("add_item_late", {"code": "new", "owner": OWNER.replace("1", "2")}),
        409,
        Code("23503"),
    ),
    # SQL errors and their HTTP statuses
    **{
        f"raise {code}": (rpc("fail", {"code": code}), status, RAISED | {"code": code})
        for code, status in {
            "PT409": 409, "PT418": 418, "PT503": 503, "P0001": 400, "P0002": 500, "22023": 400, "23P01": 400,
            "28000": 403, "42501": 403, "42883": 404, "42P01": 404, "42P17": 400, "42601": 400, "0A000": 400,
            "0L000": 403, "0P000": 403, "08006": 503, "09000": 500, "21000": 400, "25001": 500, "2D000": 500,
            "38000": 500, "39000": 500, "3B000": 500, "40P01": 500, "53300": 503, "53400": 503, "54000": 413,
            "55P03": 500, "57014": 500, "57P01": 503, "58000": 500, "F0000": 500, "HV000": 500, "XX000": 500,
            "ZZ999": 400,
        }.items()
    },
    "raise 42501 as anon": (rpc("fail", {"code": "42501"}, role="anon"), 401, Code("42501")),
    # Selects
    "every row": (get("items"), 200, ITEMS),
    "no table": (get("unknown_table"), 404, Code("42P01")),
    "only the head": (get("items", method="HEAD"), 200, None),
}  # fmt: skip
