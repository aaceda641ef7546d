"""The parts of a draft: what each message has added is found again, whatever was deleted or edited before."""

from hypothesis import given
from hypothesis import strategies as st

from state.model.draft_part import MAX_PARTS, Draft
from state.model.message import Attachment, AttachmentKind

PHOTOS = tuple(Attachment(kind=AttachmentKind.IMAGE, media_id=str(number)) for number in range(9))
TEXTS = st.text(alphabet="abñ 👍", max_size=6).map(str.strip)
MESSAGES = st.lists(st.tuples(TEXTS, st.booleans()), max_size=8)


def drafted(messages: list[tuple[str, bool]]) -> Draft:
    """A draft of these messages, as the dialogue adds them: each a text, a file, or both."""
    draft = Draft()
    for number, (words, file) in enumerate(messages):
        joined = "\n".join(part for part in (draft.words, words) if part)
        draft = draft.grown(joined, draft.files + PHOTOS[number : number + file], f"wamid.{number}")
    return draft


def said(draft: Draft, wamid: str) -> list[str]:
    return [draft.words[part.start : part.start + part.length] for part in draft.parts if part.wamid == wamid]


def sent(draft: Draft, wamid: str) -> list[Attachment]:
    return [draft.files[part.file] for part in draft.parts if part.wamid == wamid and part.file is not None]


@given(MESSAGES)
def test_each_message_is_found(messages: list[tuple[str, bool]]) -> None:
    draft = drafted(messages)
    for number, (words, file) in enumerate(messages):
        wamid = f"wamid.{number}"
        assert said(draft, wamid) == ([words] if words or file else [])
        assert sent(draft, wamid) == ([PHOTOS[number]] if file else [])


@given(MESSAGES, st.lists(st.tuples(st.integers(0, 7), st.none() | TEXTS.filter(bool)), max_size=6))
def test_and_still_after_others_were_deleted_or_edited(
    messages: list[tuple[str, bool]], changes: list[tuple[int, str | None]]
) -> None:
    """None: deleted."""
    draft, left = drafted(messages), dict(enumerate(messages))
    for number, words in changes:
        if number not in left or not any(left[number]):
            continue
        if words is None:
            draft, left = draft.without(f"wamid.{number}"), {key: left[key] for key in left if key != number}
        else:
            draft, left[number] = draft.reworded(f"wamid.{number}", words), (words, left[number][1])
    # A file that gets words by an edit has them at the end.
    lines = [line for line in draft.words.split("\n") if line]
    assert sorted(lines) == sorted(words for words, _ in left.values() if words)
    assert draft.files == tuple(PHOTOS[number] for number, (_, file) in left.items() if file)
    for number, (words, file) in left.items():
        if words or file:
            assert said(draft, f"wamid.{number}") == [words]
            assert sent(draft, f"wamid.{number}") == ([PHOTOS[number]] if file else [])


def test_another_draft_forgets_the_one_before() -> None:
    draft = drafted([("no prende", True)]).grown("otra cosa", (), "wamid.new")
    assert [part.wamid for part in draft.parts] == ["wamid.new"]
    assert not draft.grown("", (), "wamid.newer").parts


def test_of_very_many_messages_the_first_are_found() -> None:
    draft = drafted([])
    for number in range(3 * MAX_PARTS):
        draft = draft.grown(f"{draft.words}\nx".strip(), (), str(number))
    assert len(draft.parts) == MAX_PARTS
    assert draft.words.count("x") == 3 * MAX_PARTS


def test_a_message_of_before_is_no_part() -> None:
    """A draft that an older version has stored has no parts."""
    draft = Draft(words="no prende").grown("no prende\nla notebook", (), "wamid.1")
    assert said(draft, "wamid.1") == ["la notebook"]
    assert draft.without("wamid.1").words.strip() == "no prende"
