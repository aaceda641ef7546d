"""What a text asks for, found by rules over tagged words. The rules abstain when unsure.

"no anda la impresora" is tagged [("no", "not"), ("anda", "works"), ("la", "filler"), ("impresora", "device")]. The rule
"PROBLEM [NOT stopped] se? ~ [WORKS]" finds "not works" in it, fillers apart: Act.PROBLEM.
"""

import re
from dataclasses import dataclass
from typing import Final

from state.model.language import Language
from state.understanding.act import Act
from state.understanding.tagging import ASKS, OTHER, PAUSE, tags_of, tokens_of
from state.understanding.vocabulary import VOCABULARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the rules find in a text.

    act: None when they abstain. whole: the text is that and nothing else. wanted_language: the language it asks for.
    tags: those of its words.
    """

    act: Act | None = None
    whole: bool = False
    wanted_language: Language | None = None
    tags: frozenset[str] = frozenset()


_MAX_CHARACTERS: Final = 4_096  # of a text message (WhatsApp)
_PORTUGUESE_NO: Final = ("no", "not")  # in Portuguese "no" is not a negation but "in the"
_MAX_COMMAND_WORDS: Final = 12
_MIN_LONG_NUMBER: Final = 5  # digits

_FILLERS: Final = frozenset({"filler", "please"})
_PAUSES: Final = frozenset({PAUSE, ASKS, "and"})
_GREETINGS: Final = frozenset({"hello", "how", "question", "anyone_there"})
_REFUSE: Final = frozenset({"not", "cant", "nope"})
_MAX_NOT_DISTANCE: Final = 4  # tags between a negation and the language that it refuses
_LANGUAGES: Final = frozenset(language.value for language in Language)

_ABSTAIN: Final = frozenset({"irony", "identity"})
_THINGS: Final = frozenset({"device", "account", "service"})

# Tags that negate or end a clause. They come first, because "~" below needs them as one range of letters.
_CLAUSE_BREAKS: Final = (PAUSE, ASKS, "and", "but", "not", "cant", "nope", "want", "thanks")
_TAGS: Final = dict.fromkeys((*_CLAUSE_BREAKS, *VOCABULARY, *Language, OTHER))
# One letter for each tag, below U+0100: character classes of higher ones take three times as long to compile.
_LETTERS: Final = {tag: chr(0xA1 + i) for i, tag in enumerate(_TAGS)}

# Macros of the rules. Those that are lists of tags stand inside brackets.
_MACROS: Final = {
    "NOT": "not cant nope",
    "ASKING": "want can yes",
    "WORKS": "works open menu",
    "THING": "device account service",
    "NAME": " ".join(Language),
    "MINE": "ticket mine repair",
    # not "no quiero ...", "i dont want to ..."
    "NOT_NEGATED": "(?<!not) (?<!not [want can])",
    # anything but a negation; bounded like every repetition here, so that matching is linear
    "…": "[^not]{0,20}",
    # up to three words of the same clause, none of them a negation
    "~": "[^pause-thanks]{0,3}",
}

Rules = tuple[tuple[Act, re.Pattern[str]], ...]


def _rules(table: str) -> Rules:
    """Compile lines of "ACT pattern of tags" to regular expressions with one letter for each tag."""
    lines = (line.split(maxsplit=1) for line in table.strip().splitlines())
    return tuple((Act[name], _compiled(pattern)) for name, pattern in lines)


def _compiled(pattern: str) -> re.Pattern[str]:
    pattern = re.sub(r"[A-Z][A-Z_]*|[…~]", lambda name: _MACROS[name[0]], pattern)
    return re.compile(re.sub(r"[a-z_]+", lambda tag: _LETTERS[tag[0]], pattern).replace(" ", ""))


# Matched against the whole message, without fillers, greetings and punctuation.
_WHOLE: Final = _rules("""
    GREETING  [hello how question anyone_there]* [hello menu help question] [hello how menu help question anyone_there]*
    GREETING  [want can goes see cancel]* menu
    GREETING  [hello how question someone]* anyone_there [anyone_there]*
    DENY      [not nope] [not nope thanks yes good now]*
    DENY      not erase [my all data now]*
    BYE       bye [bye good yes now all]*
    THANKS    thanks [thanks bye]* | bye+ thanks [thanks bye]*
    AFFIRM    yes [yes good now works all open my ticket]*
    CANCEL    [nope yes good unsubscribe]* [want can]* cancel [cancel yes all now good my ticket]*
    ERASE     [want can]* unsubscribe [unsubscribe yes now all]*
    ERASE     [want can]* erase [my all]* [data account] [my all data account mine yes]*
    MINE      [want can see my all have some open]* tickets [my all have see open]*
    STATUS    [want can see my some have now]* [news status] [news status MINE my now some see]*
    STATUS    [want can]* see my? [MINE] | ticket status
    HUMAN     [ASKING talk someone]* [person callme] [person talk callme can help]*
    HUMAN     [ASKING]* (talk someone | callme someone?)
    LANGUAGE  [ASKING talk change]* [language NAME] [language NAME want]*
    LANGUAGE  not talk [NAME]
    REPORT    [want can have]* (problem | report | new [problem ticket])
    REPORT    [want can have]* [report open make new have] [some new my]* [problem ticket bad] new?
    REPORT    ([ASKING someone]+ [some my have]* help | help my? problem) [want some help]*
