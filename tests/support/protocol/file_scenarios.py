"""The guarantees about files, one scenario each, as those in scenarios.py."""

import hashlib
import io
from typing import Any

from channels.chunk_reader import reader_of
from state.model.message import AttachmentKind
from state.model.outbox_row import Channel, OutboxRow, Outcome
from state.model.ticket import NewFile, TechnicianAction
from state.store.client import Store, new_lease
from state.store.files import BUCKET, FileStorage
from tests.support.function import ANA, Service, World, settle
from tests.support.protocol.scenarios import Stage

PHOTO = b"\xff\xd8\xff a photo"
_LATER = (Channel.STORAGE,)


def _with_a_photo(service: Service) -> None:
    """A ticket of Ana, and then a photo of hers."""
    service.open_ticket()
    settle()
    _send_photo(service)


def _send_photo(service: Service, content: bytes = PHOTO) -> None:
    photo = ANA.image(content, media_id=service.graph.media.put(content, "image/jpeg"))
    assert service.post(ANA.webhook(photo)).status_code == 200
    settle()


def _not_stored_yet(stage: Stage) -> tuple[Service, OutboxRow]:
    """The same, by an instance whose threads for files are taken. Returns it and the row that another one has leased."""
    service = stage.service()
    service.fill_threads(*_LATER)
    _with_a_photo(service)
    (row,) = service.desk.sweep.store.claim(1, new_lease(), _LATER).rows
    return service, row


def _erase(world: World) -> None:
    world.rows("select erase_person(id) from customers")


def _stored(world: World) -> list[bytes]:
    storage = world.supabase.storage
    return [storage.content(BUCKET, path) for path in storage.objects(BUCKET)]


def _uploads(world: World) -> list[int]:
    return list(world.supabase.storage.uploads.values())


def _reader() -> io.BufferedReader:
    return reader_of(iter([PHOTO]), len(PHOTO))


def _leases_end(world: World) -> None:
    world.rows("update outbox set next_at = now() - interval '1 s' where status = 'sending'")


# --- customers' files -----------------------------------------------------------------------------------------------


def a_file_is_stored_with_its_turn(stage: Stage) -> None:
    _with_a_photo(stage.service())
    assert _stored(stage.world) == [PHOTO]


def what_is_stored_is_not_stored_again(stage: Stage) -> None:
    """The row's lease ended before its result was stored."""
    service, row = _not_stored_yet(stage)
    assert service.desk.webhook.sender.files.run(row).outcome is Outcome.SENT
    _leases_end(stage.world)
    stage.world.sweep()
    assert _uploads(stage.world) == [1]


def nothing_is_stored_without_room(stage: Stage) -> None:
    service = stage.world.start(STORED_MEGABYTES="0").without_receipts()
    _with_a_photo(service)
    assert _uploads(stage.world) == []


def a_file_that_was_given_up_says_so(stage: Stage) -> None:
    stage.world.supabase.faults.error("InternalError", 503, path="/storage/")
    _with_a_photo(stage.service())
    stage.world.rows("update outbox set attempts = 100 where content = 'store'")
    stage.an_hour_passes()
    assert stage.world.column("select missing from attachments") == ["failed"]


