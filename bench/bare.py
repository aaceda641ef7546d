"""The least a functions-framework function can be: what all else is compared with."""

from __future__ import annotations

from flask import Request, Response


def webhook(request: Request) -> Response:
    """200 to everybody, with the body read, as any webhook has to."""
    request.get_data()
    return Response("ok", mimetype="text/plain")
