"""The guarantees about technicians' answers by e-mail, one scenario each, as those in scenarios.py."""

import json
from dataclasses import replace
from uuid import uuid4

from emulator.resend.email_rules import SentEmail
from emulator.resend.resend_api import Delivery
from ops.svix_signature import signed_headers
from state.model.outbox_row import Channel, OutboxRow
from state.model.received_mail import Authentication
from state.store.client import new_lease
from tests.support.function import BETO, Service, settle
from tests.support.protocol.scenarios import Stage
from tests.support.technician_mailbox import DOMAIN, FORGED, Mailbox
from tests.support.ticket_case import open_case

MARTA, LUIS = "marta@example.com", "luis@example.com"
_WORDS = "¿Prende alguna luz?"


def _at_a_ticket(stage: Stage) -> Mailbox:
    """Marta, who has been told of a ticket that nobody has."""
    stage.world.settings["SUPPORT_EMAIL_TO"] = f"Marta Ruiz <{MARTA}>, Luis Paz <{LUIS}>"
    stage.world.settings["INBOUND_EMAIL_DOMAIN"] = DOMAIN
    stage.world.resend.switches.rate_limit = False
    service = stage.service()
    open_case(stage.world, service)
    settle()
    return Mailbox(world=stage.world, service=service, address=MARTA, from_header=f"Marta Ruiz <{MARTA}>")


def _in_their_chat(stage: Stage, words: str = _WORDS) -> int:
    """How many messages of the customer's chat have the words."""
    return sum(words in sent.text for sent in stage.world.graph.messages)


def _told(stage: Stage) -> list[SentEmail]:
    """What authors were told of their e-mails."""
    return [mail for mail in stage.world.resend.messages if (mail.key or "").startswith("mailed/")]


def _deliver(service: Service, delivery: Delivery) -> int:
    status = service.client.post("/mail", data=delivery.body, headers=delivery.headers).status_code
    settle()
    return status


def _without_message_id(stage: Stage, delivery: Delivery) -> Delivery:
    """The event, of an e-mail whose header has none."""
    event = json.loads(delivery.body)
    event["data"]["message_id"] = ""
    body = json.dumps(event).encode()
    return Delivery(
        delivery.mail,
        body,
        signed_headers(body, stage.world.resend.webhook_secret, stage.world.resend.clock()),
    )


def _waiting(stage: Stage, marta: Mailbox, words: str = _WORDS) -> OutboxRow:
    """The row of an e-mail, which another instance has leased and not begun with."""
    marta.service.fill_threads(Channel.INBOX)
    assert marta.answer(words).status_code == 200
    (row,) = marta.service.desk.sweep.store.claim(1, new_lease(), [Channel.INBOX]).rows
    return row


# --- once -----------------------------------------------------------------------------------------------------------


