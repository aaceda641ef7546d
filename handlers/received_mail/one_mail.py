"""One e-mail of a technician: who wrote it, what it asks for, and that it is done. Imported with the first one, as it needs much."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING, Final

from channels.download import MediaError
from handlers.answer_files import NoRoom, store_files
from handlers.own_secrets import OwnSecrets
from handlers.received_mail.attached_files import attached_files
from handlers.received_mail.automatic import is_automatic
from handlers.received_mail.mail_files import fetched_files, given_up
from handlers.received_mail.recipients import further_recipients
from handlers.received_mail.refusal import MailRefused
from handlers.received_mail.request import MailRequest, read_request
from handlers.received_mail.sender_check.sender import check_sender
from handlers.received_mail.typed.typed_text import typed_text
from messages.for_technicians import names_of, short_name
from state.model.outbox_row import Channel, OutboxRow
from state.model.received_mail import (
    LostFile,
    MailDetail,
    MailOutcome,
    ReceivedFile,
    ReceivedMail,
    ToFetch,
)
from state.model.technician import Technician
from state.model.ticket import (
    ActionResult,
    Actor,
    Mark,
    NewFile,
    TechnicianAction,
    TicketEvent,
    TicketRecord,
)
from state.store.client import new_lease

if TYPE_CHECKING:
    from handlers.received_mail.mailed_answers import MailedAnswers

_MAX_MEANWHILE: Final = 20  # events that its author is told of
_FILE_ATTEMPTS: Final = 4  # then an e-mail is done without the files that cannot be had
_IS_DONE: Final = {ActionResult.DONE, ActionResult.REPEATED}
_AS_WISHED: Final = {MailOutcome.SENT, MailOutcome.NOTED, MailOutcome.TAKEN}
_REFUSALS: Final = {
    ActionResult.ILLEGAL: MailOutcome.IMPOSSIBLE,
    ActionResult.TEXT_MISSING: MailOutcome.EMPTY,
    ActionResult.MISSING: MailOutcome.ERASED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of an e-mail. tell: its author hears of it; events: what of the ticket they are shown."""

    outcome: MailOutcome
    detail: MailDetail
    tell: bool
    events: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """name: as the customer reads it; empty in a shared mailbox if the e-mail does not say."""

    technician: Technician
    name: str

    def did(self, event: TicketEvent) -> bool:
        address = self.technician.address.lower()
        return (
            event.actor is Actor.TECHNICIAN
            and event.author_address == address
            and (bool(self.technician.name) or (event.author or "") == self.name)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OneMail:
    """One attempt with one e-mail. desk: what it is done with; until: its files are fetched by then (monotonic clock).

    channels, start: as of `MailedAnswers.run`.
    """

    desk: "MailedAnswers"
    to_fetch: ToFetch
    attempts: int
    until: float
    channels: Callable[[], Iterable[Channel]]
    start: Callable[[Iterable[OutboxRow]], object]

    def run(self) -> Ended:
        """Judge it and do what it says. Raises ReceivingError, MediaError, StoreError."""
        technician = self.desk.people.by_address(self.to_fetch.technician)
        if technician is None:
            return Ended(outcome=MailOutcome.FORMER, detail=MailDetail(), tell=False)
        mail = self.desk.mails.fetch(self.to_fetch.email_id, self.attempts)
        if is_automatic(mail, self._ours):
            return Ended(outcome=MailOutcome.AUTOMATIC, detail=MailDetail(), tell=False)
        try:
            return self._do(mail, technician)
        except MailRefused as error:
            return Ended(outcome=error.outcome, detail=error.detail, tell=True)

    @property
    def _ours(self) -> set[str]:
        """Who is no person: what the desk itself sends. A technician may have the desk's own address."""
        return {self._desk_address, self.desk.addresses.domain} - set(self.desk.people.addresses)

    @property
    def _desk_address(self) -> str:
        return parseaddr(self.desk.settings.support_email_from)[1].lower()

    @property
    def _secrets(self) -> OwnSecrets:
        return OwnSecrets(self.desk.settings.public_url)

    def _do(self, mail: ReceivedMail, technician: Technician) -> Ended:
        """Raises MailRefused, and what `run` raises."""
        sender = check_sender(mail, technician, partial(self.desk.mails.original_headers, mail))
        if not self.to_fetch.has_customer:
            raise MailRefused(MailOutcome.ERASED)
        typed = typed_text(mail)
        further = further_recipients(mail, sender.address, self.desk.addresses, self._desk_address)
        files = attached_files(mail, typed.content_ids)
        request = read_request(typed.text, further, has_files=bool(files), for_team=self.to_fetch.for_team)
        author = Author(technician=technician, name=short_name(technician.name or sender.name))
        lost: Sequence[LostFile] = ()
        meanwhile: tuple[int, ...] = ()
        if request.is_for_customer:
            if self._secrets.are_in(request.text):
                raise MailRefused(MailOutcome.OWN_LINK)
            ticket, lost = self._send(mail, files, author, request)
            meanwhile = _meanwhile(ticket, self.to_fetch.seen, author)
        else:
            lost = given_up(files, "note").lost
            self._act(author, request.action, request.text)
            if request.note:
                self._act(author, Mark.INTERNAL, request.note)
        detail = MailDetail(
            sender=sender.address,
            word=request.word,
            files=tuple(lost),
            was_cut=typed.was_cut,
            meanwhile=bool(meanwhile),
        )
        tell = bool(lost or meanwhile or typed.was_cut) or request.outcome not in _AS_WISHED
        return Ended(outcome=request.outcome, detail=detail, tell=tell, events=meanwhile)

    def _send(
        self, mail: ReceivedMail, files: Sequence[ReceivedFile], author: Author, request: MailRequest
    ) -> tuple[TicketRecord, Sequence[LostFile]]:
        """The words go, even if a file cannot. Returns the ticket after it, and those files. Raises MailRefused if nothing is left."""
        if self.to_fetch.said is not None:
            return self._sent_before(files, author, request)
        stored, lost = self._stored(mail, files)
        text = request.text or (names_of([file.filename for file in stored]) if stored else "")
        if not text and lost and request.action is not TechnicianAction.RESOLVE:
            raise MailRefused(MailOutcome.NO_FILES, MailDetail(files=tuple(lost)))
        return self._act(author, request.action, text, stored), lost

    def _sent_before(
        self, files: Sequence[ReceivedFile], author: Author, request: MailRequest
    ) -> tuple[TicketRecord, Sequence[LostFile]]:
        """An earlier attempt did it, and did not come to its end: which files went with it stands in the ticket."""
        ticket = self._act(author, request.action, request.text)
        sent = [file for event in ticket.events if event.id == self.to_fetch.said for file in event.files]
        names = {file.filename for file in sent}
        without = [file for file in files if file.filename not in names] if len(sent) < len(files) else []
        return ticket, given_up(without, "unreadable").lost

    def _stored(
        self, mail: ReceivedMail, files: Sequence[ReceivedFile]
    ) -> tuple[tuple[NewFile, ...], Sequence[LostFile]]:
        announce = partial(self.desk.store.announce_files, most=self.desk.settings.stored_bytes)
        try:
            is_last = self.attempts >= _FILE_ATTEMPTS
            with fetched_files(
                self.desk.mails, mail, files, self._secrets, until=self.until, is_last=is_last
            ) as fetched:
                return store_files(
                    self.to_fetch.code, fetched.checked, announce, self.desk.storage
                ), fetched.lost
        except NoRoom:
            return (), given_up(files, "no_room").lost

    def _act(
        self,
        author: Author,
        action: TechnicianAction | Mark,
        text: str,
        files: Sequence[NewFile] = (),
    ) -> TicketRecord:
        """Do it, once, and let what tells the customer leave. Returns the ticket after it. Raises MailRefused, StoreError."""
        attempted = self.desk.store.act_on_ticket(
            self.to_fetch.code,
            action,
            text,
            author=author.name,
            key=f"mail/{self.to_fetch.id}/{action}",
            seen=None,  # it is sent whatever happened since: an e-mail is not typed again
            technician=author.technician.address,
            technicians=self.desk.people.addresses,
            files=files,
            lease=new_lease(),
            channels=self.channels(),
        )
        self.start(attempted.rows)
        if attempted.result is ActionResult.FILES_GONE:
            raise MediaError("stored too long ago")
        if attempted.ticket is None or attempted.result not in _IS_DONE:
            raise MailRefused(_REFUSALS[attempted.result])
        if attempted.ticket.customer is None:  # erased while this was under way
            raise MailRefused(MailOutcome.ERASED)
        return attempted.ticket


def _meanwhile(ticket: TicketRecord, seen: int, author: Author) -> tuple[int, ...]:
    """What others did since the e-mail that was answered, up to this answer."""
    answered = max((event.id for event in ticket.events if author.did(event)), default=0)
    found = (
        event.id
        for event in ticket.events
        if seen < event.id < answered and event.kind.is_to_be_read and not author.did(event)
    )
    return tuple(found)[-_MAX_MEANWHILE:]
