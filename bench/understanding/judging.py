"""The judge: what the desk did with a sentence, and whether that is right for what the sentence says.

`RIGHT` says for each label, in each place, which outcomes are right: what a careful person at the counter would do, not what the
code does. A label is right if one of its outcomes came about and no costly act beside them. Outcomes:

    opened      a ticket was opened: with the draft, and with these words if they are more than a yes
    draft       "shall I open a ticket with this?", with these words
    again       the same question as before, with the draft as it was
    what        "what is wrong?"
    unsure      "what shall I do with this?", with these words
    which       "which of your tickets?"
    what+ which+        the same, with these words kept
    shown       one ticket was shown
    none        "you have no tickets"
    note        these words were added to a ticket
    close fixed reopen rate person erase        that act
    ?close ?reopen ?fixed ?rating ?another ?erase ?language      that question
    menu thanks goodbye cancelled not_ours kept lang:xx other    that bubble; other: any further one
    silence     no bubble, and nothing done

Words: a label of `_KEEPS` is right only if the whole sentence is in the draft or in an act, unless the outcome needs no words
(thanks, kept, ...). A draft that was there before must be there after, or in a ticket, unless the label gives it up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, Final

Json = Mapping[str, Any]

_PLACES: Final = (
    "new menu describing confirming following waiting resolved closed rating choosing erasing".split()
)
_TABLE: Final = """
problem     new menu choosing erasing   opened draft
problem     describing                  opened draft
problem     confirming                  draft
problem     following waiting           note ?another draft
problem     resolved                    note ?another draft reopen ?reopen
problem     closed rating               ?reopen ?another draft note
description *                           opened draft

report      new menu closed rating      what
report      choosing erasing            what
report      describing                  what
report      confirming                  again draft what
report      following waiting resolved  what ?another note draft

info        new menu choosing           unsure draft what+ which+
info        describing                  what+ draft unsure
info        confirming                  draft
info        following waiting           note
info        resolved                    note ?fixed ?reopen reopen
info        closed                      ?reopen note unsure draft
info        rating                      note thanks ?rating unsure
info        erasing                     kept ?erase unsure

note        *                           note
note        resolved                    note ?fixed ?reopen reopen
note        closed                      note ?reopen draft
added       *                           draft
added       describing                  draft what
maybe       *                           unsure

another     new menu choosing erasing   what draft opened
another     describing                  opened draft what
another     confirming                  draft what
another     following waiting resolved  ?another what draft
another     closed rating               ?another what draft

status      *                           shown which none
status      confirming                  shown which none again
status      waiting                     shown which note
status      resolved                    shown which note ?fixed
status      rating                      shown which ?rating
status      erasing                     shown which ?erase
mine        *                           shown which none
which       *                           shown which
which       following waiting           shown which note
which       confirming                  draft shown which none
which       new describing              draft what unsure none shown which
pointed     *                           shown

human       *                           person

affirm      new menu                    menu what thanks
affirm      describing                  what opened
affirm      confirming                  opened
affirm      following                   thanks silence note shown menu
affirm      waiting                     note
affirm      resolved                    fixed
affirm      closed                      thanks silence menu shown ?reopen
affirm      rating                      ?rating thanks
affirm      choosing                    which shown
affirm      erasing                     ?erase erase

deny        new menu                    menu cancelled goodbye thanks silence what
deny        describing                  cancelled what
deny        confirming                  cancelled what
deny        following                   note what cancelled thanks silence ?another ?close
deny        waiting                     note
deny        resolved                    reopen
deny        closed                      ?reopen thanks silence cancelled other
deny        rating                      thanks goodbye cancelled silence other
deny        choosing                    cancelled menu which what
deny        erasing                     kept

wait        *                           other thanks silence
wait        menu                        other thanks silence which shown note unsure
wait        describing                  other thanks silence what
wait        confirming                  other thanks silence again draft
wait        following waiting           other thanks silence note
wait        resolved                    other thanks silence note ?fixed
wait        rating                      other thanks silence ?rating
wait        choosing                    other thanks silence which
wait        erasing                     other thanks silence ?erase kept

cancel      new                         cancelled thanks goodbye menu silence
cancel      menu                        cancelled thanks goodbye menu silence which shown ?close
cancel      describing confirming       cancelled
cancel      following resolved          ?close cancelled
cancel      waiting                     ?close cancelled note
cancel      closed                      cancelled thanks goodbye silence
cancel      rating                      cancelled thanks goodbye silence other
cancel      choosing                    cancelled thanks goodbye menu
cancel      erasing                     kept cancelled

