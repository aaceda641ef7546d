"""What a text means in each place, with the classifier's scores given by hand; typed titles; what a technician's question takes."""

from dataclasses import replace
from typing import Any, ClassVar

import pytest

from messages.texts.catalogue import TEXTS
from state.model.language import LANGUAGE_NAMES, Language
from state.model.message import Press, Text
from state.model.session import WITH_REPORT, Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Action, Button
from state.understanding.act import Act
from state.understanding.reading import Reading
from state.understanding.text_meaning import interpret_text
from state.understanding.triggers import Meaning, Question, Trigger
from state.understanding.understand import Understanding
from tests.support.dialogue import MINE, SESSIONS, did, message, take, ticket
from tests.support.scores import scores
from tests.unit.state.dialogue.test_table import CASES

WAITING = replace(SESSIONS[State.FOLLOWING], current_status=TicketStatus.WAITING_CUSTOMER, open_question=MINE)
RESOLVED = replace(SESSIONS[State.FOLLOWING], current_status=TicketStatus.RESOLVED, open_question=MINE)
CLOSED = replace(SESSIONS[State.FOLLOWING], current_status=TicketStatus.CLOSED)
PLACES = {
    **{str(state): session for state, session in SESSIONS.items()},
    "waiting": WAITING,
    "resolved": RESOLVED,
    "closed": CLOSED,
}
SAID = "what they say is the same here, and has nine words"


def meaning(session: Session, given: dict[Act, float], text: str = SAID, **words: Any) -> Meaning:
    """The meaning of a text that the classifier gives these probabilities."""
    understood = Understanding(scores=scores(given), words=len(text.split()), names_person=True)
    reading = Reading(content=Text(body=text), text=text, understood=replace(understood, **words))
    return interpret_text(session, reading)


def surely(place: str, act: Act, text: str = SAID, **words: Any) -> Meaning:
    return meaning(PLACES[place], {act: 0.95}, text, **words)


class TestAnywhere:
    """What has no meaning of its own in a place means the same as anywhere."""

    @pytest.mark.parametrize("place", sorted(PLACES))
    @pytest.mark.parametrize(
        ("act", "trigger"),
        [(Act.THANKS, Trigger.THANKS), (Act.BYE, Trigger.BYE), (Act.GREETING, Trigger.GREETING)],
    )
    def test_courtesy(self, place: str, act: Act, trigger: Trigger) -> None:
        assert surely(place, act, greets=True).trigger is trigger

    @pytest.mark.parametrize("place", sorted(set(PLACES) - {"erasing"}))
    def test_to_erase_is_asked_for_and_never_done(self, place: str) -> None:
        assert surely(place, Act.ERASE).trigger is Trigger.ERASE

    @pytest.mark.parametrize("place", sorted(PLACES))
    def test_a_language_that_is_named_is_chosen_and_is_no_line_of_the_ticket(self, place: str) -> None:
        chosen = surely(place, Act.LANGUAGE, wanted_language=Language.EN)
        assert (chosen.trigger, chosen.text) == (Trigger.LANGUAGE_CHOSEN, "")

    @pytest.mark.parametrize("place", sorted(PLACES))
    @pytest.mark.parametrize("act", [Act.HUMAN, Act.CLOSE, Act.ERASE, Act.AFFIRM])
    def test_what_the_words_refuse_is_not_done(self, place: str, act: Act) -> None:
        done = {Trigger.HUMAN, Trigger.YES, Trigger.OTHER, Trigger.ERASE, Trigger.ERASE_WRITTEN}
        done_to_ticket = {Question.HUMAN, Question.CLOSE, Question.FIXED}
        refused = surely(place, act, refused=frozenset({act}))
        assert refused.trigger not in done | done_to_ticket


