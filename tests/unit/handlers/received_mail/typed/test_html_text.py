"""HTML as the lines that its writer saw, with what is quoted and signed marked; no document is too hostile."""

import pytest

from handlers.received_mail.typed.html_text import html_lines
from handlers.received_mail.typed.lines import Line


def seen(html: str) -> str:
    return "\n".join(line.text for line in html_lines(html))


class TestLines:
    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("uno<br>dos<br><br>tres", "uno\ndos\n\ntres"),
            ("<div>uno</div><div><br></div><div>dos<br></div>tres", "uno\n\ndos\ntres"),
            ("uno<div>dos</div>tres", "uno\ndos\ntres"),
            ("<div><div><div>uno</div></div></div><div></div><div>dos</div>", "uno\ndos"),
            ("<div>uno\n   dos</div>\n\n<div>\ttres </div>", "uno dos\ntres"),
            ("<b>u</b>no <i> dos</i>", "uno dos"),
            ("&nbsp; &nbsp; uno&nbsp; dos&nbsp;", "    uno  dos"),
            ("<div>&nbsp;</div><div>uno</div>", "\nuno"),
            ("a &lt; b &amp;&amp; c &#62; d &euro; &#x1F44D; AT&T", "a < b && c > d € 👍 AT&T"),
            ("1 < 2", "1 < 2"),
            ("uno<hr>dos", "uno\ndos"),
            ("uno<o:p></o:p><wbr>dos", "unodos"),
        ],
    )
    def test_as_they_are_shown(self, html: str, text: str) -> None:
        assert seen(html) == text

    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("<p>uno</p><p>dos</p>", "uno\n\ndos"),
            ("<p>uno<p>dos", "uno\n\ndos"),
            ("<p>uno</p><p><br></p><p>dos</p>", "uno\n\ndos"),
            ("<p>uno</p><div>dos</div><div>tres</div>", "uno\n\ndos\ntres"),
            ("<h1>uno</h1>dos", "uno\n\ndos"),
            ("<p class=MsoNormal>uno</p><p class=MsoNormal>dos</p>", "uno\ndos"),
            ("<style>P {margin-top:0;margin-bottom:0;}</style><p>uno</p><p>dos</p>", "uno\ndos"),
            ("<p style='margin-top: 0'>uno</p><p style='margin: 0.5em'>dos</p>tres", "uno\n\ndos\n\ntres"),
            ("<p style='margin: 0cm'>uno</p><p style='margin:0'>dos</p>", "uno\ndos"),
        ],
    )
    def test_paragraphs_have_a_blank_line_between_them_if_they_show_one(self, html: str, text: str) -> None:
        assert seen(html) == text

    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("<pre>\n uno\n\n   dos\n</pre>tres", " uno\n\n   dos\ntres"),
            ("<div style='white-space: pre-wrap'>uno\n\tdos</div>", "uno\n\tdos"),
            ('<span class="Apple-tab-span" style="white-space:pre">\t</span>uno', "\tuno"),
            ("<pre>uno  <span style='white-space:normal'>dos\ntres</span></pre>", "uno  dos tres"),
        ],
    )
    def test_blanks_stay_where_they_are_meant(self, html: str, text: str) -> None:
        assert seen(html) == text


class TestLists:
    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("Pasos:<ul><li>uno</li><li>dos</li></ul>Listo", "Pasos:\n- uno\n- dos\nListo"),
            ("<ol><li>uno<li>dos</ol>", "1. uno\n2. dos"),
            ("<ol start=3><li>uno</li><li>dos</li></ol>", "3. uno\n4. dos"),
            ("<ol start='99999999999999999999'><li>uno</li></ol>", "1. uno"),
            (
                "<ul><li>uno<ol><li>a</li><li>b</li></ol></li><li>dos</li></ul>",
                "- uno\n  1. a\n  2. b\n- dos",
            ),
            ("<ul><li style='list-style:none'><ul><li>uno</li></ul></li></ul>", "  - uno"),
            ("<ul><li><p>uno</p></li><li><div>dos</div></li><li></li></ul>", "- uno\n- dos"),
            ("<li>uno</li>", "- uno"),
            ("<ul><li></li></ul>uno", "uno"),
        ],
    )
    def test_of_html(self, html: str, text: str) -> None:
        assert seen(html) == text

    @pytest.mark.parametrize(
        ("sign", "text"), [("·", "- uno"), ("o", "- uno"), ("-", "- uno"), ("1.", "1. uno"), ("a)", "a) uno")]
    )
    def test_of_outlook(self, sign: str, text: str) -> None:
        bullet = f"<![if !supportLists]><span style='mso-list:Ignore'>{sign}<span>&nbsp;&nbsp; </span></span><![endif]>"
        assert seen(f"<p class=MsoListParagraph>{bullet}uno</p><p class=MsoNormal>dos</p>") == f"{text}\ndos"


