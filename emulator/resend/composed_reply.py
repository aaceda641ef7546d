"""What mail programs make of an answer to one of our e-mails: the typed text, and below it the whole e-mail, each in its own way.

The forms are those which the programs are known for; what they have in common is that nothing but a person's eye tells the two apart.
"""

import re
import textwrap
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from html import escape
from typing import Final

from emulator.resend.email_rules import SentEmail
from emulator.resend.quotation_words import (
    AUTOMATIC_SUBJECT,
    OUTLOOK_LABELS,
    SENT_FROM_IPHONE,
    QuotationWords,
)
from state.model.language import Language

_GMAIL_WIDTH: Final = 78
_BODY: Final = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
_ENCODING: Final = "quoted-printable"
_GMAIL_QUOTE: Final = "margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"
_OUTLOOK_LINE: Final = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
_OUTLOOK_HEAD: Final = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" '
    'xmlns="http://www.w3.org/TR/REC-html40"><head><meta name="Generator" content="Microsoft Word 15 (filtered medium)">'
    '<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;} --></style></head>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """content_type: a MIME type."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """answered: one of our e-mails; sender: the From header; text: as it is typed; at: when, in the zone of who types.

    cc: addresses with commas between them, or empty; language: that of their program.
    """

    answered: SentEmail
    sender: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    language: Language = Language.ES
    cc: str = field(default="", repr=False)
    file: AttachedFile | None = None

    @property
    def words(self) -> QuotationWords:
        name, address = parseaddr(self.answered.sender)
        sent_at = datetime.fromtimestamp(self.answered.at, self.at.tzinfo)
        return QuotationWords(language=self.language, sent_at=sent_at, name=name or address, address=address)

    @property
    def quoted_text(self) -> str:
        return (self.answered.text or "").strip("\n")

    @property
    def quoted_html(self) -> str:
        """What is between the <body> tags."""
        html = self.answered.html or _plain_html(self.quoted_text)
        found = _BODY.search(html)
        return found[1].strip() if found else html


def gmail(reply: Reply) -> EmailMessage:
    """Lines of more than 78 characters are broken in the text, and stay whole in the HTML."""
    said = reply.words.gmail()
    quote = "\n".join(f"> {line}".rstrip() for line in reply.quoted_text.split("\n"))
    text = f"{_wrapped(reply.text)}\n\n{_wrapped(said)}\n\n{quote}\n"
    address = escape(reply.words.address)
    linked = escape(said).replace(address, f'<a href="mailto:{address}">{address}</a>')
    html = (
        f'<div dir="ltr">{_divisions(reply.text)}</div><br>'
        f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{linked}<br></div>'
        f'<blockquote class="gmail_quote" style="{_GMAIL_QUOTE}">{reply.quoted_html}</blockquote></div>'
    )
    message = _headers(reply, f"<CA{uuid.uuid4().hex}@mail.gmail.com>", "Re")
    return _with_parts(message, reply, text, html)


def outlook(reply: Reply) -> EmailMessage:
    """As on the desktop: the quoted e-mail stands below a line, with its headers, and nothing is before its lines."""
    headers = _outlook_headers(reply)
    above = "\n".join(f"{label}: {value}" for label, value in headers)
    text = f"{reply.text}\n\n{above}\n\n{reply.quoted_text}\n"
    typed = "".join(
        f'<p class="MsoNormal">{escape(line) or "&nbsp;"}<o:p></o:p></p>'
        for line in [*reply.text.split("\n"), ""]
    )
    rows = "<br>".join(f"<b>{label}:</b> {escape(value)}" for label, value in headers)
    html = (
        f'{_OUTLOOK_HEAD}<body lang="{reply.language}" link="#0563C1" vlink="#954F72" style="word-wrap:break-word">'
        f'<div class="WordSection1">{typed}<div><div style="{_OUTLOOK_LINE}"><p class="MsoNormal">{rows}<o:p></o:p></p></div></div>'
        f'<p class="MsoNormal"><o:p>&nbsp;</o:p></p>{reply.quoted_html}</div></body></html>'
    )
    message = _headers(reply, f"<{uuid.uuid4().hex.upper()}@DB9PR01.eurprd01.prod.outlook.com>", "RE")
    message["Thread-Topic"] = reply.answered.subject
    return _with_parts(message, reply, text, html)


def iphone(reply: Reply) -> EmailMessage:
    """With its signature between the answer and the quotation; files are inline."""
    said, signature = reply.words.iphone(), SENT_FROM_IPHONE[reply.language]
    quote = "\n".join(f"> {line}" for line in [said, "", *reply.quoted_text.split("\n")])
    text = f"{reply.text}\n\n{signature}\n\n{quote}\n"
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        f'<body dir="auto">{_divisions(reply.text)}<div><br></div><div dir="ltr">{signature}</div>'
        f'<div dir="ltr"><br><blockquote type="cite">{escape(said)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">\N{ZERO WIDTH NO-BREAK SPACE}{reply.quoted_html}</div></blockquote></body></html>'
    )
    message = _headers(reply, f"<{str(uuid.uuid4()).upper()}@{_domain(reply)}>", "Re")
    message["X-Mailer"] = "iPhone Mail (22G86)"
    return _with_parts(message, reply, text, html, disposition="inline")


def out_of_office(reply: Reply) -> EmailMessage:
    """What a mail server answers for somebody who is away: marked as automatic (RFC 3834), without a quotation."""
    message = _headers(reply, f"<{uuid.uuid4().hex}@{_domain(reply)}>", AUTOMATIC_SUBJECT[reply.language])
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(reply.text + "\n", cte=_ENCODING)
    return message


class Program(StrEnum):
    """A mail program."""

    GMAIL = "gmail"
    OUTLOOK = "outlook"
    IPHONE = "iphone"


COMPOSERS: Final[dict[Program, Callable[[Reply], EmailMessage]]] = {
    Program.GMAIL: gmail,
    Program.OUTLOOK: outlook,
    Program.IPHONE: iphone,
}


def _headers(reply: Reply, message_id: str, prefix: str) -> EmailMessage:
    answered, message = reply.answered, EmailMessage()
    message["From"] = reply.sender
    message["To"] = ", ".join(answered.reply_to or (answered.sender,))
    if reply.cc:
        message["Cc"] = reply.cc
    message["Subject"] = f"{prefix}: {answered.subject}"
    message["Date"] = format_datetime(reply.at)
    message["Message-ID"] = message_id
    message["In-Reply-To"] = sent_as = f"<{answered.id}@email.amazonses.com>"
    message["References"] = f"{answered.headers.get('References', '')} {sent_as}".strip()
    return message


def _with_parts(
    message: EmailMessage, reply: Reply, text: str, html: str, disposition: str = "attachment"
) -> EmailMessage:
    message.set_content(text, cte=_ENCODING)
    message.add_alternative(html, subtype="html", cte=_ENCODING)
    if file := reply.file:
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.content, kind, subtype, filename=file.name, disposition=disposition)
    return message


def _outlook_headers(reply: Reply) -> list[tuple[str, str]]:
    words, answered = reply.words, reply.answered
    values = (
        f"{words.name} <{words.address}>",
        words.outlook_date(),
        "; ".join(answered.to),
        answered.subject,
    )
    return list(zip(OUTLOOK_LABELS[reply.language], values, strict=True))


def _divisions(text: str) -> str:
    """The first line bare, and each further one in a <div>, as Gmail and Apple's programs have it."""
    first, *others = text.split("\n")
    return escape(first) + "".join(f"<div>{escape(line) or '<br>'}</div>" for line in others)


def _plain_html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _wrapped(text: str) -> str:
    lines = (
        textwrap.wrap(line, _GMAIL_WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )
    return "\n".join("\n".join(parts) for parts in lines)


def _domain(reply: Reply) -> str:
    return parseaddr(reply.sender)[1].rpartition("@")[2] or "mail.example"
