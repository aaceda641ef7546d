"""The arguments of `commit_turn`: a message, and all that its turn does."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from state.model.message import Message
from state.model.outbox_row import NewOutboxRow
from state.model.session import to_json
from state.model.turn import ChangeTicket, EraseCustomer, OpenTicket, Turn
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
                arguments["p_ticket"] = asdict(effect)
            case ChangeTicket():
                arguments["p_note"] = asdict(effect)
            case EraseCustomer():
                arguments["p_erase"] = True
    return arguments
