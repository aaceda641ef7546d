"""The plain text of a mail as lines: which are quoted, and which are one line that the program wrapped."""

from handlers.received_mail.typed.lines import Line, Origin
from handlers.received_mail.typed.plain_text import text_lines

FLOWED = "text/plain; charset=utf-8; format=flowed"


def words(text: str, content_type: str = "text/plain") -> list[str]:
    return [line.text for line in text_lines(text, content_type)]


def test_every_line_stays_one() -> None:
    assert words("uno \r\ndos\r\rtres\xa0y  más  ") == ["uno", "dos", "", "tres y  más"]


def test_what_begins_with_its_mark_is_quoted() -> None:
    quoted = [
        line.origin is Origin.QUOTE for line in text_lines("Hola\n> uno\n>dos\n > tres\nx > y", "text/plain")
    ]
    assert quoted == [False, True, True, False, False]


def test_pictures_of_outlook_are_named() -> None:
    assert text_lines("Mira: [cid:image001.png@01DC]", "") == [
        Line(text="Mira:", images=("image001.png@01DC",))
    ]


class TestFlowed:
    def test_wrapped_lines_are_one(self) -> None:
        assert words("uno \ndos \ntres\ncuatro", FLOWED) == ["uno dos tres", "cuatro"]

    def test_spaces_may_have_been_added(self) -> None:
        assert words("anti \nconstitucional\n", 'text/plain; format="Flowed"; DelSp=Yes') == [
            "anticonstitucional",
            "",
        ]

    def test_a_space_that_protects_the_beginning_goes(self) -> None:
        lines = text_lines("   ipconfig\n > 5 V\n From here", FLOWED)
        assert lines == [Line(text="  ipconfig"), Line(text="> 5 V"), Line(text="From here")]

    def test_quoted_lines_are_not_joined_with_others(self) -> None:
        assert text_lines("Hola \n> uno \n> dos\n>> tres \nChau", FLOWED) == [
            Line(text="Hola"),
            Line(text="uno dos", origin=Origin.QUOTE),
            Line(text="tres", origin=Origin.QUOTE),
            Line(text="Chau"),
        ]

    def test_dashes_above_a_signature_are_a_line(self) -> None:
        assert words("Chau\n-- \nMarta", FLOWED) == ["Chau", "--", "Marta"]
