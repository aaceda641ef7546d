"""The invariants of the protocol: the checker of the chaos tests, applied to one sequence."""

from collections import Counter

from bench.chaos.checker import check
from bench.chaos.customers import CustomerMessage
from bench.chaos.recording import Recording, read_tables
from bench.chaos.scenario import Scenario
from state.store.files import BUCKET
from tests.support.function import World

_WITH_STATUSES = Scenario(seed=0)


def nothing_is_doubled(world: World, unclear: Counter[str]) -> None:
    """An e-mail never is; a reply only after an unclear try for which Meta reported no status in time."""
    mails = Counter(mail.key for mail in world.resend.messages)
    assert all(count == 1 for count in mails.values()), f"an e-mail was sent twice: {mails}"
    bubbles = Counter(sent.callback_data or "" for sent in world.graph.messages)
    doubled = {key: count for key, count in bubbles.items() if count > 1 + unclear[key]}
    assert not doubled, f"a reply was sent twice: {doubled}"


def everything_happened_once(world: World, written: list[CustomerMessage], unclear: Counter[str]) -> None:
    """No message, ticket, e-mail or reply is lost, each customer's are in order, and no row is open."""
    nothing_is_doubled(world, unclear)
    tables = read_tables(world.database_url)
    for row in tables["inbound"]:
        # Without technicians, the versions are the order of the commits.
        row["commit_number"] = row["version"]
    result = check(
        Recording(
            scenario=_WITH_STATUSES,
            customer_messages=written,
            tables=tables,
            whatsapp_messages=world.graph.messages,
            emails=[mail.as_json() for mail in world.resend.messages],
            objects={path: stored.size for path, stored in world.supabase.storage.objects(BUCKET).items()},
        )
    )
    broken = {invariant: found for invariant, found in result.violations.items() if found}
    broken.pop("replies doubled", None)  # nothing_is_doubled allows those that the protocol does
    assert not broken, broken
