"""The wiring: builds every part of the function once from the settings, and routes each path to its handler."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from threading import BoundedSemaphore
from typing import Final

import certifi
from flask import Request, Response

from channels.http import Http, HttpxClient
from channels.resend_email import Resend
from channels.resend_receiving import ReceivedMails
from channels.transcriber import Transcriber
from channels.whatsapp import WhatsApp
from channels.whatsapp_media import Media
from handlers.answer_address import AnswerAddresses
from handlers.customer_messages import CustomerMessages
from handlers.daemon_threads import DaemonThreads
from handlers.delivery_status import DeliveryStatusHandler
from handlers.desk_links import DeskLinks
from handlers.desk_opening import DeskOpening, cached_number
from handlers.desk_pages import DeskPages
from handlers.health import Health
from handlers.log import Log
from handlers.long_form import FormCutOff, FormTooLong, read_long_form
from handlers.lost_answers import LostAnswers
from handlers.mail_webhook import MailWebhook
from handlers.mark_flusher import MARK, MAX_FLUSHES
from handlers.operator_mail import MAX_MAILS, OPERATOR_MAIL, OperatorMail
from handlers.outbox_sender import MAX_THREADS, OutboxSender
from handlers.people import People
from handlers.process_message import MessageProcessor
from handlers.receipts import MAX_RECEIPTS, RECEIPT, Receipts
from handlers.received_mail.inbox import MailInbox
from handlers.received_mail.mailed_answers import MailedAnswers
from handlers.render_notification import NotificationRenderer
from handlers.render_turn import TurnRenderer
from handlers.responses import plain
from handlers.sent_marks import SentMarks
from handlers.settings import Settings
from handlers.signed_files import SignedFiles
from handlers.signed_links import SignedLinks
from handlers.stored_files import StoredFiles
from handlers.sweep import Sweep
from handlers.sweep_clock import SweepClock
from handlers.technician_mails import TechnicianMails
from handlers.technician_pages import Pages
from handlers.ticker import Ticker
from handlers.ticket_files import TicketFiles
from handlers.unshown_questions import UnshownQuestions
from handlers.waiting_replies import MAX_LEASING, WAITING, WaitingReplies
from handlers.webhook import Webhook
from state.store.client import Store
from state.store.files import FileStorage
from state.store.lru import ConversationCache, Lru, RecentKeys

_MAX_LOST_COMMITS: Final = 1024
_MAX_MAILED_LINKS: Final = 1024
_MAX_LOST_ANSWERS: Final = 1024
_MAX_BYTES: Final = 3 * 1024 * 1024  # Meta: payloads up to 3 MB
_MAX_STORE_ANSWER: Final = 8 * 1024 * 1024  # eight e-mails of 500 tickets each have 2 MB
# Bodies beyond this length are rare, and few are in memory at once, whoever sends them: Meta delivers again what gets a 503.
_LONG_BYTES: Final = 128 * 1024
_MAX_LONG_BODIES: Final = 8
# The form of a ticket's page with files: 16 MB of them, and the rest. Its files are temporary ones, which on Cloud Run are memory, too.
_MAX_FORM_BYTES: Final = 17 * 1024 * 1024
_MAX_LONG_FORMS: Final = 2
_PAGES: Final = "/t/"
_TICKET_PAGE: Final = re.compile(r"/t/([^/]+)/?")
_TICKET_FILE: Final = re.compile(r"/t/([^/]+)/files/([0-9]{1,18})", re.ASCII)
_DESK_LINK: Final = re.compile(r"/desk/([^/]+)/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The whole application. Built without a network call, a thread or a socket: the server forks after import."""

    webhook: Webhook
    mail: MailWebhook
    sweep: Sweep
    clock: SweepClock | None
    health: Health
    pages: Pages
    desk: DeskPages
    threads: DaemonThreads
    long_bodies: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_MAX_LONG_BODIES))
    long_forms: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_MAX_LONG_FORMS))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "App":
        """Build the app from environment variables. Raises SettingsError if any is missing or wrong."""
        return cls.build(Settings.from_environment(environment))

    @classmethod
    def build(cls, settings: Settings) -> "App":
        log = Log(settings.link_signing_keys[0])
        tls = _tls()
        # A Supabase call that hits a dead connection is retried, so idle ones may be kept longer; a WhatsApp send must not be.
        supabase = HttpxClient(Http(tls, max_idle_seconds=30.0, max_answer=_MAX_STORE_ANSWER))
        store = Store(settings.supabase_url, settings.supabase_secret_key, supabase)
        whatsapp = WhatsApp(
            settings.graph_api_url,
            settings.graph_api_version,
            settings.whatsapp_phone_number_id,
            settings.whatsapp_access_token,
            Http(tls),
        )
        threads = DaemonThreads(
            {
                **MAX_THREADS,
                RECEIPT: MAX_RECEIPTS,
                MARK: MAX_FLUSHES,
                WAITING: MAX_LEASING,
                OPERATOR_MAIL: MAX_MAILS,
            }
        )
        ticker = Ticker(threads, log)
        recent = RecentKeys()
        marks = SentMarks()
        media = Media(
            settings.graph_api_url,
            settings.graph_api_version,
            settings.whatsapp_phone_number_id,
            settings.whatsapp_access_token,
            Http(tls),
        )
        storage = FileStorage(settings.supabase_url, settings.supabase_secret_key, HttpxClient(Http(tls)))
        links = SignedLinks(settings.public_url, settings.link_signing_keys)
        desk_links = DeskLinks(settings.public_url, settings.link_signing_keys)
        people = People(technicians=settings.technicians)
        answers = AnswerAddresses(settings.answer_domain, settings.link_signing_keys)
        notifications = NotificationRenderer(
            settings=settings, people=people, links=links, desk_links=desk_links, answers=answers
        )
        mail_http = Http(tls)
        resend = Resend(settings.resend_api_key, media, mail_http)
        files = StoredFiles(
            store=store,
            storage=storage,
            media=media,
            http=Http(tls),
            most_bytes=settings.stored_bytes,
            transcriber=Transcriber(settings.transcribe_url, settings.transcribe_key, Http(tls))
            if settings.transcribe_url
            else None,
            log=log,
        )
        sender = OutboxSender(
            store=store,
            whatsapp=whatsapp,
            mails=TechnicianMails(renderer=notifications, resend=resend, log=log),
            files=files,
            answers=MailedAnswers(
                settings=settings,
                people=people,
                addresses=answers,
                store=store,
                storage=storage,
                mails=ReceivedMails(settings.resend_api_key, mail_http),
                log=log,
            ),
            notifications=notifications,
            threads=threads,
            ticker=ticker,
            marks=marks,
            log=log,
        )
        operator = OperatorMail(settings=settings, store=store, resend=resend, threads=threads, log=log)
        lost_answers = LostAnswers(_MAX_LOST_ANSWERS)
        renderer = TurnRenderer(settings=settings)
        processor = MessageProcessor(
            store=store,
            cache=ConversationCache(settings.conversation_cache_size),
            lost_commits=Lru(_MAX_LOST_COMMITS),
            marks=marks,
            renderer=renderer,
            log=log,
            default_language=settings.default_language,
            now=_now,
            channels=sender.channels,
            bubbles_a_day=settings.bubbles_a_day,
        )
        sweep = Sweep(
            store=store,
            sender=sender,
            threads=threads,
            unshown=UnshownQuestions(
                store=store,
                renderer=renderer,
                log=log,
                default_language=settings.default_language,
                now=_now,
            ),
            operator=operator,
            log=log,
        )
        receipts = Receipts(whatsapp=whatsapp, threads=threads, ticker=ticker, log=log, recent=RecentKeys())
        return cls(
            webhook=Webhook(
                settings=settings,
                store=store,
                messages=CustomerMessages(
                    processor=processor,
                    sender=sender,
                    receipts=receipts,
                    threads=threads,
                    log=log,
                    recent=recent,
                    waiting=WaitingReplies(
                        store=store, sender=sender, threads=threads, ticker=ticker, log=log
                    ),
                ),
                statuses=DeliveryStatusHandler(store=store, sender=sender, log=log, recent=recent),
                sender=sender,
                operator=operator,
                log=log,
                recent=recent,
            ),
            mail=MailWebhook(
                settings=settings,
                people=people,
                store=store,
                inbox=MailInbox(
                    addresses=answers if settings.answer_domain else None,
                    people=people,
                    store=store,
                    sender=sender,
                    log=log,
                ),
                log=log,
            ),
            sweep=sweep,
            clock=SweepClock(sweep=sweep, every=settings.sweep_every_seconds, log=log)
            if settings.sweep_every_seconds
            else None,
            health=Health(settings=settings, store=store),
            pages=Pages(
                settings=settings,
                people=people,
                links=links,
                desk=desk_links,
                store=store,
                files=TicketFiles(storage),
                storage=storage,
                signed_files=SignedFiles(settings.link_signing_keys),
                mailed_links=Lru(_MAX_MAILED_LINKS),
                lost_answers=lost_answers,
                sender=sender,
                log=log,
            ),
            desk=DeskPages(
                settings=settings,
                people=people,
                links=desk_links,
                tickets=links,
                store=store,
                sender=sender,
                opening=DeskOpening(
                    settings=settings,
                    people=people,
                    path=desk_links.root,
                    tickets=links,
                    store=store,
                    sender=sender,
                    own_number=cached_number(whatsapp.own_number),
                    lost_answers=lost_answers,
                    log=log,
                ),
                mailed_links=Lru(_MAX_MAILED_LINKS),
                log=log,
            ),
            threads=threads,
        )

    def answer_webhook(self, request: Request) -> Response:
        """Handle a request to the public service."""
        if self.clock is not None:
            self.clock.start()
        if not _is_long(request):
            return self._route(request)
        if request.method == "POST" and (page := _TICKET_PAGE.fullmatch(request.path)):
            return _leaving_the_rest(self._answer_long_form(request, page[1]))
        if not self.long_bodies.acquire(blocking=False):
            return _unread("busy", 503)
        try:
            return self._route(request)
        finally:
            self.long_bodies.release()

    def _answer_long_form(self, request: Request, token: str) -> Response:
        """Handle the form of a ticket's page that may bring files. Nothing of it is read before its sender is known."""
        now = _now()
        if refused := self.pages.refuse_unread(request, token, now):
            return refused
        most = _MAX_FORM_BYTES if request.mimetype == "multipart/form-data" else _MAX_BYTES
        if (request.content_length or 0) > most:
            return self.pages.too_long()
        if not self.long_forms.acquire(blocking=False):
            return self.pages.busy()
        try:
            with read_long_form(request, most):
                return self.pages.ticket(request, token, now)
        except FormTooLong:
            return self.pages.too_long()
        except FormCutOff:
            return self.pages.cut_off()
        finally:
            self.long_forms.release()

    def _route(self, request: Request) -> Response:
        if not _fits(request):
            return _unread("too long", 413)
        if request.path == "/":
            match request.method:
                case "GET":
                    return self.webhook.verify(request)
                case "POST":
                    return self.webhook.receive(request)
            return _not_allowed("GET, POST")
        if page := _TICKET_PAGE.fullmatch(request.path):
            if request.method in {"GET", "HEAD", "POST"}:
                return self.pages.ticket(request, page[1], _now())
            return _not_allowed("GET, POST")
        if file := _TICKET_FILE.fullmatch(request.path):
            if request.method in {"GET", "HEAD"}:
                return self.pages.file(request, file[1], int(file[2]), _now())
            return _not_allowed("GET")
        if request.path in {"/desk", "/desk/"}:
            if request.method in {"GET", "HEAD", "POST"}:
                return self.desk.desk(request, _now())
            return _not_allowed("GET, POST")
        if link := _DESK_LINK.fullmatch(request.path):
            if request.method in {"GET", "HEAD", "POST"}:
                return self.desk.link(request, link[1], _now())
            return _not_allowed("GET, POST")
        if f"{request.path}/".startswith(_PAGES):
            return self.pages.nothing_here()
        if request.path == "/mail":
            return self.mail.receive(request) if request.method == "POST" else _not_allowed("POST")
        if request.path == "/sweep":
            return self._sweep_for_bearer(request)
        return self._health(request)

    def _sweep_for_bearer(self, request: Request) -> Response:
        """The sweep, for whoever has SWEEP_TOKEN: another host's cron, or the database."""
        if refused := self.health.refuse(request):
            return refused
        return self.sweep.answer() if request.method == "POST" else _not_allowed("POST")

    def _health(self, request: Request) -> Response:
        if request.path not in {"/health", "/health/deep"}:
            return plain("nothing here", 404)
        if request.method not in {"GET", "HEAD"}:
            return _not_allowed("GET")
        return self.health.deep(request) if request.path == "/health/deep" else self.health.shallow()

    def answer_sweep(self, request: Request) -> Response:
        """Handle a request to the private service, which the platform opens to the scheduler only."""
        if request.path == "/":
            return self.sweep.answer() if request.method == "POST" else _not_allowed("POST")
        return self._health(request)


