"""The invariants of the protocol: the checker of the chaos tests, applied to one sequence."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bench.chaos.checker import check
from bench.chaos.customers import CustomerMessage
from bench.chaos.mail_program import MailedAnswer
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


def mails_have_one_effect(world: World, allowed: Mapping[str, bool]) -> None:
    """Of technicians' e-mails, by the words that are in no other. allowed: False for those that have to be refused."""
    said = world.column("select body from ticket_events where author like %s order by id", "T%")
    for words, may_be_done in allowed.items():
        events = sum(words in (body or "") for body in said)
        assert events <= may_be_done, f"{words}: {events} times in the ticket"
        if not may_be_done:
            assert not [sent for sent in world.graph.messages if words in sent.text], f"{words}: in a chat"


def everything_happened_once(
    world: World,
    written: list[CustomerMessage],
    unclear: Counter[str],
    mailed: Sequence[MailedAnswer] = (),
) -> None:
    """No message, ticket, e-mail or reply is lost, each customer's are in order, and no row is open."""
    nothing_is_doubled(world, unclear)
    tables = read_tables(world.database_url)
    for row in tables["inbound"]:
        # Without technicians, the versions are the order of the commits.
        row.setdefault("commit_number", row["version"])
    result = check(
        Recording(
            scenario=_WITH_STATUSES,
            customer_messages=written,
            mailed_answers=list(mailed),
            tables=tables,
            whatsapp_messages=world.graph.messages,
            emails=[mail.as_json() for mail in world.resend.messages],
            objects={path: stored.size for path, stored in world.supabase.storage.objects(BUCKET).items()},
        )
    )
    broken = {invariant: found for invariant, found in result.violations.items() if found}
    broken.pop("replies doubled", None)  # nothing_is_doubled allows those that the protocol does
    assert not broken, broken