def what_is_not_what_was_sent_is_not_kept(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    settle()
    other = service.graph.media.put(b"another photo, as long", "image/jpeg")
    assert service.post(ANA.webhook(ANA.image(b"a photo that was sent.", media_id=other))).status_code == 200
    settle()
    assert _stored(stage.world) == []


def files_go_with_the_person(stage: Stage) -> None:
    _with_a_photo(stage.service())
    _erase(stage.world)
    stage.world.sweep()
    assert _stored(stage.world) == []


def a_file_is_not_removed_before_it_is_stored(stage: Stage) -> None:
    """Somebody is storing it: what removes it waits behind that in their lane, and not for an hour."""
    service, row = _not_stored_yet(stage)
    stage.world.monkeypatch.setattr(Store, "record_stored", lambda *_, **__: True)
    put = FileStorage.put

    def put_while_they_are_erased(*given: Any) -> None:
        _erase(stage.world)
        stage.world.sweep()
        put(*given)

    stage.world.monkeypatch.setattr(FileStorage, "put", put_while_they_are_erased)
    service.desk.webhook.sender.files.run(row)
    _leases_end(stage.world)
    stage.world.sweep()
    assert _stored(stage.world) == []


def an_upload_that_ends_after_the_removal_is_removed(stage: Stage) -> None:
    """By an instance that was frozen in the middle of it, and says that it is there."""
    service, row = _not_stored_yet(stage)
    _erase(stage.world)
    _leases_end(stage.world)
    stage.world.sweep()
    _upload_late(service, row)
    service.desk.sweep.store.record_stored(row.object or "", None, transcribe=False)
    stage.world.sweep()
    assert _stored(stage.world) == []


def an_upload_of_who_dies_after_the_removal_is_removed(stage: Stage) -> None:
    """And says nothing: in an hour."""
    service, row = _not_stored_yet(stage)
    _erase(stage.world)
    _leases_end(stage.world)
    stage.world.sweep()
    _upload_late(service, row)
    stage.an_hour_passes()
    assert _stored(stage.world) == []


def _upload_late(service: Service, row: OutboxRow) -> None:
    service.desk.webhook.sender.files.storage.put(row.object or "", _reader(), "image/jpeg")


def files_of_open_tickets_make_no_room(stage: Stage) -> None:
    _with_a_photo(stage.service())
    store = stage.service().desk.sweep.store
    assert not store.announce_files(["x/1"], 1000, 1000)
    assert stage.world.column("select missing from attachments") == [None]


def the_oldest_files_of_closed_tickets_make_room(stage: Stage) -> None:
    service = stage.service()
    _with_a_photo(service)
    _send_photo(service, b"x" * 900)
    stage.world.rows("update tickets set status = 'closed'")
    assert service.desk.sweep.store.announce_files(["x/1"], 100, 1000)
    stage.world.sweep()
    assert _stored(stage.world) == [b"x" * 900]


# --- technicians' files ---------------------------------------------------------------------------------------------


def _answer_with(
    service: Service, stage: Stage, paths: list[str], key: str = "page/1", fails: str = ""
) -> str:
    """Announce and store a photo under each path, and answer with them. Returns the result."""
    store, storage = service.desk.sweep.store, service.desk.webhook.sender.files.storage
    assert store.announce_files(paths, len(PHOTO) * len(paths), 10**9)
    for path in paths:
        storage.put(path, _reader(), "image/jpeg")
    if fails:
        stage.world.supabase.faults.error("InternalError", 503, path=fails)
    (code,) = stage.world.column("select code from tickets")
    attempted = store.act_on_ticket(
        code,
        TechnicianAction.ANSWER,
        "Así queda.",
        author="Marta",
        key=key,
        seen=None,
        files=[_new_file(path) for path in paths],
        lease=new_lease(),
        channels=service.desk.webhook.sender.channels(),
    )
    service.desk.webhook.sender.start(attempted.rows)
    settle()
    return attempted.result


def _new_file(path: str) -> NewFile:
    return NewFile(
        object=path,
        kind=AttachmentKind.IMAGE,
        mime_type="image/jpeg",
        bytes=len(PHOTO),
        sha256=hashlib.sha256(PHOTO).hexdigest(),
        filename="foto.jpg",
    )


def _kinds_since(stage: Stage, count: int) -> list[str]:
    return [sent.kind for sent in stage.world.graph.messages[count:]]


def a_file_follows_the_words_once(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    settle()
    before = len(stage.world.graph.messages)
    _answer_with(service, stage, ["x/1"])
    stage.an_hour_passes()
    assert _kinds_since(stage, before)[1:] == ["image"]


def the_same_form_sends_its_files_once(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    settle()
    _answer_with(service, stage, ["x/1"], key="form/1")
    _answer_with(service, stage, ["x/2"], key="form/1")
    kinds = [sent.kind for sent in stage.world.graph.messages]
    assert kinds.count("image") == 1


def what_no_answer_needs_is_removed(stage: Stage) -> None:
    """The function died between the upload and the answer, or the answer was refused."""
    service = stage.service()
    service.open_ticket()
    settle()
    _answer_with(service, stage, ["x/1"])
    _answer_with(service, stage, ["x/2"])  # the same form
    stage.an_hour_passes()
    stage.an_hour_passes()
    assert list(stage.world.supabase.storage.objects(BUCKET)) == ["x/1"]


def a_file_of_an_answer_is_not_removed(stage: Stage) -> None:
    """Though its announcement was to remove it, and somebody retries that row."""
    service = stage.service()
    service.open_ticket()
    settle()
    _answer_with(service, stage, ["x/1"])
    stage.world.rows("select remove_object('x/1')")
    stage.an_hour_passes()
    stage.an_hour_passes()
    assert _stored(stage.world) == [PHOTO]


def a_file_waits_for_the_service_window(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    settle()
    stage.world.rows("update conversations set last_inbound_at = now() - interval '2 days'")
    before = len(stage.world.graph.messages)
    _answer_with(service, stage, ["x/1"])
    stage.an_hour_passes()
    told_outside = _kinds_since(stage, before)
    service.say("hola, ya vi")
    settle()
    stage.an_hour_passes()
    assert ("image" in told_outside, _kinds_since(stage, before).count("image")) == (False, 1)


def a_file_that_the_window_closed_on_is_held(stage: Stage) -> None:
    """Meta says so only after it took the message."""
    service = stage.service()
    service.open_ticket()
    settle()
    stage.world.graph.faults.error(131047, path="messages")
    _answer_with(service, stage, ["x/1"])
    stage.world.graph.faults.clear()
    assert stage.world.column("select status from outbox where content = 'file'") == ["ready"]


def a_file_is_given_to_meta_before_it_is_sent(stage: Stage) -> None:
    service = stage.service()
    service.open_ticket()
    settle()
    _answer_with(service, stage, ["x/1"])
    sent = [sent.content["id"] for sent in stage.world.graph.messages if sent.kind == "image"]
    assert sent == stage.world.column("select media_id from attachments")


def a_file_that_meta_has_is_not_uploaded_again(stage: Stage) -> None:
    """The message is sent once more, as Meta reports that it failed."""
    service = stage.service()
    service.open_ticket()
    settle()
    _answer_with(service, stage, ["x/1"])
    stage.world.rows(
        "update outbox set status = 'ready', done_at = null, provider_id = null where content = 'file'"
    )
    stage.an_hour_passes()
    assert [sent.kind for sent in stage.world.graph.messages].count("image") == 2
    uploads = [call for call in stage.world.graph.call_log.complete() if call.path.endswith("/media")]
    assert len(uploads) == 1


def words_do_not_wait_for_a_file(stage: Stage) -> None:
    """One that cannot be had: Storage is away."""
    service = stage.service()
    service.open_ticket()
    settle()
    _answer_with(service, stage, ["x/1"], fails="/object/sign/")
    (code,) = stage.world.column("select code from tickets")
    service.desk.sweep.store.act_on_ticket(
        code, TechnicianAction.ANSWER, "Ya está.", author="Marta", key="page/2", seen=None
    )
    stage.world.sweep()
    assert any("Ya está." in text for text in stage.world.bubbles())
