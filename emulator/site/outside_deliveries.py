"""Messages that somebody else delivers to the desk, such as Postman or curl. Meta would know them; the stand-in hears of them here.

Without that the sender would be a stranger to it, who has never written, and it would refuse every answer to them.
"""

import json
from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.meta.users import Person, Users

_COMMIT = "/rpc/commit_turn"


def learn_from_commits(app: ASGIApp, users: Users) -> ASGIApp:
    """The Data API, of which each commit of a turn makes its message and the sender known, before anything is sent to them.

    The body has to come in one piece, as `instrument` passes it on.
    """

    async def learning(scope: Scope, receive: Receive, send: Send) -> None:
        async def overheard() -> Message:
            message = await receive()
            if body := message.get("body"):
                _learn(body, users)
            return message

        commits = scope["type"] == "http" and scope["path"].endswith(_COMMIT)
        await app(scope, overheard if commits else receive, send)

    return learning


def _learn(body: bytes, users: Users) -> None:
    """Whatever is no commit of ours, the Data API refuses."""
    try:
        turn = json.loads(body)
        wamid, at = turn["p_wamid"], datetime.fromisoformat(turn["p_sent_at"]).timestamp()
        person = Person(name=turn["p_name"] or "", wa_id=turn["p_wa_id"], user_id=turn["p_user_id"])
    except (ValueError, LookupError, TypeError):
        return
    if users.knows_message(wamid):
        return
    users.learn(person)
    users.remember_message(wamid)
    for alias in person.aliases:
        users.wrote(alias, at)