def an_event_of_resends_that_comes_twice_is_one_answer(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    delivery = _without_message_id(stage, stage.world.resend.receive(marta.write(_WORDS)))
    for service in (marta.service, stage.service()):
        assert _deliver(service, delivery) == 200
    assert _in_their_chat(stage) == 1


def an_e_mail_that_is_received_twice_is_one_answer(stage: Stage) -> None:
    """Resend makes two events of it, as it came by two ways."""
    marta = _at_a_ticket(stage)
    written = marta.write(_WORDS)
    for _ in range(2):
        assert marta.send(written).status_code == 200
    settle()
    assert _in_their_chat(stage) == 1


def an_e_mail_that_is_not_stored_is_not_acknowledged(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    delivery = stage.world.resend.receive(marta.write(_WORDS))
    stage.world.supabase.faults.down(path="receive_mail")
    assert _deliver(marta.service, delivery) != 200
    stage.world.supabase.faults.clear()
    assert _deliver(marta.service, delivery) == 200
    assert _in_their_chat(stage) == 1


def an_e_mail_outlives_the_instance_that_acknowledged_it(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    marta.service.fill_threads(Channel.INBOX)
    assert marta.answer(_WORDS).status_code == 200
    stage.an_hour_passes()
    settle()
    assert _in_their_chat(stage) == 1


def an_answer_whose_result_was_lost_is_not_done_again(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    stage.world.supabase.faults.error_after_effect(drop=True, path="act_on_ticket", times=2)
    marta.answer(_WORDS)
    for _ in range(2):
        stage.an_hour_passes()
        settle()
    assert _in_their_chat(stage) == 1


def what_became_of_an_e_mail_is_told_once(stage: Stage) -> None:
    """Also by an instance that was frozen in the middle of it, and goes on."""
    marta = _at_a_ticket(stage)
    row = _waiting(stage, marta, "#urgente llamar hoy")
    for service in (marta.service, stage.service()):
        sender = service.desk.webhook.sender
        sender.answers.run(row, sender.channels, sender.start)
        settle()
    assert len(_told(stage)) == 1


# --- who ------------------------------------------------------------------------------------------------------------


def an_address_that_was_not_signed_is_nobodys(stage: Stage) -> None:
    """Somebody guesses: of a ticket whose e-mails they have seen, one of another technician."""
    marta = _at_a_ticket(stage)
    written = marta.write(_WORDS)
    local, _, domain = written["To"].partition("@")
    written.replace_header("To", f"{local[:-1]}{'0' if local[-1] != '0' else '1'}@{domain}")
    marta.send(written)
    settle()
    assert stage.world.column("select email_id from received_mails") == []


def who_is_no_technician_any_more_is_not_heard(stage: Stage) -> None:
    """They were when their e-mail came."""
    marta = _at_a_ticket(stage)
    marta.service.fill_threads(Channel.INBOX)
    marta.answer(_WORDS)
    stage.world.settings["SUPPORT_EMAIL_TO"] = LUIS
    stage.an_hour_passes()
    settle()
    assert _in_their_chat(stage) == 0


def somebody_else_with_the_address_is_not_heard(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    written = marta.write(_WORDS)
    written.replace_header("From", "Otro <otro@example.org>")
    marta.send(written)
    settle()
    assert _in_their_chat(stage) == 0


def a_forged_sender_is_not_heard(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    marta.send(marta.write(_WORDS), FORGED)
    settle()
    assert _in_their_chat(stage) == 0


def what_dmarc_refuses_is_not_heard(stage: Stage) -> None:
    """Though SPF and DKIM pass: what they are about is for the receiver to say."""
    marta = _at_a_ticket(stage)
    marta.send(marta.write(_WORDS), Authentication(spf="pass", dkim="pass", dmarc="fail"))
    settle()
    assert _in_their_chat(stage) == 0


def another_domains_spf_and_dkim_prove_nothing(stage: Stage) -> None:
    """Of a domain without a DMARC record: anybody has a domain of their own for which both pass."""
    marta = _at_a_ticket(stage)
    passed = Authentication(spf="pass", dkim="pass", dmarc="none")
    delivery = stage.world.resend.receive(
        marta.write(_WORDS), passed, sender="x@example.org", dkim_domain="example.org"
    )
    _deliver(marta.service, delivery)
    assert _in_their_chat(stage) == 0


# --- what -----------------------------------------------------------------------------------------------------------


def what_no_person_wrote_is_not_sent(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    marta.answer(_WORDS, headers={"Auto-Submitted": "auto-replied"})
    assert _in_their_chat(stage) == 0


def what_others_read_too_stays_among_technicians(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    marta.answer(_WORDS, cc=["jefe@example.com"])
    assert _in_their_chat(stage) == 0


def a_word_that_is_no_command_is_not_sent(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    marta.answer(f"#nota_interna {_WORDS}")
    assert _in_their_chat(stage) == 0


def a_note_with_its_command_further_down_is_not_sent(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    marta.answer(f"{_WORDS}\n\n#nota ya vino dos veces")
    assert _in_their_chat(stage) == 0


def what_is_sent_to_two_tickets_is_for_no_customer(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    first = marta.latest()
    open_case(stage.world, marta.service, BETO)
    settle()
    marta.answer(_WORDS, first, cc=list(marta.latest().reply_to))
    assert _in_their_chat(stage) == 0


def a_technicians_link_is_not_sent(stage: Stage) -> None:
    """Whoever has it works on the ticket in their name."""
    marta = _at_a_ticket(stage)
    link = next(word for word in (marta.latest().text or "").split() if "/t/" in word)
    marta.answer(f"{_WORDS} {link}")
    assert _in_their_chat(stage, "/t/") == 0


# --- what becomes of it ---------------------------------------------------------------------------------------------


def an_e_mail_that_nobody_could_read_says_so(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    mail = stage.world.resend.receive(marta.write(_WORDS)).mail
    gone = replace(mail, envelope=replace(mail.envelope, id=str(uuid4())))
    assert _deliver(marta.service, Delivery(gone, *stage.world.resend.received_event(gone))) == 200
    for _ in range(6):
        stage.an_hour_passes()
        settle()
    assert [mail.to for mail in _told(stage)] == [(MARTA,)]


def an_answer_to_who_was_erased_meanwhile_says_so(stage: Stage) -> None:
    """By an instance that has leased it before."""
    marta = _at_a_ticket(stage)
    row = _waiting(stage, marta)
    stage.world.rows("select erase_person(id) from customers")
    sender = marta.service.desk.webhook.sender
    sender.answers.run(row, sender.channels, sender.start)
    settle()
    assert _in_their_chat(stage) == 0
    assert stage.world.column("select outcome from received_mails") == ["erased"]
    assert [mail.to for mail in _told(stage)] == [(MARTA,)]


def a_program_that_answers_us_ends_by_itself(stage: Stage) -> None:
    """It writes nothing that shows what it is, and answers each e-mail in which we say that we cannot read it."""
    marta = _at_a_ticket(stage)
    (most,) = stage.world.column("select max_told_per_hour()")
    for _ in range(most + 3):
        marta.answer("")
    assert len(_told(stage)) == most


def strangers_keep_nobody_from_hearing_of_their_own(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    (most,) = stage.world.column("select max_told_per_hour()")
    stranger = replace(marta, from_header="x@example.org")
    for _ in range(most + 1):
        stranger.answer(_WORDS)
    marta.answer("")
    assert len(_told(stage)) == most + 1


def of_a_flood_to_one_address_little_is_fetched(stage: Stage) -> None:
    marta = _at_a_ticket(stage)
    stage.world.rows(
        "insert into received_mails (event_id, email_id, ticket_id, technician, seen) "
        "select 'msg_' || n, 'x', t.id, %s, 0 from tickets t, generate_series(1, max_mails_per_hour()) n",
        MARTA,
    )
    stage.world.resend.call_log.clear()
    assert marta.answer(_WORDS).status_code == 200
    assert [call for call in stage.world.resend.call_log.complete() if "/receiving/" in call.path] == []
