"""The arguments of `commit_turn`: a message, and all that its turn does."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from state.model.message import Attachment, Message
from state.model.outbox_row import NewOutboxRow
from state.model.session import attachment_json, to_json
from state.model.turn import AddNote, ChangeTicket, EraseCustomer, OpenTicket, Turn
from state.store.rows import Conversation


def turn_arguments(
    message: Message, base: Conversation, turn: Turn, outbox: Iterable[NewOutboxRow]
) -> dict[str, Any]:
    """`base`: the conversation that the turn was computed from."""
    return {
        "p_wamid": message.wamid,
        "p_user_id": message.sender.user_id,
        "p_wa_id": message.sender.wa_id,
        "p_name": message.sender.name,
        "p_sent_at": message.at.isoformat(),
        "p_customer_id": base.customer_id,
        "p_version": base.version,
        "p_session": to_json(turn.session),
        **_effects(turn),
        "p_outbox": [asdict(row) for row in outbox],
    }


def _effects(turn: Turn) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for effect in turn.effects:
        match effect:
            case OpenTicket():
                arguments["p_ticket"] = {
                    "code": effect.code,
                    "summary": effect.summary,
                    "description": effect.description,
                    "language": turn.session.language,
                    "wants_human": effect.wants_human,
                    "attachments": _files(effect.files),
                }
            case AddNote():
                kind = "human" if effect.wants_human else "note"
                arguments["p_note"] = _note(effect, kind, effect.text, rating=None)
            case ChangeTicket():
                arguments["p_note"] = _note(effect, effect.change, effect.text or None, effect.rating)
            case EraseCustomer():
                arguments["p_erase"] = True
    return arguments


def _note(effect: AddNote | ChangeTicket, kind: str, text: str | None, rating: int | None) -> dict[str, Any]:
    files = _files(effect.files)
    return {"code": effect.code, "kind": kind, "text": text, "rating": rating, "attachments": files}


def _files(files: Iterable[Attachment]) -> list[dict[str, Any]]:
    return [attachment_json(file) for file in files]
