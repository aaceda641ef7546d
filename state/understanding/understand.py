"""What a text says, found once: by the rules for commands, by the classifier, and by words that refuse an act or ask for it.

The vote: the classifier gives each act a probability, and what the rules find adds to it, much if the text is nothing but
that command. Words veto: a refusal ("no lo cierren todavía") what it refuses, and nobody is called unless the text names one.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from unicodedata import category

from state.model.language import Language
from state.understanding.act import Act, Place
from state.understanding.classifier import Scores, classify
from state.understanding.detect_language import detect_language
from state.understanding.intents import find_act
from state.understanding.refusals import corrects, fails_again, refused_acts
from state.understanding.tagging import fold, tokens_of

# What the rules add to the probability of what they find.
_WHOLE_COUNTS: Final = 1.0
_WITHIN_COUNTS: Final = 0.15
_ASKED_FOR_COUNTS: Final = 0.35  # "quiero hablar con el jefe" says it, whatever else the text says
_THRESHOLD: Final = 0.4  # `make train ARGS=--report` prints what a threshold buys
_YES: Final = frozenset(
    {"yes", "thanks", "please", "filler", "pause", "and", "now", "open", "ticket", "want", "hello"}
)  # what a yes is made of
_SIGNS: Final = "PZ"  # Unicode's punctuation and spaces; no emoji
_MAX_SIGNS: Final = 50
_WORKS: Final = frozenset({"works", "ready"})
_NOT: Final = frozenset({"not", "nope", "cant", "but", "bad", "fault"})
# Where a ticket is, or seems to be, worked on or done, and what somebody says there who is content.
_AFTER_WORK: Final = frozenset({Place.FOLLOWING, Place.RESOLVED, Place.CLOSED, Place.RATING})
_CONTENT: Final = frozenset({Act.AFFIRM, Act.CLOSE, Act.THANKS, Act.BYE, Act.RATE})
# A text that only says that it is urgent, and what that is not: a yes opens a ticket, and the others keep nothing of the text.
_URGENT: Final = re.compile(
    r"\W*(?:(?:e|es|is|its|it s|esto es|isso e|muy|muito|mto|very|super|re|bien|por favor|porfa\w*|please|pls|plz|pf|pfv)\b\W*)*"
    r"(?:me urge|urge|urgen\w*|asap|lo antes posible|cuanto antes|o quanto antes|o mais rapido possivel|as soon as possible)\b"
    r"(?:\W*\b(?:por favor|porfa\w*|please|pls|plz|pf|pfv))?\W*"
)
_NOT_URGENCY: Final = frozenset(
    {Act.AFFIRM, Act.THANKS, Act.BYE, Act.GREETING, Act.QUIET, Act.CANCEL, Act.CLOSE}
)
# Words that name a person or a call. Without one nobody is called.
_PERSON: Final = re.compile(
    r"\b(?:habl|llam|telef|timbr|contact|comuni|person|human|agent|asesor|operador|operator|tecnic|ingenier|encargad|"
    r"jef|gerent|supervis|manager|boss|call|talk|speak|ring|phone|fal[aeo]|convers|lig[aou]|atend|transfer|responsab|"
    r"alguien|alguem|someone|somebody|anyone|anybody|engineer|technician|senor|chef|dueno|dono|owner|voz|voice|"
    r"representa|nadie|ninguem|nobody|bot|maquina|robo|gente|people|marc[aou]|marqu|pasa|pase|pasen|passa|passe|cham[ae]|"
    r"toque|word with|put|get me|hand me|helpline|escal|numero|number|linea|linha|duena|inge|licenc|doutor|moco|moca)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """The result of `understand`.

    intent: what the rules find, None when they abstain. whole: the text is that command and nothing else. words: their
    number. only_signs: it is nothing but punctuation. refused: what the words refuse. fails_again: they say that what
    was mended fails again. names_person: a person or a call; names_ticket, greets, says_it_works, corrects, angry: they hold a word
    for it. only_urges: it says that it is urgent, and nothing else. yes_and_more: a yes, and words that are no part of it. language:
    the language of the text. wanted_language: the one it asks for.
    """

    intent: Act | None = None
    whole: bool = False
    scores: Scores | None = field(default=None, repr=False)
    words: int = 0
    only_signs: bool = False
    refused: frozenset[Act] = frozenset()
    fails_again: bool = False
    names_person: bool = False
    names_ticket: bool = False
    greets: bool = False
    says_it_works: bool = False
    corrects: bool = False
    angry: bool = False
    only_urges: bool = False
    yes_and_more: bool = False
    language: Language | None = None
    wanted_language: Language | None = None

    def votes(self, place: Place) -> list[tuple[Act, float]]:
        """What its author may do with it in this place, each with its weight, but for what the words forbid."""
        ranked = self.scores.at(place).acts if self.scores else ()
        return [(self._meant(act, place), p + self._counts(act)) for act, p in ranked if self._allows(act)]

    def act_at(self, place: Place) -> Act | None:
        """What its author does with it in this place, None when unsure."""
        act, weight = max(self.votes(place), key=lambda vote: vote[1], default=(None, 0.0))
        return act if weight >= _THRESHOLD else None

    def _meant(self, act: Act, place: Place) -> Act:
        """The "no" of "no prende" says what is wrong, and refuses nothing; "it broke again" is never a yes to "is it fixed?"."""
        if act is Act.DENY and self.intent is Act.PROBLEM:
            return Act.PROBLEM
        return Act.PROBLEM if self.fails_again and act in _CONTENT and place in _AFTER_WORK else act

    def _counts(self, act: Act) -> float:
        if act is not self.intent:
            return 0.0
        if self.whole:
            return _WHOLE_COUNTS
        return _ASKED_FOR_COUNTS if act is Act.HUMAN else _WITHIN_COUNTS

    def _allows(self, act: Act) -> bool:
        if self.only_urges and act in _NOT_URGENCY:
            return False
        return act not in self.refused and (act is not Act.HUMAN or self.names_person)


def understand(text: str) -> Understanding:
    """Find what a text says. Linear in its length."""
    language = detect_language(text)
    found = find_act(text, language)
    return Understanding(
        intent=found.act,
        whole=found.whole,
        scores=classify(text),
        words=sum(token[0].isalnum() for token in tokens_of(text)),
        only_signs=all(category(sign)[0] in _SIGNS for sign in text[:_MAX_SIGNS]),
        refused=refused_acts(text),
        fails_again=fails_again(text),
        names_person=_PERSON.search(fold(text)) is not None,
        names_ticket="ticket" in found.tags,
        greets="hello" in found.tags,
        corrects=corrects(text),
        says_it_works=bool(found.tags & _WORKS) and not found.tags & _NOT,
        angry="angry" in found.tags,
        yes_and_more="yes" in found.tags and not found.whole and bool(found.tags - _YES),
        only_urges=len(text) <= _MAX_SIGNS and _URGENT.fullmatch(fold(text)) is not None,
        language=language,
        wanted_language=found.wanted_language,
    )
