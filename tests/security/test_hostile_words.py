"""A customer's text is stored and sent unchanged, and never interpreted as SQL, as a format string or as HTML."""

import json
import unicodedata
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.meta.customer import Customer, batch
from emulator.meta.webhook_payload import encode
from state.model.message import Attachment, AttachmentKind, Sender
from state.model.turn import OpenTicket
from tests.support.emails import TICKET, Page, new_ticket_email
from tests.support.examples import examples
from tests.support.function import Service, World, settle

SQL = "'; drop table tickets; --"
HOSTILE = {
    "sql": f"{SQL} */ ; select pg_sleep(9) /* \" ' ` $$; drop table customers; $$ $1 $body$",
    "formats": "%s %d %(code)s %n %% {0} {code} {} {{ 7 * 7 }} {code.__class__} {% raw %}",
    "backslashes": r"\ \\ \0 \n \u0000 \x00 E'\\'",
    "controls": "a\x00b\x01\x07\x1b[31m\x7f\x85b",
    "surrogates": "a\ud800b\udfffc",
    "unseen": "factura\u202efdp.exe\u2066x\u2069a\u200b\u200d\ufeff\u2060b👩‍👩‍👧‍👦🏳️‍🌈🇦🇷 👍🏽",
    "lines": "a\r\nBcc: x@evil.example\rb\u2028c\u2029d\x0be",
    "markup": '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&lt;"}],"entry":[{"',
    "long": "y" * 59_000 + "ñ🙂" * 500,
}
CASES = [pytest.param(words, id=name) for name, words in HOSTILE.items()]


def kept(words: str) -> str:
    """As documented: Postgres takes no NUL, UTF-8 no half of a surrogate pair; everything else stays as it came."""
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in words)


class TestDatabase:
    """Through the real function into the real Postgres, and out again to Meta and Resend."""

    @pytest.fixture
    def customer(self) -> Customer:
        return Customer(username=None)

    def post(self, world: World, service: Service, customer: Customer, *messages: Any) -> None:
        assert service.post(batch(*((customer, message) for message in messages))).status_code == 200
        settle()
        assert [line for line in world.output().splitlines() if '"ERROR"' in line] == []

    def untouched(self, world: World) -> None:
        """Every table is there, and everything left once and arrived, but replies whose place another took."""
        assert world.column("select count(*) from inbound where outcome <> 'done'") == [0]
        not_sent = (
            "select count(*) from outbox where status <> 'sent' and last_error is distinct from 'superseded'"
        )
        assert world.column(not_sent) == [0]

    @pytest.mark.parametrize("words", CASES)
    def test_a_report_and_a_name(
        self, world: World, service: Service, customer: Customer, words: str
    ) -> None:
        report = f"mi impresora no imprime {words} fin"
        named = replace(customer, name=words)
        self.post(world, service, named, named.text(report))
        service.press("yes", named)
        settle()
        assert world.column("select name from customers") == [kept(words)[:200]]
        (ticket,) = world.rows("select description, summary from tickets")
        assert ticket["description"] == kept(report)[:60_000]
        assert len(ticket["summary"]) <= 80
        self.untouched(world)
        (mail,) = world.resend.messages
        assert unicodedata.category(min(mail.subject)) != "Cc"

    @pytest.mark.parametrize("words", CASES)
    def test_files_and_a_note(self, world: World, service: Service, customer: Customer, words: str) -> None:
        media_id = service.graph.media.put(b"document", "application/pdf")
        document = customer.document(
            filename=words, caption=f"no anda {words}", mime_type=words, media_id=media_id
        )
        document["document"]["sha256"] = words
        place = customer.location(-34.6, -58.4, words, words)
        self.post(world, service, customer, document, place)
        service.press("yes", customer)
        settle()
        stored, where = world.rows("select * from attachments order by id")
        assert (stored["filename"], stored["mime_type"], stored["sha256"]) == (kept(words),) * 3
        assert stored["caption"] == f"no anda {kept(words)}"
        assert stored["missing"] == ("different" if kept(words) else None)
        assert where["place"] == f"{kept(words)}, {kept(words)}"
        self.untouched(world)
        self.post(world, service, customer, customer.text(f"no anda {words} fin"))
        notes = world.column("select body from ticket_events where kind = 'note'")
        assert notes == [kept(f"no anda {words} fin")]

    @pytest.mark.parametrize("words", CASES)
    def test_what_is_pressed(self, world: World, service: Service, customer: Customer, words: str) -> None:
        """Ids that were never ours, and ours with something behind them."""
        ids = [
            words,
            f"menu/{words}",
            f"menu/language/{words}",
            f"following/view/{words}",
            f"confirming/yes/{words}",
        ]
        presses = [customer.press(button, words, of="wamid.x") for button in ids]
        presses += [customer.choose(words, words, of="wamid.x"), customer.quick_reply(words, words, of=None)]
        self.post(world, service, customer, *presses)
        assert world.column("select count(*) from tickets") == [0]
        self.untouched(world)

    @pytest.mark.parametrize("words", CASES)
    def test_fields_that_are_not_read(
        self, world: World, service: Service, customer: Customer, words: str
    ) -> None:
        odd = {
            **customer.text("hola"),
            "context": {"id": words, "from": words},
            "referral": {"body": words, "source_url": words},
            words: words,
        }
        unknown = customer.message("hologram", words)
        self.post(world, service, customer, odd, unknown, customer.reaction(words, to=words))
        assert len(world.bubbles()) == 1

    @pytest.mark.parametrize("words", CASES)
    def test_where_it_cannot_be_used(
        self, world: World, service: Service, customer: Customer, words: str
    ) -> None:
        """Ids and times are poison, kept for a person to see, and the neighbour is served."""
        bad = [{**customer.text("hola"), key: f" {words}"} for key in ("id", "timestamp", "from_user_id")]
        good = customer.text("hola")
        service.graph.users.learn_payload(customer.webhook(good))
        payload = batch(*((customer, item) for item in [*bad, good]))
        assert service.post(encode(payload)).status_code == 200
        settle()
        found = world.rows("select outcome, payload from inbound order by outcome")
        outcomes = [row["outcome"] for row in found]
        assert outcomes == ["done"] + ["poison"] * len(bad)
        stored = sorted(row["payload"] for row in found[1:])
        assert stored == sorted(json.dumps(item, sort_keys=True) for item in bad)

    def test_all_of_it_at_once(self, world: World, service: Service, customer: Customer) -> None:
        words = "".join(HOSTILE.values())[:60_000]
        self.post(world, service, customer, *(customer.text(f"no anda {words}") for _ in range(5)))
        self.untouched(world)


