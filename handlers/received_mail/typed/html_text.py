"""The HTML of a mail as lines of text, as its writer saw them; each says whether it was typed, quoted or signed with.

Anybody can send anything: nothing here recurses, and everything takes time in proportion to the length.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

from handlers.received_mail.typed.lines import Line, Origin
from handlers.received_mail.typed.mail_programs import (
    Attributes,
    Mark,
    has_margin,
    is_hidden,
    keeps_blanks,
    mark_of,
    squeezed,
)

_PIECE: Final = 8_192  # characters given to the parser at once
# Characters; a longer one, without the pictures in it, is no tag that a mail program writes.
_MAX_TAG: Final = 32_768
_MAX_INDENTED: Final = 6  # lists within lists that are indented; deeper ones as much
_CELLS: Final = " | "

_VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_UNSEEN: Final = frozenset("script style title template object svg select textarea noframes".split())
_BLOCKS: Final = frozenset(
    """address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header html li main nav ol p pre section table tbody td tfoot th thead tr ul""".split()
)
_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
_PICTURE: Final = re.compile(r"data:[\w.+/-]{1,80};base64,[\w+/=%-]*", re.ASCII)
# An emoji that a program sends as a picture, its text beside it.
_EMOJI: Final = re.compile(r"[^\x00-\x7f]{1,16}")
_NUMBER: Final = re.compile(r"[0-9]{1,6}")
_ADDRESS: Final = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)
_NOT_SEEN_IN_ADDRESS: Final = re.compile(r"^(?:https?://)?(?:www\.)?|/$", re.IGNORECASE)
_NO_DIGIT: Final = re.compile(r"\D")
# Outlook on the web writes its paragraphs so.
_NO_MARGINS: Final = re.compile(r"\bp ?\{ ?margin(?:-top)?: ?0", re.IGNORECASE)


def html_lines(html: str) -> list[Line]:
    """Every line that is seen, the blank ones too. Scripts and what is hidden are left out."""
    reader = _Reader(no_margins=_NO_MARGINS.search(html) is not None)
    in_long_tag = False
    for piece in _pieces(_harmless(html)):
        if in_long_tag:
            _, end, piece = piece.partition(">")
            in_long_tag = not end
        reader.feed(piece)
        if len(reader.rawdata) > _MAX_TAG:
            reader.rawdata, in_long_tag = "", True
    # A text that ends like the beginning of an entity was kept back. A tag without an end is dropped.
    reader.feed("\n")
    return reader.finished()


def _harmless(html: str) -> str:
    """Without what the parser takes quadratic time for, or an error: comments, `<![...]>`, pictures written as text."""
    return _PICTURE.sub("data:", _without_comments(html.replace("\r\n", "\n"))).replace("<![", "<!")


def _without_comments(html: str) -> str:
    kept, place = [], 0
    while (start := html.find("<!--", place)) >= 0:
        kept.append(html[place:start])
        end = html.find("-->", start + 2)  # `<!-->` is one as well
        if end < 0:
            return "".join(kept)
        place = end + 3
    return "".join([*kept, html[place:]])


def _pieces(html: str) -> Iterator[str]:
    return (html[start : start + _PIECE] for start in range(0, len(html), _PIECE))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What an element hands down to those within it. bullet: Outlook's own "·" or "1." before an item."""

    origin: Origin = Origin.TYPED
    hidden: bool = False
    keeps_blanks: bool = False
    bullet: bool = False
    in_item: bool = False


@dataclass(slots=True)
class _Element:
    tag: str
    look: _Look
    margin: bool = False
    inline: dict[str, int] = field(default_factory=dict)  # of a block: how many are open directly in it


@dataclass(slots=True)
class _List:
    number: int | None  # of the next item; None: bullets


