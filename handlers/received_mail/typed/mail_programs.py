"""How mail programs mark, in the HTML that they send, what they quote and what they sign with.

None of this is documented by those who make them; the names are those that their mails carry. What carries none is found by its
words: quotes.py, signatures.py.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Mark(Enum):
    """What an element is. QUOTE_BELOW: it and all that comes after it are quoted; SIGNATURE_NEXT: the next block is the signature."""

    QUOTE = auto()
    QUOTE_BELOW = auto()
    SIGNATURE = auto()
    SIGNATURE_NEXT = auto()


_CLASSES: Final = {
    "gmail_quote": Mark.QUOTE,
    "gmail_attr": Mark.QUOTE,
    "moz-cite-prefix": Mark.QUOTE,  # Thunderbird: "On ... wrote:", before the blockquote
    "ms-outlook-mobile-reference-message": Mark.QUOTE,
    "protonmail_quote": Mark.QUOTE,
    "tutanota_quote": Mark.QUOTE,
    "zmail_extra": Mark.QUOTE,  # Zoho
    "gmail_signature": Mark.SIGNATURE,
    "gmail_signature_prefix": Mark.SIGNATURE,
    "moz-signature": Mark.SIGNATURE,
    "protonmail_signature_block": Mark.SIGNATURE,
}
_IDS: Final = {
    "divrplyfwdmsg": Mark.QUOTE_BELOW,  # Outlook on the web: From, Sent, To, Subject; the quoted mail comes after it
    "appendonsend": Mark.QUOTE_BELOW,
    "stopspelling": Mark.QUOTE_BELOW,  # Hotmail
    "zwchr": Mark.QUOTE_BELOW,  # Zimbra
    "mail-editor-reference-message-container": Mark.QUOTE,
    "olk_src_body_section": Mark.QUOTE,  # Outlook 2011 for Mac
    "reply-intro": Mark.QUOTE,  # Roundcube
    "ms-outlook-mobile-signature": Mark.SIGNATURE,
    "applemailsignature": Mark.SIGNATURE,
    "composer_signature": Mark.SIGNATURE,  # Samsung
    "ymail_android_signature": Mark.SIGNATURE,
    "ymail_ios_signature": Mark.SIGNATURE,
    "zm-_id_-sgn": Mark.SIGNATURE,  # Zoho
    "_rc_sig": Mark.SIGNATURE,  # Roundcube
    "dab4fad8-2dd7-40bb-a1b8-4e2aa1f9fdf2": Mark.SIGNATURE,  # Avast's "virus-free"
    "linebreakatbeginningofsignature": Mark.SIGNATURE_NEXT,  # iOS
}
_NAMES: Final = {
    "messagereplysection": Mark.QUOTE,  # Spark
    "messagesignaturesection": Mark.SIGNATURE,
    "_mailautosig": Mark.SIGNATURE,  # Outlook on a desktop
}
# Yahoo puts numbers before or after its names: yahoo_quoted_3541, ydp8c2f1b7esignature. Outlook on the web has a bare "Signature".
_NUMBERED: Final = re.compile(
    r"(?:ydp\w{1,20})?(?:(?P<quote>yahoo_quoted)(?:_\d{1,20})?|(?P<signature>signature))"
)
# The line above From, Sent, To, Subject of Outlook on a desktop, in the two orders in which it writes a border.
_OUTLOOK_BORDER: Final = re.compile(
    r"border-top:(?:solid#[0-9a-f]{6}1(?:\.0)?pt|1(?:\.0)?ptsolid(?:#[0-9a-f]{6}|rgb\([\d,]{5,11}\)))"
    r".{0,200}padding:3(?:\.0)?pt0"
)
_QUOTE_BAR: Final = re.compile(r"border-left(?:-width)?:(?!none|0)")
_NOTHING: Final = r"0(?:px|pt|em|%)?(?:!important)?(?:;|$)"
# What counts openings, too, and not only programs' own parts.
_HIDDEN: Final = re.compile(
    rf"display:none|visibility:hidden|mso-hide:all|(?:font-size|opacity|max-height):{_NOTHING}"
)
_KEEPS_BLANKS: Final = re.compile(r"white-space:(?:pre|break-spaces)")
_NO_MARGIN: Final = re.compile(r"margin(?:-bottom|-block)?:0(?!\.)")

Attributes = Mapping[str, str]


def mark_of(tag: str, attributes: Attributes, style: str) -> Mark | None:
    """What an element says that it is. style: as `squeezed` returns it."""
    if tag == "blockquote" and (attributes.get("type", "").lower() == "cite" or _QUOTE_BAR.search(style)):
        return Mark.QUOTE
    if tag == "div" and _OUTLOOK_BORDER.search(style):
        return Mark.QUOTE_BELOW
    if "mso-bookmark:_mailautosig" in style:
        return Mark.SIGNATURE
    return _mark_of_names(attributes)


def _mark_of_names(attributes: Attributes) -> Mark | None:
    classes, own = attributes.get("class", "").lower().split(), attributes.get("id", "").lower()
    for known, names in ((_IDS, [own]), (_CLASSES, classes), (_NAMES, [attributes.get("name", "").lower()])):
        if mark := next((known[name] for name in names if name in known), None):
            return mark
    found = next(filter(None, map(_NUMBERED.fullmatch, [own, *classes])), None)
    return (Mark.QUOTE if found["quote"] else Mark.SIGNATURE) if found else None


def squeezed(style: str) -> str:
    """A style attribute in lower case and without blanks."""
    return "".join(style.split()).lower()


def is_hidden(style: str) -> bool:
    """Whether nobody sees the element. style: as `squeezed` returns it."""
    return _HIDDEN.search(style) is not None


def keeps_blanks(tag: str, style: str) -> bool:
    """Whether blanks and line ends in it are meant."""
    return tag == "pre" or _KEEPS_BLANKS.search(style) is not None


def has_margin(tag: str, attributes: Attributes, style: str) -> bool:
    """Whether a blank line is seen between this and the next paragraph. Outlook's have none: its style sheet says so."""
    if tag not in {"p", "h1", "h2", "h3", "h4", "h5", "h6"}:
        return False
    classes = attributes.get("class", "").lower().split()
    return not _NO_MARGIN.search(style) and not any(name.startswith("mso") for name in classes)