@pytest.mark.parametrize(
    ("place", "act", "trigger"),
    [
        ("menu", Act.PROBLEM, Trigger.PROBLEM),
        ("menu", Act.REPORT, Trigger.DETAIL),
        ("menu", Act.INFO, Trigger.UNCLEAR),
        ("menu", Act.UNCLEAR, Trigger.UNCLEAR),
        ("menu", Act.OTHER, Trigger.NOT_OURS),
        ("menu", Act.STATUS, Question.TICKETS),
        ("menu", Act.CLOSE, Question.TICKETS),
        ("menu", Act.QUIET, Trigger.QUIET),
        ("describing", Act.PROBLEM, Trigger.DESCRIPTION),
        ("describing", Act.INFO, Trigger.DETAIL),
        ("describing", Act.UNCLEAR, Trigger.DETAIL),
        ("describing", Act.CLOSE, Trigger.CANCEL),
        ("confirming", Act.AFFIRM, Trigger.YES),
        ("confirming", Act.DENY, Trigger.CANCEL),  # more than a plain no
        ("confirming", Act.PROBLEM, Trigger.MORE),
        ("confirming", Act.INFO, Trigger.MORE),
        ("confirming", Act.UNCLEAR, Trigger.MORE),
        ("confirming", Act.WAIT, Trigger.WAIT),
        ("confirming", Act.CLOSE, Trigger.CANCEL),
        ("confirming", Act.OTHER, Trigger.NOT_OURS),
        ("unsure", Act.AFFIRM, Trigger.UNCLEAR),
        ("unsure", Act.REPORT, Trigger.YES),
        ("unsure", Act.PROBLEM, Trigger.MORE),
        ("unsure", Act.UNCLEAR, Trigger.UNCLEAR),
        ("reopening", Act.AFFIRM, Question.REOPEN),
        ("reopening", Act.REOPEN, Question.REOPEN),
        ("reopening", Act.ANOTHER, Trigger.YES),
        ("reopening", Act.INFO, Trigger.MORE),
        ("asking_code", Act.WHICH, Question.WHICH),
        ("asking_code", Act.INFO, Question.WHICH),
        ("asking_code", Act.PROBLEM, Trigger.PROBLEM),
        ("following", Act.PROBLEM, Question.NOTE),
        ("following", Act.INFO, Question.NOTE),
        ("following", Act.STATUS, Question.NOTE),
        ("following", Act.CLOSE, Question.NOTE),
        ("following", Act.OTHER, Question.NOTE),
        ("following", Act.AFFIRM, Trigger.THANKS),
        ("following", Act.ANOTHER, Trigger.PROBLEM),
        ("following", Act.HUMAN, Question.HUMAN),
        ("another_problem", Act.AFFIRM, Trigger.OTHER),
        ("another_problem", Act.DENY, Question.NOTE),  # more than a plain no
        ("another_problem", Act.ANOTHER, Trigger.PROBLEM),
        ("another_problem", Act.INFO, Question.NOTE),
        ("closing", Act.AFFIRM, Question.CLOSE),
        ("closing", Act.CLOSE, Question.CLOSE),
        ("closing", Act.DENY, Question.NOTE),  # more than a plain no
        ("closing", Act.INFO, Question.NOTE),
        ("resolved", Act.AFFIRM, Question.FIXED),
        ("resolved", Act.CLOSE, Question.FIXED),
        ("resolved", Act.RATE, Trigger.THANKS),  # praise is no word that it is fixed
        ("resolved", Act.DENY, Question.REOPEN),
        ("resolved", Act.PROBLEM, Question.REOPEN),
        ("resolved", Act.WAIT, Trigger.WAIT),
        ("resolved", Act.INFO, Question.NOTE),
        ("closed", Act.REOPEN, Question.REOPEN),
        ("closed", Act.PROBLEM, Question.NOTE),
        ("closed", Act.CLOSE, Trigger.THANKS),
        ("rating", Act.RATE, Trigger.RATE_UNCLEAR),
        ("rating", Act.DENY, Question.NOTE),  # more than a plain no
        ("closed", Act.WAIT, Question.NOTE),
        ("rating", Act.PROBLEM, Question.NOTE),
        ("erasing", Act.AFFIRM, Trigger.ERASE_WRITTEN),
        ("erasing", Act.ERASE, Trigger.ERASE_WRITTEN),
        ("erasing", Act.DENY, Trigger.ERASE_NO),
        ("erasing", Act.WAIT, Trigger.ERASE_NO),
        ("erasing", Act.PROBLEM, Trigger.PROBLEM),
    ],
)
def test_an_act_means_in_each_place(place: str, act: Act, trigger: Trigger | Question) -> None:
    assert surely(place, act).trigger is trigger


@pytest.mark.parametrize(
    ("place", "act", "trigger"),
    [
        ("confirming", Act.DENY, Trigger.NO),
        ("another_problem", Act.DENY, Trigger.SAME_PROBLEM),
        ("another_problem", Act.ANOTHER, Trigger.OTHER),
        ("closing", Act.DENY, Trigger.KEEP_OPEN),
        ("closing", Act.WAIT, Trigger.KEEP_OPEN),
        ("rating", Act.DENY, Trigger.SKIP),
        ("menu", Act.REPORT, Trigger.REPORT),
        ("following", Act.ANOTHER, Trigger.REPORT),
        ("following", Act.CANCEL, Trigger.CANCEL),
    ],
)
def test_a_command_by_itself_carries_no_words(place: str, act: Act, trigger: Trigger) -> None:
    bare = surely(place, act, "a few words", intent=act, whole=True)
    assert (bare.trigger, bare.text) == (trigger, "")


