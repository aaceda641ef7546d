"""Every reply of the dialogue, in every language and with hostile text, is a bubble that Meta accepts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from messages.safe_text import utf16_length
from messages.texts.catalogue import TEXTS
from messages.whatsapp.reply_bubble import reply_bubble, throttled_bubble
from state.dialogue.context import Context
from state.dialogue.problem_report import MAX_DRAFT, summarise
from state.dialogue.step import ENOUGH
from state.dialogue.table import TABLE
from state.dialogue.tickets import refuse_note
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Message, Sender, Text, Unhandled
from state.model.outbox_row import Bubble
from state.model.session import Session, State
from state.model.ticket import Actor, EventKind, LatestEvent, Said, TechnicianAction, TicketStatus, TicketView
from state.model.turn import Action, Button, Facts, Reply, Turn
from state.understanding.triggers import Meaning, Trigger
from tests.support.hostile_texts import WORDS

TZ = ZoneInfo("America/Argentina/Buenos_Aires")
NOW = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
CODE = "TK-7F3K-9QX2"
PHOTO = Attachment(kind=AttachmentKind.IMAGE, media_id="1")


def card(
    status: TicketStatus = TicketStatus.OPEN, summary: str = "No prende", *, human: bool = False
) -> TicketView:
    return TicketView(
        code=CODE,
        status=status,
        summary=summary,
        wants_human=human,
        created_at=NOW,
        updated_at=NOW,
    )


def can_be_shown(kind: EventKind, actor: Actor, action: str | None) -> bool:
    """As `ticket_view` and `ticket_moves` in supabase/schemas have it."""
    among_them = {TechnicianAction.TAKE, TechnicianAction.HAND_OVER, TechnicianAction.GIVE_BACK}
    if kind is EventKind.ASSIGNED:
        return actor is Actor.TECHNICIAN and action == TechnicianAction.TAKE
    if kind in {EventKind.STATUS, EventKind.ANSWER}:
        return action in (
            {"close", "fixed", "reopen", None}
            if actor is Actor.CUSTOMER
            else {*TechnicianAction, None} - among_them
        )
    of_customers = {
        EventKind.CREATED,
        EventKind.NOTE,
        EventKind.HUMAN,
        EventKind.RATING,
        EventKind.CORRECTION,
    }
    return kind in of_customers and actor is Actor.CUSTOMER


def said_in(state: State, trigger: Trigger, words: str, files: int = 0, **more: object) -> list[Reply]:
    """The replies of the table's action for this trigger, whatever the words would have meant."""
    return _replies_of(TABLE[state][trigger].act(context_in(state, trigger, words, files, **more)))


def _replies_of(turn: Turn) -> list[Reply]:
    return [effect for effect in turn.effects if isinstance(effect, Reply)]


def context_in(state: State, trigger: Trigger, words: str, files: int = 0, **more: object) -> Context:
    """A message in this state, whose meaning is this trigger."""
    status = more.get("status", TicketStatus.OPEN)
    assert isinstance(status, TicketStatus)
    cards = (card(status, summarise(words), human=human) for human in (False, True))
    tickets = tuple(replace(view, said=Said(text=words) if words else None) for view in cards) * 5
    unhandled = more.get("unhandled", Unhandled.OTHER)
    assert isinstance(unhandled, Unhandled)
    return Context(
        session=Session(
            state=state,
            draft=words,
            files=(PHOTO,) * files,
            current_ticket=CODE,
            serial=7,
            last_reply=str(more.get("last_reply")),
        ),
        meaning=Meaning(
            trigger=trigger,
            text=words,
            code=CODE,
            codes=(CODE,) if more.get("named") else (),
            wanted_language=Language.PT,
            unhandled=unhandled,
        ),
        facts=Facts(new_code=CODE, language=Language.ES, ticket=tickets[0], tickets=tickets),
        message=Message(wamid="w", sender=Sender(wa_id="5491155550123"), at=NOW, content=Text(body=words)),
    )


@cache
def replies(words: str) -> tuple[Reply, ...]:
    """Every reply of the dialogue to a customer who said this, the same in all languages."""
    return tuple(_replies(words))