@dataclass(slots=True)
class _Row:
    start: int
    cells: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Link:
    address: str
    shown: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """no_margins: between paragraphs no blank line is seen."""

    def __init__(self, *, no_margins: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._no_margins = no_margins
        self._lines: list[Line] = []
        self._open = [_Element("", _Look())]
        self._blocks = [self._open[0]]
        self._counts: Counter[str] = Counter()  # of the blocks that are open
        self._rest = Origin.TYPED  # QUOTE: all that comes is quoted
        self._signature_next = False
        self._lists: list[_List] = []
        self._rows: list[_Row] = []
        self._link: _Link | None = None
        self._margin = False
        self._pre_begins = False  # its first line end is not seen
        self._bullet = ""  # to stand before the next words
        self._new_line()

    def finished(self) -> list[Line]:
        self._end_link()
        self._break_block()
        return self._lines

    # What the parser finds

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in reversed(attrs)}  # of two the first counts
        style = squeezed(attributes.get("style", ""))
        mark = mark_of(tag, attributes, style)
        if mark is Mark.QUOTE_BELOW:
            self._break_block()
            self._rest = Origin.QUOTE
        if tag in _VOID:
            self._void(tag, attributes, mark)
        else:
            self._start(tag, attributes, style, mark)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            if self._counts[tag]:
                while self._close().tag != tag:
                    pass
        elif self._blocks[-1].inline.get(tag):
            while self._close().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        look = self._open[-1].look
        if look.hidden:
            return
        if not look.keeps_blanks:
            self._write(_BLANKS.sub(" ", data))
            return
        first, *others = data.removeprefix("\n" if self._pre_begins else "").split("\n")
        self._pre_begins = False
        self._write_as_is(first)
        for line in others:
            self._end_line()
            self._write_as_is(line)

    # Elements

    def _void(self, tag: str, attributes: Attributes, mark: Mark | None) -> None:
        if self._open[-1].look.hidden:
            return
        if tag == "br":
            self._end_line()
        elif tag == "hr":
            self._break_block()
        elif tag == "img":
            self._image(attributes)
        if mark is Mark.SIGNATURE_NEXT:
            self._signature_next = True

    def _image(self, attributes: Attributes) -> None:
        source, shown = attributes.get("src", "").strip(), attributes.get("alt", "").strip()
        if source[:4].lower() == "cid:":
            self._turn_to(self._origin)
            self._images.append(unquote(source[4:]).strip("<>"))
        elif _EMOJI.fullmatch(shown):
            self._write_as_is(shown)

    def _start(self, tag: str, attributes: Attributes, style: str, mark: Mark | None) -> None:
        block = tag in _BLOCKS
        if block:
            self._begin_block()
        above = self._open[-1].look
        look = _Look(
            origin=self._origin_within(above, mark, block=block),
            hidden=above.hidden or tag in _UNSEEN or "hidden" in attributes or is_hidden(style),
            keeps_blanks=keeps_blanks(tag, style) or (above.keeps_blanks and "white-space:" not in style),
            bullet=above.bullet or "mso-list:ignore" in style,
            in_item=above.in_item or tag == "li",
        )
        may_have_margin = not (self._no_margins or look.hidden or above.in_item)
        element = _Element(tag, look, margin=may_have_margin and has_margin(tag, attributes, style))
        self._open.append(element)
        if block:
            self._blocks.append(element)
            self._counts[tag] += 1
            self._margin |= element.margin
            self._pre_begins = tag == "pre"
            self._begin_part(tag, attributes)
        else:
            inline = self._blocks[-1].inline
            inline[tag] = inline.get(tag, 0) + 1
            self._begin_link(tag, attributes)

    def _origin_within(self, above: _Look, mark: Mark | None, *, block: bool) -> Origin:
        if mark is Mark.QUOTE or above.origin is Origin.QUOTE:
            return Origin.QUOTE
        if block and self._signature_next:
            self._signature_next = False
            return Origin.SIGNATURE
        return Origin.SIGNATURE if mark is Mark.SIGNATURE else above.origin

    def _begin_block(self) -> None:
        self._break_block()
        if self._blocks[-1].tag == "p":  # its end may be left away
            self.handle_endtag("p")

    def _begin_part(self, tag: str, attributes: Attributes) -> None:
        """Of a list or of a table."""
        if tag in {"ul", "ol"}:
            start = attributes.get("start", "")
            first = int(start) if _NUMBER.fullmatch(start) else 1
            self._lists.append(_List(first if tag == "ol" else None))
        elif tag == "li":
            self._bullet = self._next_bullet()
        elif tag == "tr":
            self._rows.append(_Row(len(self._lines)))
        elif tag in {"td", "th"} and self._rows:
            self._rows[-1].cells.append(len(self._lines))
            self._margin = False

    def _next_bullet(self) -> str:
        indent = "  " * min(len(self._lists) - 1, _MAX_INDENTED)
        inner = self._lists[-1] if self._lists else _List(None)
        if inner.number is None:
            return f"{indent}- "
        inner.number += 1
        return f"{indent}{inner.number - 1}. "

    def _close(self) -> _Element:
        """End the innermost element."""
        element = self._open[-1]
        if element.tag in _BLOCKS:
            self._break_block()
            self._margin |= element.margin
            self._end_part(element.tag)
            self._blocks.pop()
            self._counts[element.tag] -= 1
        else:
            self._blocks[-1].inline[element.tag] -= 1
            if element.tag == "a":
                self._end_link()
        self._open.pop()
        if element.look.bullet and not self._open[-1].look.bullet:
            self._end_bullet()
        return element

    def _end_part(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._bullet = ""
        elif tag == "tr" and self._rows:
            self._join_cells(self._rows.pop())
        elif tag in {"td", "th"}:
            self._margin = False

    def _join_cells(self, row: _Row) -> None:
        """A row whose cells are one line each becomes one line."""
        ends = [*row.cells[1:], len(self._lines)]
        if len(row.cells) < 2 or any(end - start > 1 for start, end in zip(row.cells, ends, strict=True)):
            return
        cells = self._lines[row.start :]
        if len({cell.origin for cell in cells}) != 1:
            return
        words = [cell.text.strip() for cell in cells if not cell.is_blank]
        images = tuple(image for cell in cells for image in cell.images)
        self._lines[row.start :] = [Line(text=_CELLS.join(words), origin=cells[0].origin, images=images)]

    def _end_bullet(self) -> None:
        """Outlook writes the bullet of an item as text: a "·" or "o" of a symbol's font, or the number."""
        sign = "".join(self._text).replace("\xa0", " ").strip()
        self._new_line()
        self._bullet = f"{sign} " if sign[:-1].isalnum() and sign[-1:] in {".", ")"} else "- "

    def _begin_link(self, tag: str, attributes: Attributes) -> None:
        if tag == "a":
            self._end_link()
            address = "".join(attributes.get("href", "").split())
            self._link = _Link(address) if _ADDRESS.match(address) else None

    def _end_link(self) -> None:
        if self._link is None:
            return
        link, self._link = self._link, None
        shown = "".join(link.shown).replace("\xa0", " ").strip()
        if not shown or _is_shown(link.address, shown):
            return
        address = f" ({_without_scheme(link.address)})"
        if self._text:
            self._write(address)
        else:  # its line has ended within it
            self._lines[-1] = replace(self._lines[-1], text=self._lines[-1].text + address)

    # Lines

    @property
    def _origin(self) -> Origin:
        own = self._open[-1].look.origin
        return Origin.QUOTE if Origin.QUOTE in (own, self._rest) else own

    def _new_line(self) -> None:
        self._text: list[str] = []
        self._images: list[str] = []
        self._line_origin: Origin | None = None
        self._after_blank = True

    def _turn_to(self, origin: Origin) -> None:
        """What comes is of this origin, and so is its line."""
        if self._line_origin not in (None, origin) and self._text:
            self._end_line()
        self._line_origin = origin

    def _write(self, text: str) -> None:
        """Text whose blanks may be left away: after another, and at the beginning of a line."""
        if self._after_blank:
            text = text.lstrip(" ")
        if text:
            self._write_as_is(text)
            self._after_blank = text.endswith(" ")

    def _write_as_is(self, text: str) -> None:
        if not text:
            return
        self._turn_to(self._origin)
        if self._link:
            self._link.shown.append(text)
        if self._bullet and not self._open[-1].look.bullet and text.strip(" \xa0"):
            self._text.append(self._bullet)
            self._bullet = ""
        if text.strip():
            self._signature_next = False
        self._text.append(text)
        self._after_blank = False

    def _end_line(self) -> None:
        text = Line.shown("".join(self._text))
        origin = self._line_origin or self._origin
        if self._margin and text and self._lines and not self._lines[-1].is_blank and not self._begins_cell():
            self._lines.append(Line(text="", origin=origin))
        self._margin = False
        self._lines.append(Line(text=text, origin=origin, images=tuple(self._images)))
        self._new_line()

    def _begins_cell(self) -> bool:
        return bool(self._rows) and self._rows[-1].cells[-1:] == [len(self._lines)]

    def _break_block(self) -> None:
        """End the line, if there is one: blocks begin and end on lines of their own."""
        if self._text or self._images:
            self._end_line()


def _is_shown(address: str, shown: str) -> bool:
    """Whether somebody who reads the text of a link has read its address."""
    if address[:4].lower() == "tel:":
        return _NO_DIGIT.sub("", address) == _NO_DIGIT.sub("", shown)
    return _bare(_without_scheme(address)) == _bare(shown)


def _without_scheme(address: str) -> str:
    """The address of a mailbox or a telephone, as people write it; any other as it is."""
    scheme, _, rest = address.partition(":")
    return rest.partition("?")[0] if scheme.lower() in {"mailto", "tel"} else address


def _bare(address: str) -> str:
    return _NOT_SEEN_IN_ADDRESS.sub("", unquote(address)).lower()
