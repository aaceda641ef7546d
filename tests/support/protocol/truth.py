"""What must be true of the desk, whatever has happened: the chaos' judge on the evidence of one play."""

from __future__ import annotations

from collections import Counter

from bench.chaos.history import History, read_tables
from bench.chaos.judge import judge
from bench.chaos.people import Said
from bench.chaos.plan import Plan
from tests.support.function import World

_WITH_ECHOES = Plan(seed=0)


def nothing_is_doubled(world: World, unclear: Counter[str]) -> None:
    """A mail never is. A bubble only after an unclear try of which Meta has told nothing for as long as it was waited for."""
    mails = Counter(mail.key for mail in world.resend.messages)
    assert all(count == 1 for count in mails.values()), f"a second mail: {mails}"
    bubbles = Counter(sent.callback_data or "" for sent in world.graph.messages)
    doubled = {key: count for key, count in bubbles.items() if count > 1 + unclear[key]}
    assert not doubled, f"a second bubble: {doubled}"


def all_has_happened_once(world: World, said: list[Said], unclear: Counter[str]) -> None:
    """No message, ticket, mail or reply is lost, each customer's were in order, and nothing is open."""
    nothing_is_doubled(world, unclear)
    tables = read_tables(world.database_url)
    for row in tables["inbound"]:
        row["place"] = row["version"]  # no technician plays: the versions are the order of the commits
    verdict = judge(
        History(
            plan=_WITH_ECHOES,
            said=said,
            tables=tables,
            sent=world.graph.messages,
            mails=world.resend.messages,
        )
    )
    broken = {promise: what for promise, what in verdict.broken.items() if what}
    broken.pop("replies doubled", None)  # the line above knows better
    assert not broken, broken
