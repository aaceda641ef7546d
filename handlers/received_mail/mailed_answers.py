"""Has a technician's e-mail done, once: as if they had written it on the ticket's page.

Every attempt comes to the same end. What is done has the e-mail's key, so a second attempt finds it done; what became of it is
recorded, and its author told, in one transaction that happens once.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from channels.download import MediaError
from channels.resend_receiving import ReceivedMails, ReceivingError
from handlers.answer_address import AnswerAddresses
from handlers.log import Log, Severity
from handlers.people import People
from handlers.settings import Settings
from state.model.outbox_row import Channel, OutboxRow, Outcome, Result
from state.model.received_mail import ToFetch
from state.store.client import Store, new_lease
from state.store.files import FileStorage
from state.store.rows import parse

_SECONDS: Final = (
    20.0  # for the e-mail and all its files: the row's lease is 40 s, and they have to be stored
)
_NOT_WANTED: Final = Result(outcome=Outcome.DEAD, error="superseded")
_DONE: Final = Result(outcome=Outcome.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedAnswers:
    """Does what rows of channel INBOX ask for.

    What reads an e-mail is imported with the first one: customers' instances start without it.
    """

    settings: Settings
    people: People
    addresses: AnswerAddresses
    store: Store
    storage: FileStorage
    mails: ReceivedMails
    log: Log

    def run(
        self,
        row: OutboxRow,
        channels: Callable[[], Iterable[Channel]],
        start: Callable[[Iterable[OutboxRow]], object],
    ) -> Result:
        """Make one attempt. Raises StoreError. channels: as of OutboxSender; start: sends the rows that come of it."""
        from handlers.received_mail.one_mail import OneMail

        if row.record is None:
            return _NOT_WANTED
        to_fetch = parse(ToFetch, row.record)
        if to_fetch.done:
            return _DONE
        try:
            ended = OneMail(
                desk=self,
                to_fetch=to_fetch,
                attempts=row.attempts,
                until=time.monotonic() + _SECONDS,
                channels=channels,
                start=start,
            ).run()
        except ReceivingError as error:
            return error.result
        except MediaError as error:
            return Result(outcome=Outcome.RETRY, error=f"attachment {error}")
        told = self.store.finish_mail(
            to_fetch.id,
            ended.outcome,
            ended.detail,
            tell=ended.tell,
            events=ended.events,
            lease=new_lease(),
            channels=channels(),
        )
        start(told.rows)
        severity = Severity.INFO if ended.outcome.is_done else Severity.WARNING
        self.log.write("mailed_answer", severity, code=to_fetch.code, outcome=ended.outcome)
        return _DONE