texts = st.text(alphabet=st.characters() | st.sampled_from("<>&\"'\r\n\u2028\u202e\x00{}%"), max_size=80)
BASE = replace(
    TICKET,
    files=(
        Attachment(kind=AttachmentKind.DOCUMENT, media_id="1", filename="a", caption="b"),
        Attachment(kind=AttachmentKind.LOCATION, latitude=1.0, longitude=2.0, place="c"),
    ),
)


class TestMail:
    @settings(max_examples=examples(300))
    @given(st.tuples(texts, texts, texts, texts, texts, texts), st.booleans())
    def test_has_the_form_it_always_has(self, words: tuple[str, ...], human: bool) -> None:
        name, summary, description, filename, caption, place = words
        document, where = BASE.files
        hostile = replace(
            BASE,
            wants_human=human,
            customer_name=name,
            summary=summary,
            description=f"x{description}x",
            files=(replace(document, filename=f"x{filename}", caption=caption), replace(where, place=place)),
        )
        mail, plain = (
            new_ticket_email(hostile),
            new_ticket_email(replace(BASE, wants_human=human, description="x")),
        )
        assert [c for c in mail.subject if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"}] == []
        made, expected = Page(mail.html), Page(plain.html)
        assert [tag for tag in made.tags if tag != "br"] == [tag for tag in expected.tags if tag != "br"]
        assert (made.attributes, made.links) == (expected.attributes, expected.links)
        assert ours(mail.text) == ours(plain.text)

    def test_a_place_s_numbers_are_numbers(self) -> None:
        """They stand in an address: of a float there are digits, a sign and a point."""
        for number in (1e-30, -1e-300, 89.9999999, -0.0, 1 / 3):
            where = Attachment(kind=AttachmentKind.LOCATION, latitude=number, longitude=-number)
            links = Page(new_ticket_email(replace(TICKET, files=(where,))).html).links
            assert all(
                set((link or "").partition("?")[2]) <= set("mlaton=&-.0123456789") for link in links[:1]
            )


def ours(text: str) -> list[str]:
    """How the lines that are not a customer's begin: what follows the first colon may be theirs."""
    lines = [line for line in text.splitlines() if not line.startswith("> ")]
    return [line.partition(":")[0] for line in lines[2:]]


def test_a_ticket_mail_takes_no_more_than_it_names() -> None:
    """Whoever adds a field thinks of what a customer can put into it."""
    assert {field.name for field in fields(OpenTicket)} == {
        "code",
        "summary",
        "description",
        "language",
        "files",
        "wants_human",
        "parts",  # which message each part is of: ids and lengths
    }
    assert set(Sender.__slots__) == {"user_id", "wa_id", "name"}