class TestSureness:
    @pytest.mark.parametrize(
        ("place", "act"),
        [
            ("confirming", Act.AFFIRM),
            ("closing", Act.AFFIRM),
            ("another_problem", Act.AFFIRM),
            ("resolved", Act.AFFIRM),
        ],
    )
    def test_what_cannot_be_taken_back_needs_more_votes(self, place: str, act: Act) -> None:
        half = meaning(PLACES[place], {act: 0.5, Act.INFO: 0.3})
        assert half.trigger in {Trigger.MORE, Question.NOTE}
        assert half.text == SAID

    def test_a_description_that_is_only_likely_is_confirmed(self) -> None:
        assert meaning(PLACES["describing"], {Act.PROBLEM: 0.5}).trigger is Trigger.PROBLEM

    def test_acts_that_come_to_the_same_stand_together(self) -> None:
        split = {Act.PROBLEM: 0.3, Act.INFO: 0.3, Act.AFFIRM: 0.35}
        assert meaning(PLACES["confirming"], split).trigger is Trigger.MORE

    def test_nothing_known_is_kept(self) -> None:
        for place, trigger in (
            ("menu", Trigger.UNCLEAR),
            ("confirming", Trigger.MORE),
            ("following", Question.NOTE),
        ):
            unknown = meaning(PLACES[place], {})
            assert (unknown.trigger, unknown.text) == (trigger, SAID)


class TestATechnicianWaits:
    """Every word is the answer, but for what leads out of everything."""

    LEADS_OUT: ClassVar = {
        Act.GREETING,
        Act.ANOTHER,
        Act.HUMAN,
        Act.LANGUAGE,
        Act.ERASE,
        Act.THANKS,
        Act.BYE,
        Act.MINE,
    }

    @pytest.mark.parametrize("act", sorted(set(Act) - LEADS_OUT))
    @pytest.mark.parametrize("state", [State.MENU, State.FOLLOWING])
    def test_what_is_said_is_the_answer_with_all_its_words(self, state: State, act: Act) -> None:
        asked = replace(SESSIONS[state], open_question=MINE)
        for whole in (False, True):
            answer = meaning(asked, {act: 0.95}, "sí", intent=act, whole=whole)
            assert (answer.trigger, answer.code, answer.text) == (Question.NOTE, MINE, "sí")

    @pytest.mark.parametrize("act", [Act.LANGUAGE, Act.ERASE, Act.HUMAN, Act.MINE, Act.ANOTHER])
    def test_one_word_that_is_a_command_elsewhere_may_be_the_answer(self, act: Act) -> None:
        answer = surely("waiting", act, "inglés")
        assert (answer.trigger, answer.text) == (Question.NOTE, "inglés")
        assert surely("waiting", act).trigger is not Question.NOTE

    @pytest.mark.parametrize(
        "said", ["es una epson l3150", "sí", "no", "30000385", "ya probé eso", "la verde", "otro"]
    )
    def test_it_goes_to_the_ticket(self, said: str) -> None:
        owned = {MINE: ticket(MINE, TicketStatus.WAITING_CUSTOMER)}
        turn = take(WAITING, message(said), owned)
        assert (did(turn), turn.reply and turn.reply.say) == ("note", "answer_added")

    def test_a_report_that_waits_is_not_the_answer(self) -> None:
        busy = replace(SESSIONS[State.CONFIRMING], open_question=MINE)
        assert meaning(busy, {Act.INFO: 0.95}).trigger is Trigger.MORE


SHOWN = {
    (turn.session, button, owned)
    for session, said, owned, *_ in CASES
    if (turn := take(session, message(said), {view.code: view for view in owned})).reply
    and not turn.reply.tickets  # a row of the list has the ticket's code for a title
    for button in turn.reply.buttons
}


def title_of(button: Button, language: Language) -> str:
    if button.action is Action.LANGUAGE:
        return LANGUAGE_NAMES[Language(button.argument)][Language(button.argument)]
    if button.action is Action.RATE:
        return TEXTS[language][f"rate_{button.argument[-1]}"]
    return TEXTS[language][f"button_{button.action}"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("action", sorted({button.action for _, button, _ in SHOWN}))
def test_a_title_that_is_typed_does_what_the_button_does(language: Language, action: Action) -> None:
    """Wherever the button is shown, in all languages, in capitals too. Beside a report only a press says which ticket is meant."""
    for session, button, owned in SHOWN:
        aside = button.state is State.FOLLOWING and session.state in {State.DESCRIBING, *WITH_REPORT}
        if button.action is not action or aside:
            continue
        mine: dict[str, TicketView] = {view.code: view for view in owned}
        pressed = take(session, message(Press(id=button.id)), mine)
        title = title_of(button, language)
        for typed in (title, f"  {title.upper()} "):
            done = take(session, message(typed), mine)
            assert _outcome(done) == _outcome(pressed), (session.state, button.id, typed)


def _outcome(turn: Any) -> tuple[Any, ...]:
    return (
        did(turn),
        turn.reply and turn.reply.say,
        turn.session.state,
        turn.session.current_ticket,
        turn.session.draft,
    )