def _is_long(request: Request) -> bool:
    """True if the body may have more than a few messages: by its length, or because it says none."""
    return (request.content_length or 0) > _LONG_BYTES or "Transfer-Encoding" in request.headers


def _unread(text: str, status: int) -> Response:
    """A response to a body that is not read. Streamed, or functions-framework would read the rest of it first."""
    return Response(iter((text,)), status=status, mimetype="text/plain")


def _leaving_the_rest(answer: Response) -> Response:
    """The same, streamed, so that functions-framework does not read what is left of the body: see `_unread`."""
    answer.response = iter((answer.get_data(),))
    return answer


def _fits(request: Request) -> bool:
    """Read the body within the limit; otherwise functions-framework would read it later without one."""
    request.max_content_length = _MAX_BYTES + 1  # where a body without a Content-Length is cut off
    return (request.content_length or 0) <= _MAX_BYTES and len(request.get_data()) <= _MAX_BYTES


def _not_allowed(allowed: str) -> Response:
    answer = plain("not allowed", 405)
    answer.headers["Allow"] = allowed
    return answer


@cache
def _tls() -> ssl.SSLContext:
    """One TLS context for the whole process: loading all root certificates takes 30 ms."""
    return ssl.create_default_context(cafile=certifi.where())


def _now() -> datetime:
    return datetime.now(UTC)
