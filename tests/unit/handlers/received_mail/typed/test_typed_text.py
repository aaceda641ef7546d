"""What a technician typed comes out of a mail exactly as typed, whatever program sent it, and nothing else does."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.received_mail.typed.typed_text import MAX_TEXT, Typed, typed_text
from state.model.blank import is_visible
from state.model.language import Language
from state.model.received_mail import ReceivedMail
from tests.support.examples import examples
from tests.support.recorded_answers import RECORDED, MailedAnswer, our_email, recorded

ANSWERS = [pytest.param(recorded(path), id=path.stem) for path in RECORDED]
# Those with a plain text in which a signature and pictures can be told from what was typed.
WITH_TEXT = [
    pytest.param(answer, id=path.stem)
    for path, answer in zip(RECORDED, map(recorded, RECORDED), strict=True)
    if answer.html and answer.text and answer.typed and answer.content_ids is None
]
# Those in which anything can be typed.
FORMS = [form for form in map(recorded, RECORDED) if form.line or (form.html is None and form.typed)]
# What people type, in lines that are nobody's quote or signature.
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=12),
    st.sampled_from(
        [
            "👨‍👩‍👧‍👦",
            "¿Prende?",
            "não",
            "<b>",
            "&amp;",
            "*negrita*",
            "#3",
            "-",
            "--",
            "De:",
            "On",
            "wrote:",
            "1.",
            "a@b",
        ]
    ),
)
LINES = st.builds(
    lambda indent, words: indent + " ".join(words),
    st.sampled_from(["", "", "  ", "    "]),
    st.lists(WORDS, min_size=1, max_size=30),
).filter(lambda line: line.strip() not in {"--", "__"} and not line.lstrip().startswith(">"))
TEXTS = (
    st.lists(st.one_of(LINES, st.just("")), min_size=1, max_size=12)
    .map(lambda lines: "\n".join(lines).strip())
    .filter(lambda text: any(map(is_visible, text)))
)


def of(*, html: str | None = None, text: str | None = None, **headers: str) -> Typed:
    named = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return typed_text(ReceivedMail(id="1", sender="marta@example.com", html=html, text=text, headers=named))


class TestEveryProgram:
    @pytest.mark.parametrize("answer", ANSWERS)
    @pytest.mark.parametrize("desk", Language)
    def test_what_was_typed_and_nothing_else(self, answer: MailedAnswer, desk: Language) -> None:
        typed = typed_text(answer.mail(our_email(desk)))
        assert typed.text == "\n".join(answer.typed)
        assert typed.content_ids == tuple(answer.content_ids or ())

    @pytest.mark.parametrize("answer", ANSWERS)
    def test_without_our_line(self, answer: MailedAnswer) -> None:
        typed = typed_text(answer.mail(our_email(Language.ES, cut_line=False)))
        assert typed.text == "\n".join(answer.typed)
        assert typed.content_ids == tuple(answer.content_ids or ())

    @pytest.mark.parametrize("answer", WITH_TEXT)
    @pytest.mark.parametrize("cut_line", [True, False])
    def test_its_plain_text_alone_gives_the_same_in_its_lines(
        self, answer: MailedAnswer, cut_line: bool
    ) -> None:
        mail = replace(answer, html=None).mail(our_email(Language.ES, cut_line=cut_line))
        assert typed_text(mail).text == "\n".join(answer.typed_text or ()).strip()

    @pytest.mark.parametrize("form", FORMS, ids=lambda form: form.program + form.language)
    @settings(max_examples=examples(100))
    @given(typed=TEXTS, desk=st.sampled_from(Language), cut_line=st.booleans())
    def test_whatever_was_typed(self, form: MailedAnswer, typed: str, desk: Language, cut_line: bool) -> None:
        mail = form.with_typed(typed.split("\n")).mail(our_email(desk, cut_line=cut_line))
        assert typed_text(mail).text == typed


class TestWhichPart:
    def test_html_first_as_programs_wrap_the_text(self) -> None:
        assert of(html="<div>uno dos tres</div>", text="uno dos\ntres").text == "uno dos tres"

    @pytest.mark.parametrize(
        "html", [None, "", " \n", "<html><body><div><br></div></body></html>", "<p hidden>x</p>"]
    )
    def test_text_if_there_is_nothing_in_the_html(self, html: str | None) -> None:
        assert of(html=html, text="uno").text == "uno"

    def test_not_the_text_if_in_the_html_nothing_was_typed(self) -> None:
        """A signature has no mark there."""
        assert of(html="<div id='Signature'>Marta Ruiz</div>", text="Marta Ruiz").text == ""

    def test_neither(self) -> None:
        assert of() == Typed(text="")

    def test_wrapped_text_is_joined_only_if_the_mail_says_that_it_was(self) -> None:
        assert of(text="uno \ndos").text == "uno\ndos"
        assert of(text="uno \ndos", content_type="text/plain; format=flowed").text == "uno dos"


class TestWhatIsLeft:
    def test_below_our_line_there_is_nothing(self) -> None:
        """Not even what was typed there: a server may add its words to the end."""
        quoted = "<blockquote type=cite><p>-- escribe arriba de esta línea --</p></blockquote>"
        assert of(html=f"<div>uno</div>{quoted}<div>dos</div>").text == "uno"

    def test_only_quoted_words_are_nothing(self) -> None:
        assert of(html="<div>&gt; no prende</div>").text == ""
        assert of(text="> no prende").text == ""

    def test_in_html_a_line_may_begin_with_that_mark(self) -> None:
        assert of(html="Mide:<br>&gt; 5 V en el pin 1").text == "Mide:\n> 5 V en el pin 1"

    @pytest.mark.parametrize("text", ["\u200b", "\ufeff \u2800", "\u3164\n\u00ad"])
    def test_what_nobody_sees_is_nothing(self, text: str) -> None:
        assert of(text=text).text == ""
        assert of(html=f"<div>{text}</div>").text == ""

    def test_control_characters_go(self) -> None:
        assert of(text="u\x00no\x07 \u202edos").text == "uno dos"

    def test_a_pasted_picture_leaves_no_blank_line(self) -> None:
        typed = of(html="Mira:<div><img src='cid:a'></div><div><img src='cid:a'><img src='cid:b'></div>¿Ves?")
        assert (typed.text, typed.content_ids) == ("Mira:\n¿Ves?", ("a", "b"))

    def test_a_picture_can_be_all(self) -> None:
        assert of(html="<div><img src='cid:a'></div><div class=gmail_quote><img src='cid:b'></div>") == Typed(
            text="", content_ids=("a",)
        )


class TestALongMail:
    def test_so_much_is_read(self) -> None:
        assert of(text="x" * MAX_TEXT) == Typed(text="x" * MAX_TEXT)

    @pytest.mark.parametrize("part", ["html", "text"])
    def test_more_is_not(self, part: str) -> None:
        typed = of(**{part: "x" * (MAX_TEXT + 1)})
        assert typed == Typed(text="x" * MAX_TEXT, was_cut=True)

    def test_a_tag_that_is_cut_is_left_out(self) -> None:
        assert of(html="x" * (MAX_TEXT - 3) + "<div>y</div>") == Typed(
            text="x" * (MAX_TEXT - 3), was_cut=True
        )

    @pytest.mark.parametrize(
        "line", ["De: \n", "On \n", "\n", "-- \n", "> ", "Soporte <a@b", "El 30/11/2026 a las 10:00 "]
    )
    def test_no_line_is_too_hostile(self, line: str) -> None:
        assert of(text="Hola\n" + line * (MAX_TEXT // len(line) - 5)).text.startswith("Hola")