""")

# Searched in the message, without fillers and greetings; the first match wins.
_WITHIN: Final = _rules("""
    HUMAN     (?<!not) [ASKING] ~ talk ~ [person someone] | (?<!not) [want can] ~ (person|callme)
    HUMAN     person ~ [talk callme] | not want? ~ bot | NOT_NEGATED callme
    HUMAN     (^|[pause and but]) talk ~ [person someone] | someone ~ can talk | talk ~ help
    ERASE     NOT_NEGATED erase ~ data | [not halt unsubscribe stopped cancel] want? ~ quiet
    STATUS    [how news status see when] ~ [MINE] | [now my] ~ [ready news] ~ asks | when ~ [fix ready]
    STATUS    ready ~ my ~ [device MINE] | my device ready | some news | [MINE] … news
    STATUS    (^|[^new open make report]) my? ticket ~ asks
    PROBLEM   [NOT stopped] se? ~ [WORKS] | [cant stopped] ~ [THING] | [THING] ~ stopped
    PROBLEM   [THING] ~ not se? goes | not se? goes ~ [THING] | not have? service | keeps ~ bad
    PROBLEM   (?<!not)(?<!not [^pause]) fault
    PROBLEM   (?<!not) bad … [THING] | [THING] … bad | service bad | bad service | all bad
    PROBLEM   [THING] ~ alone | alone ~ [THING] | but not ~ [THING] | [THING] ~ (keeps|not) ~ doing
    MINE      [my see all] ~ tickets | tickets ~ have | have ~ tickets
    REPORT    NOT_NEGATED report | NOT_NEGATED [open make new] ~ [problem ticket] | (?<!not) have ~ problem | problem ~ [THING]
    REPORT    (?<!not) [ASKING] ~ help | NOT_NEGATED help ~ [THING]
    LANGUAGE  NOT_NEGATED [talk change] ~ [language NAME] | can other? [NAME]
    THANKS    ^ thanks [other good works now all pause my can]{0,5} $
    OTHER     price
""")


def find_act(text: str, language: Language | None) -> Found:
    """Find what a text in this language asks for. Linear in its length."""
    tagged = list(tags_of(tokens_of(text))) if len(text) <= _MAX_CHARACTERS else []
    if language is Language.PT:
        tagged = [(word, "filler" if (word, tag) == _PORTUGUESE_NO else tag) for word, tag in tagged]
    act, whole = (Act.INFO, True) if _is_long_number(tagged) else _act_of(tagged)
    wanted_language = _wanted_language(tagged, language)
    tags = frozenset(tag for _, tag in tagged)
    return Found(act=act, whole=whole, wanted_language=wanted_language, tags=tags)


def _is_long_number(tagged: list[tuple[str, str]]) -> bool:
    """True for an identity, telephone or serial number by itself: it informs. A short one may be a grade or a choice."""
    words = [word for word, tag in tagged if tag not in _PAUSES]
    return all(map(str.isdigit, words)) and sum(map(len, words)) >= _MIN_LONG_NUMBER


def _act_of(tagged: list[tuple[str, str]]) -> tuple[Act | None, bool]:
    tags = [tag for _, tag in tagged if tag not in _FILLERS]
    act = _whole(tags)
    return (act, True) if act else (_within(tags), False)


def _whole(tags: list[str]) -> Act | None:
    said = [tag for tag in tags if tag not in _PAUSES]
    core = _letters([tag for tag in said if tag not in _GREETINGS] or said)
    if len(core) > _MAX_COMMAND_WORDS:
        return None
    return next((act for act, rule in _WHOLE if rule.fullmatch(core)), None)


def _within(tags: list[str]) -> Act | None:
    if _ABSTAIN.intersection(tags) or ("offtopic" in tags and not _THINGS.intersection(tags)):
        return None
    if _names_only(tags):
        return Act.GREETING
    core = _letters([tag for tag in tags if tag != "hello"])
    return next((act for act, rule in _WITHIN if rule.search(core)), None)


def _names_only(tags: list[str]) -> bool:
    """True for a greeting with one unknown word, like "hola Juan", that is not a question."""
    rest = [tag for tag in tags if tag not in _GREETINGS and tag not in _PAUSES]
    return rest == [OTHER] and tags[0] == "hello" and ASKS not in tags


def _letters(tags: list[str]) -> str:
    return "".join(map(_LETTERS.__getitem__, tags))


def _is_refused(tags: list[str], at: int) -> bool:
    """True for the language in "I don't speak English" and in "my English is bad"."""
    before = tags[max(0, at - _MAX_NOT_DISTANCE) : at]
    return bool(_REFUSE.intersection(before)) or before[-1:] == ["my"]


def _wanted_language(tagged: list[tuple[str, str]], language: Language | None) -> Language | None:
    """The last language that is named and not refused; in "I don't speak English", the language of the text."""
    tags = [tag for _, tag in tagged]
    named = [(at, Language(tag)) for at, tag in enumerate(tags) if tag in _LANGUAGES]
    refused = {each for at, each in named if _is_refused(tags, at)}
    wanted = next((each for _, each in reversed(named) if each not in refused), None)
    if refused and wanted is None and language not in refused:
        return language
    return wanted
