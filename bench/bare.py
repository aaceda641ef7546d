"""A functions-framework function that does nothing: what the others are compared with."""

from flask import Request, Response


def webhook(request: Request) -> Response:
    """Read the body, as every webhook must, and answer 200."""
    request.get_data()
    return Response("ok", mimetype="text/plain")