def _replies(words: str) -> Iterator[Reply]:
    yield Reply(say=ENOUGH)
    for state, rules in TABLE.items():
        for trigger in rules:
            for files in (0, 1, 3):
                yield from said_in(state, trigger, words, files)
    for status in TicketStatus:
        yield from said_in(State.MENU, Trigger.CODE_FOUND, words, status=status)
        yield from said_in(State.MENU, Trigger.MANY_TICKETS, words, status=status)
        yield from said_in(State.MENU, Trigger.NOTE, words, status=status)
        yield from said_in(State.MENU, Trigger.NOTE, words, status=status, named=True)
        yield from said_in(State.MENU, Trigger.NOTE_RESOLVED, words, status=status)
    yield from said_in(State.DESCRIBING, Trigger.REPORT, words, last_reply="ask_problem")
    yield from said_in(State.UNSURE, Trigger.UNCLEAR, words, last_reply="unsure")
    yield from _replies_of(refuse_note(context_in(State.FOLLOWING, Trigger.NOTE, words), CODE))
    for unhandled in Unhandled:
        yield from said_in(State.MENU, Trigger.UNSUPPORTED, words, unhandled=unhandled)


def different(words: str) -> list[Reply]:
    """One of those that only differ in the state that their buttons name."""
    found = {
        (
            reply.say,
            tuple(reply.values.items()),
            reply.ticket,
            reply.tickets,
            tuple((button.action, button.argument) for button in reply.buttons),
        ): reply
        for reply in replies(words)
    }
    return list(found.values())


def refused(made: Bubble) -> list[str]:
    """The parts of this bubble that Meta would refuse."""
    choices = made.buttons or made.rows
    rules = {
        "body": 1 <= utf16_length(made.body) <= (1024 if choices else 4096) and made.body.strip() != "",
        "not Unicode": made.body.encode() != b"",
        "controls": not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made.body),
        "placeholder": "{next}" not in made.body and "\n\n\n" not in made.body,
        "how many": len(made.buttons) <= 3 and len(made.rows) <= 10 and not (made.buttons and made.rows),
        "titles": all(1 <= utf16_length(choice.title) <= (24 if made.rows else 20) for choice in choices),
        "same title": len({choice.title for choice in made.buttons}) == len(made.buttons),
        "descriptions": all(
            utf16_length(row.description) <= 72 and "\n" not in row.description for row in made.rows
        ),
        "ids": all(1 <= len(choice.id) <= 200 for choice in choices),
        "list button": 1 <= utf16_length(made.list_button) <= 20 if made.rows else made.list_button == "",
    }
    return [rule for rule, kept in rules.items() if not kept]


class TestEveryReply:
    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
    def test_is_a_bubble_that_meta_accepts(self, language: Language, words: str) -> None:
        for reply in different(words):
            assert refused(reply_bubble(reply, language, TZ)) == [], reply.say

    def test_has_ids_that_meta_accepts(self) -> None:
        ids = [button.id for words in WORDS.values() for reply in replies(words) for button in reply.buttons]
        assert {1 <= len(given) <= 200 for given in ids} == {True}

    @pytest.mark.parametrize("language", Language)
    def test_gets_its_own_buttons_back(self, language: Language) -> None:
        for reply in replies("No prende"):
            made = reply_bubble(reply, language, TZ)
            pressed = tuple(Button.from_id(choice.id) for choice in made.buttons or made.rows)
            assert pressed == reply.buttons

    def test_has_a_text_and_every_text_is_a_reply(self) -> None:
        says = {reply.say for words in ("", "No prende", "x" * MAX_DRAFT) for reply in replies(words)}
        keys = {key for key in TEXTS[Language.ES] if key.startswith("reply_")}
        wrong = {f"reply_{say}" for say in says} ^ keys
        assert not wrong, f"in the dialogue or in messages/texts, and not in both: {sorted(wrong)}"

    @pytest.mark.parametrize("language", Language)
    def test_is_the_same_each_time(self, language: Language) -> None:
        for reply in replies("No prende"):
            assert reply_bubble(reply, language, TZ) == reply_bubble(reply, language, TZ)


class TestOurWords:
    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("words", ["long", "emoji", "lines", "zalgo"])
    def test_are_never_cut(self, language: Language, words: str) -> None:
        for say, values in (
            ("ticket_opened", {"code": CODE, "summary": WORDS[words], "files": "3"}),
            ("human_opened", {"code": CODE, "summary": WORDS[words], "files": "0"}),
            ("confirm_problem", {"draft": WORDS[words], "files": "10"}),
        ):
            buttons = (Button(state=State.MENU, action=Action.MENU),)
            body = reply_bubble(Reply(say=say, values=values, buttons=buttons), language, TZ).body
            before, after = (
                part.replace("{code}", CODE) for part in TEXTS[language][f"reply_{say}"].split("{words}")
            )
            assert body.startswith(before)
            assert body.endswith(after)


