"""What rows of the outbox do with files: a customer's is fetched from Meta and stored, a technician's is given to Meta, and what
nobody wants any more is removed. How each is as sure as an e-mail: at the top of supabase/schemas/58_files.sql.

A file passes through in chunks: no instance holds one whole.
"""

from contextlib import closing
from dataclasses import dataclass
from typing import Final

from channels.chunk_reader import reader_of
from channels.download import Download, MediaDiffers, MediaError, MediaGone, MediaTooLarge, download
from channels.http import Http
from channels.ogg import VoiceLength
from channels.transcriber import Transcriber, TranscriptError
from channels.whatsapp_media import Media, MediaRefused, safe_type
from handlers.log import Log, Severity
from messages.safe_text import clean
from state.model.message import AttachmentKind
from state.model.outbox_row import Content, OutboxRow, Outcome, Result
from state.model.ticket import StoredFile, WhyMissing
from state.store.client import Store
from state.store.errors import StoreError
from state.store.files import MAX_FILE_BYTES, FileStorage, FileTooLarge, NoSuchFile
from state.store.rows import Reservation, parse

_SECONDS: Final = 25.0  # for one download: the lease of the row is 40 s
# Meta says the same of a file that it does not have yet, or that our token may not see for a moment.
_GONE_ATTEMPTS: Final = 6
# A full room, or a token that may not see the file: somebody may want to look.
_MAY_BE_OURS: Final = {WhyMissing.NO_ROOM, WhyMissing.GONE}
_NOT_WANTED: Final = Result(outcome=Outcome.DEAD, error="superseded")
_DONE: Final = Result(outcome=Outcome.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFiles:
    """Does what a row about a file asks for, once. most_bytes: what all files together may take; transcriber: None if none is set."""

    store: Store
    storage: FileStorage
    media: Media
    http: Http
    most_bytes: int
    transcriber: Transcriber | None
    log: Log

    def run(self, row: OutboxRow) -> Result:
        """Make one attempt with a row of channel STORAGE. Errors of Supabase, Meta and the transcriber are Results."""
        try:
            match row.content:
                case Content.STORE:
                    return self._store(row)
                case Content.REMOVE:
                    return self._remove(row)
                case _:
                    return self._transcribe(row)
        except StoreError as error:
            return Result(outcome=Outcome.RETRY, error=str(error))

    def upload(self, file: StoredFile, attempts: int) -> str:
        """The id of a technician's file at Meta, which gets it if it does not have it. Raises MediaRefused, StoreError.

        attempts: how often its row has been tried, this attempt included.
        """
        if file.media_id:
            return file.media_id
        try:
            with closing(self._open(file)) as content:
                reader = reader_of(content.chunks, content.size)
                media_id = self.media.upload(reader, file.filename or "", file.mime_type or "", attempts)
        except NoSuchFile as error:
            raise MediaRefused(Result(outcome=Outcome.DEAD, error=str(error))) from None
        except MediaDiffers as error:  # however often it is read
            raise MediaRefused(Result(outcome=Outcome.DEAD, error=f"storage {error}")) from None
        except MediaError as error:
            raise MediaRefused(Result(outcome=Outcome.RETRY, error=f"storage {error}")) from None
        self.store.record_uploaded(file.object or "", media_id)
        return media_id

    def _store(self, row: OutboxRow) -> Result:
        """Nothing is stored before there is room for it, and its ticket has it only once it is there."""
        if row.record is None:
            return _NOT_WANTED
        file = parse(StoredFile, row.record)
        if file.stored:
            return _DONE
        try:
            with closing(
                self.media.open(file.media_id or "", file.sha256, MAX_FILE_BYTES, _SECONDS)
            ) as content:
                match self.store.reserve_file(file.object or "", content.size, self.most_bytes):
                    case Reservation.NO_ROOM:
                        return self._missing(row, WhyMissing.NO_ROOM)
                    case Reservation.GONE:
                        return _NOT_WANTED
                    case Reservation.STORED:
                        return _DONE
                length = VoiceLength()
                chunks = length.watch(content.chunks) if file.kind is AttachmentKind.VOICE else content.chunks
                reader = reader_of(chunks, content.size)
                self.storage.put(file.object or "", reader, safe_type(file.mime_type))
        except (MediaTooLarge, FileTooLarge):
            return self._missing(row, WhyMissing.TOO_LARGE)
        except MediaDiffers:
            return self._missing(row, WhyMissing.DIFFERENT)
        except MediaGone as error:
            if row.attempts < _GONE_ATTEMPTS:
                return Result(outcome=Outcome.RETRY, error=f"media {error}")
            return self._missing(row, WhyMissing.GONE)
        except MediaError as error:
            return Result(outcome=Outcome.RETRY, error=f"media {error}")
        self.store.record_stored(file.object or "", length.seconds, transcribe=self.transcriber is not None)
        return _DONE

    def _missing(self, row: OutboxRow, why: WhyMissing) -> Result:
        """Its ticket says why. For the row there is no more to do."""
        self.store.record_missing(row.object or "", why, row.attempts)
        severity = Severity.WARNING if why in _MAY_BE_OURS else Severity.INFO
        self.log.write("file_not_kept", severity, outbox=row.id, why=why)
        return _DONE

    def _remove(self, row: OutboxRow) -> Result:
        if row.record is None or row.record.get("wanted") is not False:
            return _NOT_WANTED
        self.storage.remove(row.object or "")
        return _DONE

    def _transcribe(self, row: OutboxRow) -> Result:
        if row.record is None or self.transcriber is None:
            return _NOT_WANTED
        file = parse(StoredFile, row.record)
        try:
            with closing(self._open(file)) as content:
                words = self.transcriber.words(content, safe_type(file.mime_type))
        except NoSuchFile:
            return _NOT_WANTED
        except MediaDiffers as error:
            return Result(outcome=Outcome.DEAD, error=f"storage {error}")
        except MediaError as error:
            return Result(outcome=Outcome.RETRY, error=f"storage {error}")
        except TranscriptError as error:
            outcome = Outcome.DEAD if error.is_final else Outcome.RETRY
            return Result(outcome=outcome, error=f"transcriber {error}")
        self.store.record_transcript(file.object or "", clean(words).strip())
        return _DONE

    def _open(self, file: StoredFile) -> Download:
        """Raises NoSuchFile, StoreUnavailable, MediaError."""
        link = self.storage.link(file.object or "")
        return download(
            self.http, link, {}, sha256=file.sha256, max_bytes=MAX_FILE_BYTES, max_seconds=_SECONDS
        )
