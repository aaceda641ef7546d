"""The wiring: builds every part of the function once from the settings, and routes each path to its handler."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

import certifi
from flask import Request, Response, jsonify

from channels.http import Http, HttpxClient
from channels.resend_email import Resend
from channels.whatsapp import WhatsApp
from channels.whatsapp_media import Media
from handlers.customer_messages import CustomerMessages
from handlers.daemon_threads import DaemonThreads
from handlers.delivery_status import DeliveryStatusHandler
from handlers.fresh_links import FreshLinks
from handlers.log import Log
from handlers.mark_flusher import MARK, MAX_FLUSHES
from handlers.outbox_sender import MAX_THREADS, OutboxSender
from handlers.process_message import MessageProcessor
from handlers.receipts import MAX_RECEIPTS, RECEIPT, Receipts
from handlers.render_notification import NotificationRenderer
from handlers.render_turn import TurnRenderer
from handlers.responses import plain
from handlers.sent_marks import SentMarks
from handlers.settings import Settings
from handlers.signed_links import SignedLinks
from handlers.sweep import Sweep
from handlers.technician_pages import Pages
from handlers.ticker import Ticker
from handlers.unshown_questions import UnshownQuestions
from handlers.webhook import Webhook
from state.store.client import Store
from state.store.lru import ConversationCache, Lru, RecentKeys

VERSION: Final = "0.1.0"
_MAX_LOST_COMMITS: Final = 1024
_MAX_BYTES: Final = 3 * 1024 * 1024  # Meta: payloads up to 3 MB
_TICKET_PAGE: Final = re.compile(r"/t/([^/]+)/?")
_TICKET_FILE: Final = re.compile(r"/t/([^/]+)/files/([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The whole application. Built without a network call, a thread or a socket: the server forks after import."""

    webhook: Webhook
    sweep: Sweep
    pages: Pages
    threads: DaemonThreads

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "App":
        """Build the app from environment variables. Raises SettingsError if any is missing or wrong."""
        return cls.build(Settings.from_environment(environment))

    @classmethod
    def build(cls, settings: Settings) -> "App":
        log = Log(settings.link_signing_keys[0])
        tls = _tls()
        # A Supabase call that hits a dead connection is retried, so idle ones may be kept longer; a WhatsApp send must not be.
        supabase = HttpxClient(Http(tls, max_idle_seconds=30.0))
        store = Store(settings.supabase_url, settings.supabase_secret_key, supabase)
        whatsapp = WhatsApp(
            settings.graph_api_url,
            settings.graph_api_version,
            settings.whatsapp_phone_number_id,
            settings.whatsapp_access_token,
            Http(tls),
        )
        threads = DaemonThreads({**MAX_THREADS, RECEIPT: MAX_RECEIPTS, MARK: MAX_FLUSHES})
        ticker = Ticker(threads, log)
        recent = RecentKeys()
        marks = SentMarks(recent)
        media = Media(
            settings.graph_api_url, settings.graph_api_version, settings.whatsapp_access_token, Http(tls)
        )
        links = SignedLinks(settings.public_url, settings.link_signing_keys)
        sender = OutboxSender(
            store=store,
            whatsapp=whatsapp,
            resend=Resend(settings.resend_api_key, media, Http(tls)),
            notifications=NotificationRenderer(settings=settings, links=links),
            threads=threads,
            ticker=ticker,
            marks=marks,
            log=log,
            recent=recent,
        )
        renderer = TurnRenderer(settings=settings, links=links)
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
                ),
                statuses=DeliveryStatusHandler(store=store, sender=sender, log=log, recent=recent),
                sender=sender,
                log=log,
                recent=recent,
            ),
            sweep=Sweep(
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
                log=log,
            ),
            pages=Pages(
                settings=settings,
                links=links,
                store=store,
                media=media,
                fresh_links=FreshLinks(store=store, log=log, recent=RecentKeys()),
                log=log,
            ),
            threads=threads,
        )

    def answer_webhook(self, request: Request) -> Response:
        """Handle a request to the public service."""
        if not _fits(request):
            # Streamed, or functions-framework would read the rest of the body before it sends the response.
            return Response(iter(("too long",)), status=413, mimetype="text/plain")
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
        return _health(request)

    def answer_sweep(self, request: Request) -> Response:
        """Handle a request to the private service, which the platform opens to the scheduler only."""
        if request.path == "/":
            return self.sweep.run() if request.method == "POST" else _not_allowed("POST")
        return _health(request)


def _fits(request: Request) -> bool:
    """Read the body within the limit; otherwise functions-framework would read it later without one."""
    request.max_content_length = _MAX_BYTES + 1  # where a body without a Content-Length is cut off
    return (request.content_length or 0) <= _MAX_BYTES and len(request.get_data()) <= _MAX_BYTES


def _health(request: Request) -> Response:
    if request.path != "/health":
        return plain("nothing here", 404)
    if request.method not in {"GET", "HEAD"}:
        return _not_allowed("GET")
    return jsonify({"status": "ok", "version": VERSION})


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
