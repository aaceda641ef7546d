"""Files of customers are fetched from Meta and stored, once, and removed when nobody wants them any more."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest

import handlers.stored_files
from channels.download import Download
from emulator import Json
from emulator.meta.customer import Customer
from emulator.supabase import storage_api
from handlers.outbox_sender import MAX_THREADS
from state.model.outbox_row import Channel, Outcome, Result
from state.store.client import Store, new_lease
from state.store.files import BUCKET, FileStorage
from state.store.rows import Reservation
from tests.support.builders import at_once
from tests.support.function import ANA, Service, World, settle
from tests.support.technician import read_the_mail
from tests.support.voice_notes import ogg

PHOTO = b"\xff\xd8\xff a photo"
LARGE = bytes(range(250)) * 4000  # of several chunks


def a_file(service: Service, content: bytes = PHOTO, mime_type: str = "image/jpeg") -> Json:
    """A message of Ana with a file that Meta has."""
    media_id = service.graph.media.put(content, mime_type)
    return ANA.image(content, media_id=media_id, caption="así queda")


def send(service: Service, *messages: Json) -> None:
    for message in messages:
        assert service.post(ANA.webhook(message)).status_code == 200
        settle()


def opened_with(service: Service, *messages: Json) -> None:
    """A ticket of Ana that these files came with."""
    service.say("mi impresora no imprime y se traba")
    settle()
    send(service, *messages)
    service.press("yes")
    settle()


def attachments(world: World) -> list[dict[str, Any]]:
    return world.rows("select * from attachments where object is not null order by id")


def objects(world: World) -> dict[str, bytes]:
    storage = world.supabase.storage
    return {path: storage.content(BUCKET, path) for path in storage.objects(BUCKET)}


def uploads(world: World) -> list[int]:
    """How often each object was uploaded."""
    return sorted(world.supabase.storage.uploads.values())


class TestStored:
    def test_what_came_with_a_report_is_stored_within_the_turn(self, world: World, service: Service) -> None:
        opened_with(service, a_file(service), a_file(service, LARGE))
        photo, large = attachments(world)
        (code,) = world.column("select code from tickets")
        assert photo["object"].startswith(f"{code}/")
        assert objects(world) == {photo["object"]: PHOTO, large["object"]: LARGE}
        for file, content in ((photo, PHOTO), (large, LARGE)):
            assert (file["bytes"], file["missing"]) == (len(content), None)
            assert file["stored_at"] is not None
        assert ("storage", "sent", 1) in world.outbox()

    def test_what_follows_is_stored_too(self, world: World, service: Service) -> None:
        opened_with(service)
        send(service, a_file(service))
        (file,) = attachments(world)
        assert objects(world) == {file["object"]: PHOTO}

    def test_a_line_with_nothing_to_store_costs_no_call_more(self, world: World, service: Service) -> None:
        opened_with(service)
        world.forget()
        service.say("sigue igual")
        settle()
        assert set(world.supabase.calls()) <= {
            "load_conversation",
            "commit_turn",
            "mark_sent",
            "lease_waiting",
        }

    def test_the_reply_waits_for_no_file(self, world: World, service: Service) -> None:
        opened_with(service)
        world.forget()
        world.graph.faults.delay(2.0, path="/whatsapp_business/")
        before = len(world.graph.messages)
        assert service.post(ANA.webhook(a_file(service))).status_code == 200
        assert len(world.graph.messages) == before + 1
        assert objects(world) == {}

    def test_the_sweep_stores_what_the_thread_did_not(self, world: World, service: Service) -> None:
        service.fill_threads(Channel.STORAGE)
        opened_with(service, a_file(service))
        assert objects(world) == {}
        assert world.swept() == {"sent": 1}
        (file,) = attachments(world)
        assert objects(world) == {file["object"]: PHOTO}

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("image/jpeg", "image/jpeg"),
            ("audio/ogg; codecs=opus", "audio/ogg"),
            ("application/pdf", "application/pdf"),
            ("text/html", "application/octet-stream"),
            ("image/svg+xml", "application/octet-stream"),
        ],
    )
    def test_the_type_is_ours(self, world: World, service: Service, said: str, kept: str) -> None:
        message = ANA.document(PHOTO, media_id=service.graph.media.put(PHOTO, said))
        message["document"]["mime_type"] = said
        opened_with(service, message)
        (stored,) = world.supabase.storage.objects(BUCKET).values()
        assert stored.content_type == kept

    def test_a_message_that_comes_twice(self, world: World, service: Service) -> None:
        opened_with(service)
        photo = a_file(service)
        send(service, photo)
        send(world.start(), photo)
        assert len(attachments(world)) == 1
        assert uploads(world) == [1]

    def test_a_place_is_no_file(self, world: World, service: Service) -> None:
        opened_with(service, ANA.location(-34.6037, -58.3816, "Oficina"))
        assert world.column("select object from attachments") == [None]
        assert world.column("select count(*) from outbox where channel = 'storage'") == [0]

    def test_how_long_a_voice_note_is(self, world: World, service: Service) -> None:
        note = ogg(seconds=42.4)
        voice = ANA.voice(note, media_id=service.graph.media.put(note, "audio/ogg"))
        opened_with(service, voice)
        (file,) = attachments(world)
        assert file["seconds"] == pytest.approx(42.4)
        technician = read_the_mail(world, service)
        assert "Nota de voz (0:42)" in technician.shown().text


class TestNotStored:
    """The ticket says why; the row has done what can be done, and nobody is called for it."""

    def why(self, world: World) -> str:
        (file,) = attachments(world)
        assert (file["stored_at"], file["bytes"]) == (None, None)
        assert objects(world) == {}
        assert set(world.column("select status from outbox where content = 'store' order by id")) == {"sent"}
        assert world.log("dead_letter") == []
        return str(file["missing"])

    def test_meta_has_it_no_more(self, world: World, service: Service) -> None:
        """Which it may say for a moment of a file that it has just got."""
        opened_with(service, ANA.image(PHOTO, media_id="99999999"))
        assert world.column("select status from outbox where content = 'store'") == ["ready"]
        for _ in range(5):
            world.make_due()
            world.sweep()
        assert self.why(world) == "gone"

    def test_it_is_not_what_was_sent(self, world: World, service: Service) -> None:
        media_id = service.graph.media.put(b"something else", "image/jpeg")
        opened_with(service, ANA.image(PHOTO, media_id=media_id))
        assert self.why(world) == "different"

    def test_a_large_one_that_is_not_what_was_sent(self, world: World, service: Service) -> None:
        """It has been sent to Storage but for its end when we know."""
        media_id = service.graph.media.put(b"x" * len(LARGE), "image/jpeg")
        opened_with(service, ANA.image(LARGE, media_id=media_id))
        assert self.why(world) == "different"

    def test_it_is_too_large(self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(handlers.stored_files, "MAX_FILE_BYTES", len(LARGE) - 1)
        opened_with(service, a_file(service, LARGE))
        assert self.why(world) == "too_large"

    def test_storage_says_that_it_is_too_large(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(storage_api, "PROJECT_FILE_SIZE_LIMIT", 10)
        opened_with(service, a_file(service, LARGE))
        assert self.why(world) == "too_large"

    def test_there_is_no_room(self, world: World) -> None:
        opened_with(world.start(STORED_MEGABYTES="0"), a_file(world.start()))
        assert self.why(world) == "no_room"
        assert [line["severity"] for line in world.log("file_not_kept")] == ["WARNING"]


class TestTriedAgain:
    @pytest.mark.parametrize("path", ["/storage/", "reserve_file", "record_stored"])
    @pytest.mark.parametrize("fault", ["down", "error", "error_after_effect"])
    def test_supabase_fails(self, world: World, service: Service, path: str, fault: str) -> None:
        if fault == "error":
            world.supabase.faults.error("InternalError", 503, path=path)
        else:
            getattr(world.supabase.faults, fault)(path=path)
        opened_with(service, a_file(service))
        assert ("storage", "ready", 1) in world.outbox()
        world.supabase.faults.clear()
        world.make_due()
        world.sweep()
        (file,) = attachments(world)
        assert file["stored_at"] is not None
        assert objects(world) == {file["object"]: PHOTO}

    @pytest.mark.parametrize("path", ["whatsapp_business", "/v25.0/1"])
    @pytest.mark.parametrize("down", [True, False])
    def test_meta_fails(self, world: World, service: Service, path: str, down: bool) -> None:
        opened_with(service)
        world.forget()
        if down:
            world.graph.faults.down(path=path)
        else:
            world.graph.faults.error(2, 503, path=path)
        send(service, a_file(service))
        assert ("storage", "ready", 1) in world.outbox()
        world.graph.faults.clear()
        world.make_due()
        world.sweep()
        assert list(objects(world).values()) == [PHOTO]

    def test_for_the_week_that_meta_keeps_it_and_no_longer(self, world: World, service: Service) -> None:
        world.supabase.faults.error("InternalError", 503, path="/storage/")
        opened_with(service, a_file(service))
        world.rows("update outbox set attempts = 99 where content = 'store'")
        world.make_due()
        world.sweep()
        assert world.column("select missing from attachments") == ["failed"]
        assert len(world.log("dead_letter")) == 1
        # It may be there all the same.
        assert world.column("select count(*) from outbox where content = 'remove'") == [2]

    @pytest.mark.parametrize("missing", ["gone", "no_room", "failed"])
    def test_what_could_not_be_kept_is_fetched_again_once_that_is_mended(
        self, world: World, service: Service, missing: str
    ) -> None:
        opened_with(service, a_file(service))
        settle()
        world.supabase.storage.clear()
        world.rows("update attachments set missing = %s, stored_at = null, bytes = null", missing)
        assert world.column("select refetch_files()") == [1]
        assert world.column("select missing from attachments") == [None]
        assert world.column("select refetch_files()") == [0]
        world.sweep()
        assert list(objects(world).values()) == [PHOTO]
        assert world.column("select stored_at is not null from attachments") == [True]

    @pytest.mark.parametrize(
        "why_not",
        [
            "missing = 'too_large'",
            "missing = 'removed'",
            "missing = 'gone', created_at = now() - interval '8 days'",
        ],
    )
    def test_what_meta_has_no_more_is_not(self, world: World, service: Service, why_not: str) -> None:
        opened_with(service, a_file(service))
        settle()
        world.rows(f"update attachments set stored_at = null, bytes = null, {why_not}")
        assert world.column("select refetch_files()") == [0]

    def test_the_operator_tries_once_more(self, world: World, service: Service) -> None:
        """What was to remove it removes nothing then."""
        self.test_for_the_week_that_meta_keeps_it_and_no_longer(world, service)
        world.supabase.faults.clear()
        world.rows("select retry_outbox(id) from outbox where content = 'store'")
        for _ in range(4):
            world.sweep()
            world.make_due()
        (file,) = attachments(world)
        assert (file["missing"], file["bytes"]) == (None, len(PHOTO))
        assert objects(world) == {file["object"]: PHOTO}


class TestRemoved:
    def remove_later(self, world: World) -> None:
        for _ in range(3):
            world.make_due()
            assert world.sweep().status_code == 200

    @pytest.mark.parametrize("stored", [True, False], ids=["stored", "not yet"])
    def test_with_the_person(self, world: World, service: Service, stored: bool) -> None:
        if not stored:
            service.fill_threads(Channel.STORAGE)
        opened_with(service, a_file(service), a_file(service, LARGE))
        world.rows("select erase_person(id) from customers")
        self.remove_later(world)
        assert objects(world) == {}
        assert attachments(world) == []
        assert set(world.column("select status from outbox where channel = 'storage' order by id")) <= {
            "sent",
            "dead",
        }

    def test_with_the_message(self, world: World, service: Service) -> None:
        opened_with(service)
        kept, deleted = a_file(service), a_file(service, LARGE)
        send(service, kept, deleted)
        send(service, ANA.revoke(deleted["id"]))
        self.remove_later(world)
        assert list(objects(world).values()) == [PHOTO]

    def test_with_the_ticket(self, world: World, service: Service) -> None:
        """Which somebody deletes in Supabase Studio."""
        opened_with(service, a_file(service))
        world.rows("delete from tickets")
        self.remove_later(world)
        assert objects(world) == {}

    def test_nothing_personal_is_left_in_the_rows(self, world: World, service: Service) -> None:
        opened_with(service, a_file(service))
        world.rows("select erase_person(id) from customers")
        self.remove_later(world)
        left = str(world.rows("select * from outbox where channel = 'storage' order by id"))
        for personal in (str(ANA.wa_id), str(ANA.user_id), "wamid.", "así queda"):
            assert personal not in left

    def test_while_it_is_being_stored(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who is erased in the middle of an upload is erased: the row behind it in its lane removes the file."""
        put = FileStorage.put

        def put_and_erase(*given: Any) -> None:
            put(*given)
            world.rows("select erase_person(id) from customers")

        monkeypatch.setattr(FileStorage, "put", put_and_erase)
        opened_with(service, a_file(service))
        assert uploads(world) == [1]
        self.remove_later(world)
        assert objects(world) == {}

    def test_an_instance_that_was_frozen_in_the_middle_of_it(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It wakes up when the file was removed, stores it, and dies: the second row removes it."""
        service.fill_threads(Channel.STORAGE)
        opened_with(service, a_file(service))
        claim = service.desk.sweep.store.claim(1, new_lease(), (Channel.STORAGE,))
        (row,) = claim.rows
        world.rows("select erase_person(id) from customers")
        world.rows("update outbox set next_at = now() - interval '1 s' where status = 'sending'")
        world.sweep()
        with monkeypatch.context() as patched:
            patched.setattr(Store, "record_stored", lambda *_, **__: pytest.fail("it is dead"))
            patched.setattr(Store, "reserve_file", lambda *_: Reservation.RESERVED)
            with pytest.raises(pytest.fail.Exception):
                service.desk.webhook.sender.files.run(row)
        assert list(objects(world).values()) == [PHOTO]
        self.remove_later(world)
        assert objects(world) == {}


class TestRoom:
    """One megabyte of it."""

    @pytest.fixture
    def service(self, world: World) -> Service:
        world.settings["STORED_MEGABYTES"] = "1"
        return world.start()

    def sent_by(self, world: World, service: Service, number: int, size: int) -> str:
        """A new customer opens a ticket with such a file. Returns its code."""
        somebody = Customer(wa_id=f"54911555502{number:02}", user_id=None, username=None)
        content = bytes([number]) * size
        service.say("mi impresora no imprime y se traba", somebody)
        settle()
        photo = somebody.image(content, media_id=service.graph.media.put(content, "image/jpeg"))
        assert service.post(somebody.webhook(photo)).status_code == 200
        settle()
        service.press("yes", somebody)
        settle()
        (code,) = world.column("select code from tickets order by id desc limit 1")
        return str(code)

    def test_the_oldest_files_of_closed_tickets_go_first(self, world: World, service: Service) -> None:
        codes = [self.sent_by(world, service, number, 200_000) for number in range(5)]
        world.rows("update tickets set status = 'closed' where code = any (%s)", codes[1:3])
        self.sent_by(world, service, 5, 200_000)
        missing = world.column("select missing from attachments order by id")
        assert missing == [None, "removed", None, None, None, None]
        self.sent_by(world, service, 6, 100_000)
        world.sweep()
        assert len(objects(world)) == 5
        (used,) = world.column("select (stored_files()->>'bytes')::bigint")
        assert used == sum(len(content) for content in objects(world).values()) <= 1024 * 1024

    def test_no_more_than_is_needed(self, world: World, service: Service) -> None:
        codes = [self.sent_by(world, service, number, 200_000) for number in range(5)]
        world.rows("update tickets set status = 'closed' where code = any (%s)", codes)
        self.sent_by(world, service, 5, 200_000)
        assert world.column("select count(*) from attachments where missing = 'removed'") == [1]

    def test_files_of_open_tickets_stay(self, world: World, service: Service) -> None:
        for number in range(5):
            self.sent_by(world, service, number, 200_000)
        self.sent_by(world, service, 5, 200_000)
        assert world.column("select missing from attachments order by id") == [None] * 5 + ["no_room"]

    def test_nobody_takes_all_of_it(self, world: World, service: Service) -> None:
        """A fifth at most, of all that is open."""
        opened_with(service, *(a_file(service, bytes([n]) * 60_000) for n in range(5)))
        missing = world.column("select missing from attachments order by id")
        assert (missing.count(None), missing.count("no_room")) == (3, 2)

    def fill(self, world: World, number: int) -> str:
        """Another ticket of Ana, with a file."""
        code, path = f"TK-0000-000{number}", f"x/{number}"
        world.rows(
            "insert into tickets (code, customer_id, wamid, summary, description, language) "
            "select %s, customer_id, %s, '', '', 'es' from tickets order by id desc limit 1",
            code,
            path,
        )
        world.rows(
            "insert into attachments (ticket_id, kind, object, media_id) "
            "select id, 'image', %s, '1' from tickets where code = %s",
            path,
            code,
        )
        return path

    def test_nobody_takes_all_of_it_by_closing_and_opening_again(
        self, world: World, service: Service
    ) -> None:
        """What is closed counts, but makes room for what is new, the oldest first; that of others does not."""
        self.sent_by(world, service, 0, 200_000)
        opened_with(service)
        store = service.desk.sweep.store
        for number in range(6):
            world.rows("update tickets set status = 'closed' where status <> 'closed'")
            path = self.fill(world, number)
            assert store.reserve_file(path, 100_000, 1024 * 1024) is Reservation.RESERVED
            store.record_stored(path, None, transcribe=False)
        world.rows("update tickets set status = 'open'")
        kept = world.column("select bytes is not null from attachments order by id")
        assert kept == [True, *[False] * 4, True, True]
        path = self.fill(world, 6)
        assert store.reserve_file(path, 100_000, 1024 * 1024) is Reservation.NO_ROOM

    def test_for_nothing_is_nothing_removed(self, world: World, service: Service) -> None:
        """Neither by the share of one customer nor by all."""
        opened_with(service)
        store = service.desk.sweep.store
        old, new = self.fill(world, 1), self.fill(world, 2)
        store.reserve_file(old, 100_000, 1024 * 1024)
        store.record_stored(old, None, transcribe=False)
        world.rows("update tickets set status = 'closed' where code = 'TK-0000-0001'")
        for number in range(5):
            self.sent_by(world, service, number, 180_000)
        assert store.reserve_file(new, 200_000, 1024 * 1024) is Reservation.NO_ROOM
        assert world.column("select count(*) from attachments where missing = 'removed'") == [0]

    def test_whose_customer_is_erased_meanwhile(self, world: World, service: Service) -> None:
        """The one has the file that is to be stored and wants the one that makes room for it; nobody waits for ever."""
        opened_with(service)
        store = service.desk.sweep.store
        old, new = self.fill(world, 1), self.fill(world, 2)
        store.reserve_file(old, 200_000, 1024 * 1024)
        store.record_stored(old, None, transcribe=False)
        world.rows("update tickets set status = 'closed' where code = 'TK-0000-0001'")
        deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
        before = world.column(deadlocks)
        with psycopg.connect(world.database_url) as eraser, ThreadPoolExecutor(1) as pool:
            eraser.execute("delete from attachments where object = %s", [new])
            reserved = pool.submit(store.reserve_file, new, 200_000, 1024 * 1024)
            while not reserved.done() and not world.rows("select 1 from pg_locks where not granted"):
                time.sleep(0.01)
            eraser.execute("delete from attachments where object = %s", [old])
            eraser.commit()
            assert reserved.result() is Reservation.GONE
        world.rows("select pg_stat_clear_snapshot()")
        assert world.column(deadlocks) == before

    def test_many_at_once(self, world: World, service: Service) -> None:
        """However many instances ask together."""
        for number in range(4):
            self.sent_by(world, service, number, 200_000)
        world.rows(
            "insert into attachments (ticket_id, kind, object, media_id) "
            "select t.id, 'image', 'x/' || t.id || '/' || n, '1' from tickets t, generate_series(1, 8) n"
        )
        waiting = world.column("select object from attachments where bytes is null order by id")
        store = service.desk.sweep.store
        at_once(16, lambda n: store.reserve_file(waiting[n], 10_000, 1024 * 1024))
        (used,) = world.column("select (stored_files()->>'bytes')::bigint")
        assert used <= 1024 * 1024


class TestTranscript:
    @dataclass
    class Hears:
        """A transcription service."""

        said: str

        def words(self, voice: Download, mime_type: str) -> str:
            b"".join(voice.chunks)
            return self.said

    def transcribe(self, world: World, service: Service, said: str) -> Result:
        opened_with(service, a_file(service))
        world.rows(
            "insert into outbox (dedup_key, lane, channel, content, object) "
            "select 'transcribe/x', 'transcribe:x', 'storage', 'transcribe', object from attachments"
        )
        (row,) = service.desk.sweep.store.claim(1, new_lease(), (Channel.STORAGE,)).rows
        transcriber: Any = self.Hears(said)
        return replace(service.desk.webhook.sender.files, transcriber=transcriber).run(row)

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("no \x00prende", "no prende"),
            ("no \ud800", "no \ufffd"),
            ("a\u202eb\r\nc ", "ab\nc"),
            ("\x00", ""),
        ],
    )
    def test_what_no_text_contains(self, world: World, service: Service, said: str, kept: str) -> None:
        assert self.transcribe(world, service, said).outcome is Outcome.SENT
        assert world.column("select transcript from attachments") == [kept]


class TestFlood:
    def test_storage_that_hangs_holds_up_no_reply(self, world: World, service: Service) -> None:
        """However many photos come: a few threads wait for it, and the sweep has the rest."""
        opened_with(service)
        world.forget()
        world.supabase.faults.delay(3.0, path="/storage/")
        before = len(world.graph.messages)
        for number in range(20):
            somebody = Customer(wa_id=f"54911555503{number:02}", user_id=None, username=None)
            assert service.post(somebody.webhook(somebody.text("hola"))).status_code == 200
            assert service.post(ANA.webhook(a_file(service, bytes([number]) * 100))).status_code == 200
        assert len(world.graph.messages) >= before + 20
        (leased,) = world.column("select count(*) from outbox where content = 'store' and status = 'sending'")
        assert leased <= MAX_THREADS[Channel.STORAGE]
        settle()
        world.supabase.faults.clear()
        world.make_due()
        world.sweep()
        assert len(objects(world)) == 20

    def test_what_one_customer_adds_in_a_day_is_bounded(self, world: World, service: Service) -> None:
        opened_with(service)
        world.rows(
            "insert into attachments (ticket_id, event_id, kind, object, bytes, stored_at) "
            "select t.id, e.id, 'image', 'x/' || n, 1, now() from tickets t join ticket_events e on e.ticket_id = t.id, "
            "generate_series(1, 50) n where e.kind = 'created'"
        )
        send(service, a_file(service))
        assert objects(world) == {}
        assert world.column("select count(*) from outbox where content = 'store'") == [0]