close       new                         thanks goodbye cancelled menu none silence
close       menu                        ?close which shown
close       describing confirming       cancelled thanks goodbye
close       following waiting           ?close close
close       resolved                    fixed close ?close
close       closed                      thanks goodbye silence shown other
close       rating                      thanks goodbye ?rating
close       choosing                    ?close which shown
close       erasing                     kept ?erase

reopen      closed rating resolved      reopen ?reopen
reopen      menu choosing               ?reopen reopen which shown
reopen      following waiting           note shown which ?another ?reopen
reopen      new                         none what draft
reopen      describing confirming       which shown none what draft
reopen      erasing                     which shown ?reopen

thanks      *                           thanks goodbye silence
thanks      describing                  thanks goodbye silence what
thanks      confirming                  thanks goodbye silence again
thanks      resolved                    thanks goodbye silence ?fixed
thanks      erasing                     thanks goodbye silence ?erase kept
bye         *                           goodbye thanks silence
bye         describing                  goodbye thanks silence cancelled
bye         confirming                  goodbye thanks silence cancelled again
bye         resolved                    goodbye thanks silence ?fixed

rate        *                           rate thanks
rate        rating                      rate thanks ?rating
rate        following waiting closed    rate thanks note
rate        resolved                    rate thanks note ?fixed
rate        describing                  rate thanks what

lang:       *                           lang:
quiet       *                           other thanks silence
quiet       confirming                  other thanks silence again
quiet       following waiting resolved  other thanks silence note
quiet       erasing                     other thanks silence kept
erase       *                           ?erase
erase       erasing                     ?erase erase

menu        *                           menu what
menu        confirming                  menu what again
menu        following waiting           menu what shown thanks
menu        resolved                    menu what ?fixed
menu        rating                      menu what ?rating
menu        choosing                    menu what which
other       *                           not_ours
other       waiting                     not_ours note

unclear     new menu                    unsure menu what
unclear     describing                  unsure what
unclear     confirming                  unsure draft again
unclear     following waiting           unsure note thanks silence
unclear     resolved                    unsure note ?fixed
unclear     closed                      unsure note menu ?reopen
unclear     rating                      unsure ?rating thanks
unclear     choosing                    unsure which
unclear     erasing                     unsure ?erase kept
silence     *                           silence
"""


def _rows() -> dict[tuple[str, str], frozenset[str]]:
    """The table by label and place; a row with places counts more than the one of all places."""
    everywhere, somewhere = dict[tuple[str, str], frozenset[str]](), dict[tuple[str, str], frozenset[str]]()
    for row in filter(None, _TABLE.splitlines()):
        label, rest = row.split(maxsplit=1)
        places, outcomes = (part.split() for part in rest.split("  ", 1))
        rows = everywhere if places == ["*"] else somewhere
        rows |= {(label, place): frozenset(outcomes) for place in (_PLACES if places == ["*"] else places)}
    return {**everywhere, **somewhere}


RIGHT: Final[Mapping[tuple[str, str], frozenset[str]]] = _rows()

# The words of these must be kept, unless the outcome needs none.
_KEEPS: Final = {"problem", "description", "info", "note", "added", "maybe", "another", "unclear"}
_NEED_NO_WORDS: Final = frozenset(
    "what again menu thanks goodbye silence kept which shown none ?erase ?rating".split()
)
# These give the draft up, or leave the report for something else.
_GIVES_UP: Final = {"cancel", "deny", "close", "erase", "menu", "bye", "human"}

_ACTS: Final[Mapping[str, str]] = {
    "open_ticket": "opened",
    "call_person": "person",
    "note": "note",
    "close": "close",
    "fixed": "fixed",
    "reopen": "reopen",
    "rate": "rate",
    "erase": "erase",
}
_COSTLY: Final = frozenset({"opened", "person", "close", "fixed", "reopen", "erase"})
_COSTLY_OFFERS: Final = frozenset({"?erase", "?close"})
_ASK_BACK: Final = frozenset({"unsure", "?language", "what+", "which+"})
_ASKS: Final[Mapping[str, str]] = {
    "what_is_wrong": "what",
    "unsure": "unsure",
    "which_ticket": "which",
    "confirm_erase": "?erase",
    "is_it_fixed": "?fixed",
    "rating": "?rating",
    "confirm_close": "?close",
    "confirm_reopen": "?reopen",
    "another_problem": "?another",
    "language": "?language",
}
_SAYS: Final = {"menu", "thanks", "goodbye", "cancelled", "not_ours", "kept", "other"}


class Verdict(StrEnum):
    """UNSURE: the desk asked back, where it should have known."""

    RIGHT = auto()
    UNSURE = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is said of one answer. costly: costly acts that no label allows; offers: costly questions; lost: words are lost."""

    verdict: Verdict
    outcomes: tuple[str, ...]
    costly: tuple[str, ...]
    offers: tuple[str, ...]
    lost: bool


