"""The Data API's answers as PostgREST 12 gives them: the JSON of a result, and the status and body of an error."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Self

import psycopg
from psycopg_pool import PoolTimeout
from starlette.responses import JSONResponse, Response

from emulator.stand_in import ServiceError

JSON = "application/json; charset=utf-8"

# By SQLSTATE, or by its first two characters; all others are 400.
STATUS = {
    "08": 503, "09": 500, "0L": 403, "0P": 403, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500,
    "3B": 500, "40": 500, "53": 503, "54": 413, "55": 500, "57": 500, "58": 500, "F0": 500, "HV": 500, "P0": 500,
    "XX": 500,
    "23503": 409, "23505": 409, "25006": 405, "42883": 404, "42P01": 404, "57P01": 503,
    "P0001": 400,
}  # fmt: skip


class Shape(StrEnum):
    """The SQL that makes the body from the rows. A scalar is the only column of its row and stands without its name."""

    ROWS = "coalesce(json_agg(answer), '[]')::text"
    SCALARS = "coalesce(json_agg(answer.scalar), '[]')::text"
    ROW = "coalesce((json_agg(answer) -> 0)::text, 'null')"
    SCALAR = "coalesce((json_agg(answer.scalar) -> 0)::text, 'null')"

    @classmethod
    def of(cls, *, many: bool, composite: bool) -> Self:
        if many:
            return cls(cls.ROWS if composite else cls.SCALARS)
        return cls(cls.ROW if composite else cls.SCALAR)


@dataclass(kw_only=True)
class ApiError(ServiceError):
    """An answer other than 2xx, with PostgREST's four fields."""

    status: int
    message: str
    code: str | None = None
    details: str | None = None
    hint: str | None = None

    def response(self) -> JSONResponse:
        body = {"code": self.code, "details": self.details, "hint": self.hint, "message": self.message}
        return JSONResponse(body, self.status, media_type=JSON)


def rows_response(count: int, body: str) -> Response:
    shown = f"0-{count - 1}" if count else "*"
    headers = {"content-type": JSON, "content-range": f"{shown}/*"}
    return Response(body, headers=headers)


def status_of(code: str, *, anonymous: bool) -> int:
    """`PTxyz` raised in SQL is the status xyz; a missing privilege is 401 for the anonymous role, else 403."""
    if code.startswith("PT"):
        return int(code[2:]) if code[2:].isdigit() else 500
    if code == "42501":
        return HTTPStatus.UNAUTHORIZED if anonymous else HTTPStatus.FORBIDDEN
    return STATUS.get(code) or STATUS.get(code[:2]) or HTTPStatus.BAD_REQUEST


def from_postgres(error: psycopg.Error, *, anonymous: bool) -> ApiError:
    if isinstance(error, PoolTimeout):
        message = "Timed out acquiring connection from connection pool."
        return ApiError(status=504, code="PGRST003", message=message)
    if isinstance(error, psycopg.DataError) and not error.sqlstate:  # psycopg itself refuses null bytes
        return ApiError(status=400, code="PGRST100", message=str(error))
    if not error.sqlstate:
        message = "Database client error. Retrying the connection."
        return ApiError(status=503, code="PGRST001", message=message, details=str(error))
    said = error.diag
    return ApiError(
        status=status_of(error.sqlstate, anonymous=anonymous),
        code=error.sqlstate,
        message=said.message_primary or "",
        details=said.message_detail,
        hint=said.message_hint,
    )