class TestLinks:
    @pytest.mark.parametrize(
        ("html", "text"),
        [
            (
                '<a href="https://example.com/a?b=1&amp;c=2">la página</a>',
                "la página (https://example.com/a?b=1&c=2)",
            ),
            ('<a href="http://example.com/">example.com</a>', "example.com"),
            ('<a href="https://www.example.com/a%20b">example.com/a b</a>', "example.com/a b"),
            ('<a href="mailto:ana@example.com?subject=x">Ana@example.com</a>', "Ana@example.com"),
            ('<a href="mailto:ana@example.com">Ana</a>', "Ana (ana@example.com)"),
            ('<a href="mailto:ana@example.com?subject=x">Ana</a>', "Ana (ana@example.com)"),
            ('<a href="https://example.com/a\nb">Ana</a>', "Ana (https://example.com/ab)"),
            ('<a href="tel:+5491155550101">+54 9 11 5555-0101</a>', "+54 9 11 5555-0101"),
            ('<a href="tel:+5491155550101">Llámame</a>', "Llámame (+5491155550101)"),
            ('<a href="x-apple-data-detectors://0">mañana a las 10</a>', "mañana a las 10"),
            ('<a href="javascript:alert(1)">toca</a> <a href="#x">aquí</a> <a>allí</a>', "toca aquí allí"),
            ('<a href="https://example.com/"><img src="cid:logo"></a>', ""),
            ('<a href="https://a.example/"><div>uno</div></a>dos', "uno (https://a.example/)\ndos"),
        ],
    )
    def test_the_address_is_told_if_it_was_not_seen(self, html: str, text: str) -> None:
        assert seen(html) == text


class TestTables:
    def test_a_row_is_a_line(self) -> None:
        rows = "<tr><th>Pieza</th><th>Precio</th></tr><tr><td><p>Fuente</p></td><td><p>100</p></td></tr>"
        assert (
            seen(f"Van:<table><tbody>{rows}</tbody></table>Saludos")
            == "Van:\nPieza | Precio\nFuente | 100\nSaludos"
        )

    def test_one_that_only_gives_a_layout_is_not(self) -> None:
        cell = "<div>uno</div><div><br></div><div>dos</div>"
        assert seen(f"<table><tr><td>{cell}</td><td>tres</td></tr></table>") == "uno\n\ndos\ntres"


class TestWhatNobodySees:
    @pytest.mark.parametrize(
        "hidden",
        [
            "<script>alert('<div>')</script>",
            "<style>p { color: red }</style>",
            "<head><title>Re: No prende</title></head>",
            "<!-- secreto -->",
            "<!--[if mso]><p>secreto</p><![endif]-->",
            "<!DOCTYPE html><?xml version='1.0'?>",
            "<div style='DISPLAY : none'>secreto<p>y más</p></div>",
            "<span style='mso-hide:all'>secreto</span>",
            "<div hidden>secreto</div>",
            "<div style='font-size:0'>secreto</div>",
            "<div style='font-size: 0px; color: #fff'>secreto</div>",
            "<div style='opacity:0 !important'>secreto</div>",
            "<div style='max-height:0;overflow:hidden'>secreto</div>",
            "<div hidden><br>secreto<br><hr><img src='cid:secreto'></div>",
            "<img src='https://tracker.example/x.gif' alt='pixel'>",
        ],
    )
    def test_is_left_out(self, hidden: str) -> None:
        assert seen(f"uno{hidden}<div>dos</div>") == "uno\ndos"

    @pytest.mark.parametrize(
        "style", ["font-size:0.9em", "opacity:0.8", "max-height:0.5in", "font-size:10px"]
    )
    def test_what_is_only_small_is_seen(self, style: str) -> None:
        assert seen(f"<div style='{style}'>uno</div>") == "uno"


class TestPictures:
    def test_are_named_where_they_stand(self) -> None:
        lines = html_lines('<div>Mira <img src="cid:ii_1"> esto<br><img src="CID:b%40c"></div>')
        assert lines == [Line(text="Mira esto", images=("ii_1",)), Line(text="", images=("b@c",))]

    def test_an_emoji_sent_as_one_is_its_text(self) -> None:
        assert (
            seen('Listo <img data-emoji="👍" alt="👍" src="https://fonts.example/1f44d.png">') == "Listo 👍"
        )


LONG = 250_000  # what takes quadratic time takes minutes with it
HOSTILE = {
    "quotes in quotes": ("<blockquote type=cite>", ""),
    "blocks in blocks": ("<div>", ""),
    "lists in lists": ("<ul><li>x", "x"),
    "tables in tables": ("<table><tr><td>x", "x"),
    "ends of nothing": ("</div></b>", ""),
    "ends of something far away": ("<b></i>", ""),
    "tags without an end": ("<a ", None),
    "comments without an end": ("<!--", ""),
    "declarations without an end": ("<!x", None),
    "unknown sections": ("<![x[", None),
    "quotes that swallow ends": ('<a b="<a >"', None),
    "scripts": ("<script>", ""),
    "entities": ("&amp;", "&"),
    "half entities": ("&#", None),
    "links": ("<a href=https://a.example/>y", "y"),
    "lines": ("<br>", ""),
    "paragraphs": ("<p>x", "x"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_is_too_hostile(name: str) -> None:
    unit, shown = HOSTILE[name]
    text = seen("Hola<div>" + unit * (LONG // len(unit)))
    assert text.startswith("Hola")
    if shown is not None:
        assert set(text.removeprefix("Hola")) <= {*shown, *"\n -0123456789. |(https:/example)"}


def test_a_tag_longer_than_any_is_left_out_to_its_end() -> None:
    assert seen(f"uno<div a='{'x' * 100_000}'>dos</div>") == "unodos"


def test_a_picture_in_the_text_of_a_tag_is_not_long() -> None:
    assert seen(f"uno<img src='data:image/png;base64,{'A' * 500_000}'> dos") == "uno dos"
