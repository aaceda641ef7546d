"""An e-mail that was received, as Resend has it: what a technician answers to one of ours, and everything else that comes to that domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What the receiver found out about the sender: each "pass", "fail", "none", ..., in lower case.

    dmarc: "none" if the sender's domain has no DMARC record. None: not said.
    """

    spf: str | None = None
    dkim: str | None = None
    dmarc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A part of an e-mail that is not its text. content_id: without angle brackets; inline: by its Content-Disposition; bytes: its size."""

    id: str
    filename: str = field(default="", repr=False)
    content_type: str = ""
    content_id: str = ""
    inline: bool = False
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """An e-mail that Resend has received.

    sender: the From header as it stands, perhaps with a name, perhaps of several; to, cc: as in the headers; headers: by their names in
    lower case, of each all values; text, html: None if there is no such part; images in html stand as `cid:`; raw_url: where the
    original can be downloaded for an hour.
    """

    id: str
    sender: str = field(repr=False)
    to: tuple[str, ...] = field(default=(), repr=False)
    cc: tuple[str, ...] = field(default=(), repr=False)
    subject: str = field(default="", repr=False)
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    text: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    authentication: Authentication | None = None
    raw_url: str | None = field(default=None, repr=False)
    files: tuple[ReceivedFile, ...] = ()

    def header(self, name: str) -> str:
        """The first value of a header; empty without one. name: in lower case."""
        return next(iter(self.headers.get(name, ())), "")
