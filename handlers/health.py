"""Whether the desk is well: for a load balancer, which asks often, and for who watches over it, who has SWEEP_TOKEN."""

import hmac
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from flask import Request, Response, jsonify

from handlers.responses import plain
from handlers.settings import Settings
from state.model.operator import Problem, ProblemKind
from state.store.client import Store
from state.store.errors import StoreError

VERSION: Final = "0.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Answers `GET /health` and `GET /health/deep`."""

    settings: Settings
    store: Store

    def refuse(self, request: Request) -> Response | None:
        """404 without SWEEP_TOKEN, 401 for who has not got it."""
        token = self.settings.sweep_token
        if not token:
            return plain("nothing here", 404)
        given = request.headers.get("Authorization", "").encode()
        if hmac.compare_digest(given, f"Bearer {token}".encode()):
            return None
        answer = plain("not allowed", 401)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def shallow(self) -> Response:
        """The process answers. Touches nothing that could keep it waiting."""
        return jsonify({"status": "ok", **self._version()})

    def deep(self, request: Request) -> Response:
        """200 if the database answers and the sweep comes, else 503; with all that a person has to see to."""
        if refused := self.refuse(request):
            return refused
        try:
            watched = self.store.watch(swept=False, mail=False, addresses=self.settings.mailed_addresses)
        except StoreError as error:
            failing = {"status": "failing", **self._version(), "database": str(error), "problems": []}
            return _unavailable(failing)
        now = datetime.now(UTC)
        beats = watched.heartbeat is not None and not watched.sweep_is_missing
        dead = [each.count for each in watched.problems if each.kind is ProblemKind.DEAD_LETTERS]
        found = {
            "status": "ok" if beats else "failing",
            **self._version(),
            "database": "ok",
            "heartbeat": watched.heartbeat and watched.heartbeat.isoformat(),
            "heartbeat_seconds": watched.heartbeat and round((now - watched.heartbeat).total_seconds()),
            "dead": sum(dead),
            "problems": [_as_json(problem) for problem in watched.problems],
        }
        return jsonify(found) if beats else _unavailable(found)

    def _version(self) -> dict[str, str]:
        commit = self.settings.commit
        return {"version": VERSION, **({"commit": commit} if commit else {})}


def _as_json(problem: Problem) -> dict[str, Any]:
    return {**asdict(problem), "since": problem.since and problem.since.isoformat()}


def _unavailable(found: dict[str, Any]) -> Response:
    answer = jsonify(found)
    answer.status_code = 503
    return answer