class TestTheCustomersWords:
    def test_are_quoted_line_by_line(self) -> None:
        reply = Reply(say="confirm_problem", values={"draft": "No prende.\n\n Hace ruido.", "files": "0"})
        assert "\n\n> No prende.\n> Hace ruido.\n\n" in reply_bubble(reply, Language.ES, TZ).body

    @pytest.mark.parametrize(
        ("files", "said"), [("1", "📎 1 archivo\n"), ("2", "📎 2 archivos\n"), ("10", "📎 10 archivos\n")]
    )
    def test_are_followed_by_the_number_of_attachments(self, files: str, said: str) -> None:
        reply = Reply(say="confirm_problem", values={"draft": "No prende", "files": files})
        assert f"> No prende\n{said}" in reply_bubble(reply, Language.ES, TZ).body

    def test_are_not_quoted_when_there_are_none(self) -> None:
        body = reply_bubble(
            Reply(say="human_opened", values={"code": CODE, "summary": "", "files": "0"}), Language.ES, TZ
        ).body
        assert ">" not in body
        assert "📎" not in body

    def test_are_never_read_as_a_format(self) -> None:
        reply = Reply(
            say="ticket_opened", values={"code": CODE, "summary": "{code} {0.__class__}", "files": "0"}
        )
        assert "> {code} {0.__class__}\n" in reply_bubble(reply, Language.ES, TZ).body


class TestCard:
    def test_has_the_status_and_the_dates(self) -> None:
        body = reply_bubble(
            Reply(say="ticket_card", ticket=card(TicketStatus.IN_PROGRESS)), Language.ES, TZ
        ).body
        assert body.startswith(f"*{CODE}* · En curso\n\n> No prende\n\nCreado: 23 nov, 14:05\n")

    def test_says_who_has_it_and_what_happened_last(self) -> None:
        asked = LatestEvent(
            kind=EventKind.STATUS,
            actor=Actor.TECHNICIAN,
            author="Marta",
            action="ask",
            to_status=TicketStatus.WAITING_CUSTOMER,
            at=NOW,
        )
        said = Said(text="¿Qué luz parpadea?", author="Marta")
        shown = replace(card(TicketStatus.WAITING_CUSTOMER), assignee="Marta", said=said, latest=asked)
        body = reply_bubble(Reply(say="ticket_card", ticket=shown), Language.ES, TZ).body
        assert body == (
            f"*{CODE}* · Espera tu respuesta\n\n> No prende\n\nMarta te escribió:\n> ¿Qué luz parpadea?\n\n"
            "Lo atiende: Marta\nCreado: 23 nov, 14:05\nLo último: Marta te hizo una pregunta (23 nov, 14:05)\n\n"
            "El técnico espera tu respuesta: mándala aquí."
        )

    @pytest.mark.parametrize("status", [TicketStatus.RESOLVED, TicketStatus.CLOSED])
    def test_nobody_has_what_is_done(self, status: TicketStatus) -> None:
        shown = replace(card(status), assignee="Marta")
        assert "Marta" not in reply_bubble(Reply(say="ticket_card", ticket=shown), Language.ES, TZ).body

    @pytest.mark.parametrize(
        ("kind", "actor", "action", "became", "said"),
        [
            (EventKind.CREATED, Actor.CUSTOMER, None, None, "lo abriste"),
            (EventKind.NOTE, Actor.CUSTOMER, None, None, "agregaste algo"),
            (EventKind.HUMAN, Actor.CUSTOMER, None, None, "pediste hablar con alguien"),
            (EventKind.RATING, Actor.CUSTOMER, None, None, "nos calificaste"),
            (EventKind.CORRECTION, Actor.CUSTOMER, None, None, "corregiste un mensaje"),
            (EventKind.STATUS, Actor.CUSTOMER, "fixed", TicketStatus.CLOSED, "dijiste que quedó bien"),
            (EventKind.STATUS, Actor.CUSTOMER, None, TicketStatus.IN_PROGRESS, "agregaste algo"),
            (EventKind.ANSWER, Actor.TECHNICIAN, "answer", None, "el equipo técnico te respondió"),
            (EventKind.STATUS, Actor.TECHNICIAN, None, TicketStatus.OPEN, "lo devolvió a la lista de espera"),
            (EventKind.STATUS, Actor.TECHNICIAN, None, TicketStatus.RESOLVED, "lo resolvió"),
        ],
    )
    def test_what_happened_last(
        self, kind: EventKind, actor: Actor, action: str | None, became: TicketStatus | None, said: str
    ) -> None:
        latest = LatestEvent(kind=kind, actor=actor, action=action, to_status=became, at=NOW)
        shown = replace(card(), latest=latest)
        body = reply_bubble(Reply(say="ticket_card", ticket=shown), Language.ES, TZ).body
        assert f"{said} (23 nov, 14:05)" in body

    @pytest.mark.parametrize("language", Language)
    def test_there_are_words_for_all_that_can_happen(self, language: Language) -> None:
        actions = (*TechnicianAction, "fixed", None)
        for kind, actor, action, status in product(
            EventKind, (Actor.CUSTOMER, Actor.TECHNICIAN), actions, TicketStatus
        ):
            if can_be_shown(kind, actor, action):
                latest = LatestEvent(kind=kind, actor=actor, action=action, to_status=status, at=NOW)
                shown = replace(card(), latest=latest)
                assert reply_bubble(Reply(say="ticket_card", ticket=shown), language, TZ).body

    def test_of_a_ticket_without_words(self) -> None:
        body = reply_bubble(Reply(say="ticket_card", ticket=card(summary="")), Language.EN, TZ).body
        assert "> (no text)" in body

    @pytest.mark.parametrize(
        ("status", "promised"),
        [
            (TicketStatus.OPEN, True),
            (TicketStatus.IN_PROGRESS, True),
            (TicketStatus.WAITING_CUSTOMER, False),
            (TicketStatus.CLOSED, False),
        ],
    )
    def test_a_technician_is_promised_while_the_ticket_waits_for_one(
        self, status: TicketStatus, promised: bool
    ) -> None:
        body = reply_bubble(Reply(say="ticket_card", ticket=card(status, human=True)), Language.ES, TZ).body
        assert ("Pediste hablar con alguien" in body) is promised