def judge(labels: Iterable[str], where: str, given: Json, answer: Json) -> Judgement:
    """Judge an answer of the dialogue. given: the line in, with the draft and the tickets before it."""
    labels = tuple(labels)
    came = outcomes(given, answer)
    allowed = frozenset[str]().union(*(right(label, where) for label in labels))
    kept = keeps(answer, given["text"])
    costly, lost = (came & _COSTLY) - allowed, _lost(labels, given, answer)
    good = any(_is_right(label, where, came, kept) for label in labels)
    if good and not costly and not lost:
        verdict = Verdict.RIGHT
    elif came & _ASK_BACK and not costly and not lost:
        verdict = Verdict.UNSURE
    else:
        verdict = Verdict.WRONG
    return Judgement(
        verdict=verdict,
        outcomes=tuple(sorted(came)),
        costly=tuple(sorted(costly)),
        offers=tuple(sorted((came & _COSTLY_OFFERS) - allowed)),
        lost=lost or (labels[0] in _KEEPS and not kept and not good),
    )


def right(label: str, where: str) -> frozenset[str]:
    """The outcomes that are right for a label in a place. Raises KeyError for a label that the table does not know."""
    if label.startswith("lang:"):
        return frozenset({label})
    return RIGHT[label, where]


def outcomes(given: Json, answer: Json) -> frozenset[str]:
    """What came of a line."""
    found = {_ACTS[act["act"]] for act in answer["acts"]}
    found |= _asked(given, answer)
    if answer["shows"] and answer["asks"] != "which_ticket":
        found.add("shown")
    if answer["says"] in _SAYS and not answer["acts"] and not (found and answer["says"] == "other"):
        found.add(answer["says"])
    if answer["says"] == "other" and not given.get("tickets") and not answer["acts"]:
        found.add("none")
    if _changes_language(given, answer):
        found.add(f"lang:{answer['language']}")
    return frozenset(found or ({"silence"} if answer["bubble"] is None else {"other"}))


def _asked(given: Json, answer: Json) -> set[str]:
    if not answer["asks"]:
        return set()
    kept = keeps(answer, given["text"])
    match answer["asks"]:
        case "confirm_report":
            return {"draft" if kept else "again"}
        case "what_is_wrong" | "which_ticket" as asks if kept:
            return {_ASKS[asks], f"{_ASKS[asks]}+"}
        case asks:
            return {_ASKS[asks]}


def _changes_language(given: Json, answer: Json) -> bool:
    """True if the desk goes on in another language, perhaps with the open question again; not if it only took the words in."""
    if answer["says"] == "language":
        return True
    repeats = answer["asks"] and not answer["acts"] and not keeps(answer, given["text"])
    return bool(repeats and answer["language"] != given.get("language"))


def keeps(answer: Json, text: str) -> bool:
    """True if the whole text is in the draft or in an act."""
    return any(_plain(text) in _plain(kept) for kept in _all_kept(answer))


def _all_kept(answer: Json) -> list[str]:
    return [kept for kept in (answer["draft"], *(act["text"] for act in answer["acts"])) if kept]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _is_right(label: str, where: str, came: frozenset[str], kept: bool) -> bool:
    fitting = came & right(label, where)
    return bool(fitting if kept or label not in _KEEPS else fitting & _NEED_NO_WORDS)


def _lost(labels: tuple[str, ...], given: Json, answer: Json) -> bool:
    """True if there was a draft, and it is nowhere now."""
    draft = given.get("draft")
    if not draft or _GIVES_UP.intersection(labels):
        return False
    return not any(_plain(draft) in _plain(kept) for kept in _all_kept(answer))
