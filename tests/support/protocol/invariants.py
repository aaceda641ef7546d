"""What must be true, whatever has happened: the checker of the chaos tests, applied to one play."""

from collections import Counter

from bench.chaos.checker import check
from bench.chaos.customers import CustomerMessage
from bench.chaos.recording import Recording, read_tables
from bench.chaos.scenario import Scenario
from tests.support.function import World

_WITH_STATUSES = Scenario(seed=0)


def nothing_is_doubled(world: World, unclear: Counter[str]) -> None:
    """A mail never is. A bubble only after an unclear try of which Meta has reported nothing during the grace."""
    mails = Counter(mail.key for mail in world.resend.messages)
    assert all(count == 1 for count in mails.values()), f"a second mail: {mails}"
    bubbles = Counter(sent.callback_data or "" for sent in world.graph.messages)
    doubled = {key: count for key, count in bubbles.items() if count > 1 + unclear[key]}
    assert not doubled, f"a second bubble: {doubled}"


def all_has_happened_once(world: World, written: list[CustomerMessage], unclear: Counter[str]) -> None:
    """No message, ticket, mail or reply is lost, each customer's were in order, and nothing is open."""
    nothing_is_doubled(world, unclear)
    tables = read_tables(world.database_url)
    for row in tables["inbound"]:
        row["commit_number"] = row[
            "version"
        ]  # no technician plays: the versions are the order of the commits
    result = check(
        Recording(
            scenario=_WITH_STATUSES,
            customer_messages=written,
            tables=tables,
            whatsapp_messages=world.graph.messages,
            emails=[mail.as_json() for mail in world.resend.messages],
        )
    )
    broken = {invariant: found for invariant, found in result.violations.items() if found}
    broken.pop("replies doubled", None)  # the line above knows better
    assert not broken, broken