class TestWelcome:
    @pytest.mark.parametrize(
        ("desk", "said"),
        [
            ("", "Soy el asistente virtual de soporte técnico."),
            ("Clínica Vida", "Soy el asistente virtual de soporte de *Clínica Vida*."),
            (" *La_Casa*\n`de` ~PCs~ ", "Soy el asistente virtual de soporte de *La Casa de PCs*."),
            ("*_ _*", "Soy el asistente virtual de soporte técnico."),
            ("{code} {desk}", "Soy el asistente virtual de soporte de *{code} {desk}*."),
        ],
    )
    def test_names_the_desk_as_plain_words_in_bold(self, desk: str, said: str) -> None:
        body = reply_bubble(Reply(say="welcome"), Language.ES, TZ, desk).body
        assert body.startswith(f"👋 ¡Hola! {said}\n\n")

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("name", [*WORDS.values(), "x" * 3000])
    def test_is_a_bubble_that_meta_accepts_whatever_the_name(self, language: Language, name: str) -> None:
        made = reply_bubble(Reply(say="welcome"), language, TZ, name)
        assert refused(made) == []
        assert utf16_length(made.body) <= 350


class TestList:
    def test_a_row_is_the_code_with_status_and_summary(self) -> None:
        (reply,) = said_in(State.MENU, Trigger.MANY_TICKETS, "No prende")
        row = reply_bubble(reply, Language.ES, TZ).rows[0]
        assert (row.id, row.title) == (f"following/view/{CODE}", CODE)
        assert row.description == "Abierto · No prende"

    def test_a_long_summary_is_cut(self) -> None:
        (reply,) = said_in(State.MENU, Trigger.MANY_TICKETS, WORDS["long"])
        row = reply_bubble(reply, Language.ES, TZ).rows[0]
        assert row.description.endswith("…")
        assert utf16_length(row.description) <= 72


class TestThrottled:
    @pytest.mark.parametrize("language", Language)
    def test_is_a_bubble_without_buttons(self, language: Language) -> None:
        made = throttled_bubble(language)
        assert refused(made) == []
        assert made.buttons == ()


@pytest.mark.parametrize("language", Language)
def test_which_language_is_asked_in_all_of_them_their_own_first(language: Language) -> None:
    (reply,) = said_in(State.MENU, Trigger.LANGUAGE_ASKED, "")
    asked = reply_bubble(reply, language, TZ).body.split(" / ")
    assert asked[0] == TEXTS[language]["reply_choose_language"]
    assert set(asked) == {TEXTS[each]["reply_choose_language"] for each in Language}
