"""Files that technicians send: from the form to Storage, to Meta, and into the customer's chat behind the words."""

import hashlib
import threading
from dataclasses import replace
from typing import Any

import httpx
import pytest

from emulator.meta.sent_message import SentMessage
from state.model.answer_file import MAX_DOCUMENT_BYTES, MAX_FILES, MAX_PHOTO_BYTES
from state.model.message import AttachmentKind
from state.model.outbox_row import Channel
from state.model.ticket import NewFile
from state.store.files import BUCKET
from tests.support.function import Service, World, settle
from tests.support.sample_files import HTML, JPEG, NOT_SENDABLE, PDF, PNG, SENDABLE
from tests.support.technician import Shown, Technician, read_the_mail

INVOICE = ("factura.pdf", PDF)
PHOTO = ("foto.jpg", JPEG)
WORDS = "Te mando la factura."


def objects(world: World) -> list[bytes]:
    storage = world.supabase.storage
    return [storage.content(BUCKET, path) for path in storage.objects(BUCKET)]


def attachments(world: World) -> list[dict[str, Any]]:
    return world.rows("select * from attachments order by id")


def notifications(world: World) -> list[SentMessage]:
    """What has arrived of the technicians, in order."""
    settle()
    return [
        sent for sent in world.graph.messages if (sent.callback_data or "").startswith(("notify/", "file/"))
    ]


def kinds(world: World) -> list[str]:
    return [sent.kind for sent in notifications(world)]


def uploads(world: World) -> int:
    return sum(entry.path.endswith("/media") for entry in world.graph.call_log.complete())


def file_rows(world: World) -> list[dict[str, Any]]:
    return world.rows("select * from outbox where content = 'file' order by id")


def close_window(world: World) -> None:
    world.rows("update conversations set last_inbound_at = now() - interval '25 h'")


class TestSent:
    @pytest.mark.parametrize("action", ["answer", "ask", "resolve"])
    def test_behind_the_words(self, world: World, technician: Technician, action: str) -> None:
        assert technician.attach(action, INVOICE, PHOTO, text=WORDS).status_code == 303
        words, invoice, photo = notifications(world)
        assert WORDS in words.text
        assert (invoice.kind, invoice.content["filename"]) == ("document", "factura.pdf")
        assert (photo.kind, "filename" in photo.content) == ("image", False)
        assert invoice.content["caption"] == f"{technician.code} · Lucas"
        given = [world.graph.media.get(str(sent.media_id)) for sent in (invoice, photo)]
        assert [each and (each.content, each.mime_type) for each in given] == [
            (PDF, "application/pdf"),
            (JPEG, "image/jpeg"),
        ]
        assert sorted(objects(world)) == sorted((PDF, JPEG))

    def test_the_ticket_has_it(self, world: World, technician: Technician) -> None:
        technician.attach("answer", INVOICE, text=WORDS)
        settle()
        (file,) = attachments(world)
        assert (file["kind"], file["mime_type"], file["filename"]) == (
            "document",
            "application/pdf",
            "factura.pdf",
        )
        assert (file["bytes"], file["sha256"]) == (len(PDF), hashlib.sha256(PDF).hexdigest())
        assert file["stored_at"] is not None
        assert file["media_id"]
        assert world.column("select count(*) from outbox where content = 'remove'") == [0]
        shown = technician.shown()
        assert "factura.pdf" in shown.text
        link = next(each for each in shown.loads("href") if "/files/" in each)
        assert httpx.get(technician.service.client.get(link).headers["Location"]).content == PDF

    @pytest.mark.parametrize("name", SENDABLE)
    def test_every_type_that_meta_takes(self, world: World, technician: Technician, name: str) -> None:
        content, mime_type = SENDABLE[name]
        # The browser guesses by the name, and may say anything.
        assert technician.attach("answer", (name, content), mime_type="text/html").status_code == 303
        _, sent = notifications(world)
        media = world.graph.media.get(str(sent.media_id))
        assert media is not None
        assert (media.content, media.mime_type) == (content, mime_type)

    def test_without_words_it_is_named(self, world: World, technician: Technician) -> None:
        assert technician.attach("answer", INVOICE, PHOTO).status_code == 303
        assert "📎 factura.pdf, foto.jpg" in notifications(world)[0].text
        assert technician.events()[-1]["body"] == "📎 factura.pdf, foto.jpg"

    def test_each_shows_where_it_is(self, world: World, technician: Technician) -> None:
        technician.attach("answer", INVOICE, PHOTO, text=WORDS)
        _, invoice, photo = notifications(world)
        technician.service.confirm(invoice, "read")
        technician.service.confirm(photo, "delivered")
        settle()
        shown = technician.shown().text
        assert shown.index("✓✓ Leído") < shown.index("✓✓ Entregado")

    def test_as_many_as_may_be_and_as_large(self, world: World, technician: Technician) -> None:
        size = MAX_DOCUMENT_BYTES // MAX_FILES
        files = [(f"{number}.pdf", PDF.ljust(size, b"%")) for number in range(MAX_FILES)]
        assert technician.attach("answer", *files, text=WORDS).status_code == 303
        names = [sent.content["filename"] for sent in notifications(world)[1:]]
        assert names == [name for name, _ in files]
        assert technician.service.desk.long_forms._value == 2

    def test_of_a_ticket_whose_customer_goes_on_in_another(
        self, world: World, service: Service, technician: Technician
    ) -> None:
        world.a_pause()
        for word in ("menu", "quiero reportar un problema", "la pantalla parpadea y se apaga", "sí"):
            service.say(word)
            settle()
        other = read_the_mail(world, service)
        assert other.code != technician.code
        service.fill_threads(Channel.WHATSAPP)
        technician.attach("answer", INVOICE, text=WORDS)
        assert technician.press("merge", into=other.code).status_code == 303
        world.make_due()
        world.swept()
        sent = [each for each in notifications(world) if each.kind == "document"]
        assert [each.content["filename"] for each in sent] == ["factura.pdf"]


class TestOnce:
    def test_the_same_form_twice(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", WORDS)
        assert [technician.send_files(form, INVOICE).status_code for _ in range(2)] == [303, 303]
        assert kinds(world)[1:] == ["document"]
        assert len(attachments(world)) == 1

    def test_at_the_same_time(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", WORDS)
        threads = [threading.Thread(target=technician.send_files, args=(form, INVOICE)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert kinds(world).count("document") == 1
        assert len(attachments(world)) == 1

    def test_back_and_chosen_again(self, world: World, technician: Technician) -> None:
        """The browser shows the text again in a form that is a new one."""
        for _ in range(2):
            assert technician.attach("answer", INVOICE, text=WORDS).status_code == 303
        assert kinds(world).count("document") == 1

    def test_what_was_stored_for_nothing_is_removed(self, world: World, technician: Technician) -> None:
        for _ in range(2):
            technician.attach("answer", INVOICE, text=WORDS)
        settle()
        assert len(objects(world)) == 2
        world.make_due()
        world.swept()
        assert objects(world) == [PDF]
        (file,) = attachments(world)
        assert set(world.supabase.storage.objects(BUCKET)) == {file["object"]}

    @pytest.mark.parametrize("second", [("factura.pdf", PDF + b"%"), ("otra.pdf", PDF)])
    def test_another_file_under_the_same_words_is_another(
        self, world: World, technician: Technician, second: tuple[str, bytes]
    ) -> None:
        for file in (INVOICE, second):
            assert technician.attach("answer", file, text=WORDS).status_code == 303
        assert kinds(world).count("document") == 2

    def test_the_same_words_without_the_file_are_other_words(
        self, world: World, technician: Technician
    ) -> None:
        technician.attach("answer", INVOICE, text=WORDS)
        technician.press("answer", WORDS)
        settle()
        assert len(technician.events()) == 2


class TestRefused:
    """Nothing is stored and nothing sent; the words are in the box again, and the file has to be chosen again."""

    def refused(self, technician: Technician, answer: Any, status: int, said: str) -> None:
        assert answer.status_code == status
        shown = Shown(answer)
        assert shown.fields["text"] == WORDS
        assert said in shown.text
        assert "Vuelve a elegir los archivos" in shown.text
        world = technician.world
        settle()
        assert objects(world) == []
        assert attachments(world) == []
        assert file_rows(world) == []
        assert technician.events() == []

    @pytest.mark.parametrize("name", NOT_SENDABLE)
    def test_what_meta_does_not_take(self, technician: Technician, name: str) -> None:
        answer = technician.attach("answer", (name, NOT_SENDABLE[name]), text=WORDS, mime_type="image/jpeg")
        self.refused(technician, answer, 422, f"WhatsApp no acepta el archivo {name}.")

    def test_one_of_several(self, technician: Technician) -> None:
        answer = technician.attach("answer", INVOICE, ("mala.html", HTML), text=WORDS)
        self.refused(technician, answer, 422, "mala.html")

    def test_a_photo_that_is_too_large(self, technician: Technician) -> None:
        large = ("foto.png", PNG.ljust(MAX_PHOTO_BYTES + 1, b"\0"))
        answer = technician.attach("answer", large, text=WORDS)
        self.refused(technician, answer, 422, "El máximo para una foto son 5 MB.")

    def test_a_document_that_is_too_large(self, technician: Technician) -> None:
        large = ("x.pdf", PDF.ljust(MAX_DOCUMENT_BYTES + 1, b"\0"))
        answer = technician.attach("answer", large, text=WORDS)
        self.refused(technician, answer, 422, "El máximo son 16 MB.")

    def test_too_many(self, technician: Technician) -> None:
        answer = technician.attach("answer", *[INVOICE] * (MAX_FILES + 1), text=WORDS)
        self.refused(technician, answer, 422, "El máximo son 5 por mensaje.")

    def test_an_empty_one(self, technician: Technician) -> None:
        answer = technician.attach("answer", ("nada.txt", b""), text=WORDS)
        self.refused(technician, answer, 422, "nada.txt está vacío")

    @pytest.mark.parametrize(
        "action", ["take", "close", "internal", "urgent", "category", "hand_over", "reopen"]
    )
    def test_with_another_button(self, technician: Technician, action: str) -> None:
        answer = technician.attach(action, INVOICE, text=WORDS)
        said = "elige a quién" if action == "hand_over" else "solo van con Responder, Preguntar o Resuelto"
        self.refused(technician, answer, 422, said)

    def test_for_a_canned_answer(self, world: World, technician: Technician) -> None:
        world.rows("insert into answers (name, language, body) values ('Horario', 'es', 'Abrimos a las 9.')")
        answer = technician.attach("fill", INVOICE, text=WORDS, answer="Horario")
        assert answer.status_code == 200
        assert Shown(answer).fields["text"] == f"{WORDS}\n\nAbrimos a las 9."
        assert "Vuelve a elegir los archivos" in Shown(answer).text

    def test_without_room(self, world: World, technician: Technician) -> None:
        world.settings["STORED_MEGABYTES"] = "1"
        technician.service = world.start()
        answer = technician.attach("answer", ("x.pdf", PDF.ljust(1024 * 1024 + 1, b"\0")), text=WORDS)
        self.refused(technician, answer, 422, "no queda espacio para archivos")


class TestRoom:
    """What is announced counts until it is part of an answer, and then as that, or is removed."""

    def test_two_answers_at_once_do_not_take_the_same_room(
        self, world: World, technician: Technician
    ) -> None:
        store = technician.service.desk.pages.store
        assert store.announce_files(["x/1", "x/2"], 600, 1000)
        assert not store.announce_files(["y/1"], 600, 1000)
        assert store.announce_files(["y/1"], 400, 1000)

    def test_an_answer_takes_it_once(self, world: World, technician: Technician) -> None:
        technician.attach("answer", INVOICE, text=WORDS)
        settle()
        (taken,) = world.column("select sum(bytes)::int from attachments")
        assert world.column("select sum(bytes)::int from outbox where status = 'ready'") == [None]
        assert technician.service.desk.pages.store.announce_files(["x/1"], 1, taken + 1)

    def test_what_came_to_nothing_gives_it_back(self, world: World, technician: Technician) -> None:
        store = technician.service.desk.pages.store
        assert store.announce_files(["x/1"], 1000, 1000)
        world.make_due()
        world.swept()
        assert store.announce_files(["y/1"], 1000, 1000)


class TestStale:
    def test_it_changed_meanwhile(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", WORDS)
        technician.service.say("ya anda")
        answer = technician.send_files(form, INVOICE)
        assert answer.status_code == 409
        shown = Shown(answer)
        assert shown.fields["text"] == WORDS
        assert "Vuelve a elegir los archivos" in shown.text
        settle()
        assert attachments(world) == []
        world.make_due()
        world.swept()
        assert objects(world) == []

    def test_it_was_closed_meanwhile(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", WORDS)
        world.rows("update tickets set status = 'closed'")
        assert technician.send_files({**form, "seen": ""}, INVOICE).status_code == 409
        assert attachments(world) == []


class TestWindow:
    def test_it_waits_for_the_customer_and_follows_the_words(
        self, world: World, technician: Technician
    ) -> None:
        close_window(world)
        before = technician.shown().text
        assert "Salen cuando el cliente vuelva a escribir." in before
        assert technician.attach("answer", INVOICE, PHOTO, text="línea\nlínea " * 40).status_code == 303
        assert kinds(world) == ["template"]
        assert "⏳ Sale cuando el cliente vuelva a escribir" in technician.shown().text
        waiting = world.rows("select content, lane from outbox where held order by lane, id")
        assert [row["content"] for row in waiting] == ["full_text", "file", "file"]
        assert len({row["lane"] for row in waiting}) == 1  # so they leave one after the other
        technician.service.say("hola")
        later = notifications(world)[1:]
        assert [sent.kind for sent in later][1:] == ["document", "image"]
        assert "línea" in later[0].text
        world.make_due()
        world.swept()
        assert len(notifications(world)) == 4
        assert {row["status"] for row in file_rows(world)} == {"sent"}

    def test_the_words_wait_too_and_go_first(self, world: World, technician: Technician) -> None:
        """Meta refuses the template."""
        close_window(world)
        world.graph.faults.error(132015, path="/messages", times=1)
        technician.attach("answer", INVOICE, text=WORDS)
        assert kinds(world) == []
        technician.service.say("hola")
        assert kinds(world)[-1] == "document"
        assert len(kinds(world)) == 2

    def test_open_there_is_no_such_line(self, technician: Technician) -> None:
        assert "Salen cuando" not in technician.shown().text

    def test_who_has_never_written(self, world: World, technician: Technician) -> None:
        world.rows("update conversations set last_inbound_at = null")
        world.rows("delete from inbound")
        (written,) = world.column("select has_written(id) from customers")
        assert written is False
        technician.attach("answer", INVOICE, text=WORDS)
        assert kinds(world) == []
        technician.service.say("hola")
        first, second = kinds(world)
        assert (first != "document", second) == (True, "document")


class TestGone:
    def test_the_customer_is_erased_before_it_left(self, world: World, technician: Technician) -> None:
        technician.service.fill_threads(Channel.WHATSAPP, Channel.STORAGE)
        technician.attach("answer", INVOICE, text=WORDS)
        world.rows("select erase_customer(id, '') from customers")
        world.make_due()
        world.swept()
        assert "document" not in kinds(world)
        assert objects(world) == []

    def test_the_customer_was_erased_before(self, world: World, technician: Technician) -> None:
        form = technician.form("resolve", WORDS)
        world.rows("select erase_customer(id, '') from customers")
        shown = technician.shown()
        assert "Archivos" not in shown.text
        assert technician.send_files({**form, "seen": ""}, INVOICE).status_code == 303
        world.make_due()
        world.swept()
        assert kinds(world) == []
        assert objects(world) == [PDF]

    def test_the_object_was_deleted_by_hand(self, world: World, technician: Technician) -> None:
        technician.service.fill_threads(Channel.WHATSAPP)
        technician.attach("answer", INVOICE, text=WORDS)
        world.supabase.storage.clear()
        world.make_due()
        world.swept()
        (row,) = file_rows(world)
        assert (row["status"], row["last_error"]) == ("dead", "storage link: 404")
        assert "No se pudo entregar el archivo factura.pdf: el archivo se borró antes de salir" in (
            technician.shown().text
        )

    def test_a_ticket_that_somebody_deletes_by_hand(self, world: World, technician: Technician) -> None:
        """The row is given up at its next try: there is nothing to send it about."""
        technician.service.fill_threads(Channel.WHATSAPP)
        technician.attach("answer", INVOICE, text=WORDS)
        world.rows("delete from tickets")
        world.sweep()
        (row,) = file_rows(world)
        assert (row["status"], row["attempts"], row["last_error"]) == ("dead", 1, "the ticket is gone")
        assert uploads(world) == 0


class TestInTheWay:
    """A file that cannot be had holds up nothing."""

    LONG = "línea\nlínea " * 40

    def test_it_is_another_file_than_was_sent(self, world: World, technician: Technician) -> None:
        technician.service.fill_threads(Channel.WHATSAPP)
        technician.attach("answer", INVOICE, PHOTO, text=WORDS)
        world.rows("update attachments set sha256 = repeat('0', 64) where kind = 'document'")
        for _ in range(2):
            world.make_due()
            world.swept()
        assert [row["status"] for row in file_rows(world)] == ["dead", "sent"]
        assert kinds(world)[1:] == ["image"]

    @pytest.mark.parametrize("fault", ["503", "failed"])
    def test_words_that_wait_behind_it(self, world: World, technician: Technician, fault: str) -> None:
        close_window(world)
        technician.attach("answer", INVOICE, text=self.LONG)
        settle()
        technician.press("answer", f"Otra cosa. {self.LONG}")
        settle()
        if fault == "503":
            world.supabase.faults.error("InternalError", 503, path="/storage/")
        else:
            world.graph.faults.error(131016, 503, path="/media")
        technician.service.say("hola")
        said = [sent.text for sent in notifications(world) if sent.kind not in {"template", "document"}]
        assert [text.count("Otra cosa") for text in said] == [0, 1]
        world.supabase.faults.clear()
        world.graph.faults.clear()
        world.make_due()
        world.swept()
        assert kinds(world).count("document") == 1

    def test_it_is_not_removed_before_it_has_left(self, world: World, technician: Technician) -> None:
        """Its ticket is closed, and newer files need room."""
        close_window(world)
        technician.attach("resolve", INVOICE, text=WORDS)
        settle()
        world.rows("update tickets set status = 'closed'")
        assert world.column("select make_room(1, 1)") == [False]
        technician.service.say("hola")
        assert "document" in kinds(world)
        settle()
        assert world.column("select make_room(1, 1)") == [True]


class TestMeta:
    def test_what_the_thread_did_not_send_sends_the_sweep(self, world: World, technician: Technician) -> None:
        technician.service.fill_threads(Channel.WHATSAPP)
        technician.attach("answer", INVOICE, text=WORDS)
        assert kinds(world) == []
        world.make_due()
        world.swept()
        assert kinds(world)[1:] == ["document"]

    def test_unclear_after_the_upload(self, world: World, technician: Technician) -> None:
        """The answer of the message is lost: no status comes, and it is sent again, under the same id."""
        technician.attach("answer", PHOTO, text=WORDS)
        settle()
        world.graph.faults.error_after_effect(drop=True, path="/messages", times=2)
        technician.attach("answer", INVOICE, text="Y la factura.")
        settle()
        world.graph.faults.clear()
        for _ in range(3):
            world.make_due()
            world.swept()
        rows = file_rows(world)
        assert [row["status"] for row in rows] == ["sent", "sent"]
        ids = {sent.media_id for sent in notifications(world) if sent.kind == "document"}
        assert len(ids) == 1
        assert uploads(world) == 2

    def test_an_upload_without_an_answer_is_repeated(self, world: World, technician: Technician) -> None:
        world.graph.faults.error_after_effect(drop=True, path="/media", times=1)
        technician.attach("answer", INVOICE, text=WORDS)
        assert kinds(world)[1:] == ["document"]
        assert uploads(world) == 2

    def test_meta_has_forgotten_it(self, world: World, technician: Technician) -> None:
        """After 25 days it is given to Meta anew."""
        technician.attach("answer", INVOICE, text=WORDS)
        settle()
        world.rows("update attachments set uploaded_at = now() - interval '26 days'")
        world.rows(
            "update outbox set status = 'ready', next_at = now(), done_at = null where content = 'file'"
        )
        world.swept()
        assert uploads(world) == 2

    def test_it_refuses_the_file_and_the_author_is_told(self, world: World, technician: Technician) -> None:
        world.graph.faults.error(131053, status=400, path="/media")
        technician.attach("answer", INVOICE, PHOTO, text=WORDS)
        settle()
        assert ["document" in kinds(world), "image" in kinds(world), len(kinds(world))] == [False, False, 1]
        world.graph.faults.clear()
        world.make_due()
        world.swept()
        settle()
        mails = [mail for mail in world.resend.messages if "undelivered" in (mail.key or "")]
        assert len(mails) == 2
        for name, mail in zip(("factura.pdf", "foto.jpg"), mails, strict=True):
            said = f"{mail.subject} {mail.text}"
            assert "Tu archivo no le llegó al cliente" in said
            assert name in said
            assert "WhatsApp no pudo procesar el archivo" in said
            assert WORDS not in said
        shown = technician.shown().text
        assert "No se pudo entregar el archivo factura.pdf: WhatsApp no pudo procesar el archivo" in shown
        assert "✗ No se entregó" in shown
        assert "✓ Enviado" in shown  # the words

    def test_it_fails_after_it_was_accepted(self, world: World, technician: Technician) -> None:
        technician.attach("answer", INVOICE, text=WORDS)
        sent = notifications(world)[-1]
        technician.service.confirm(replace(sent, failing=131053), "failed")
        settle()
        (row,) = file_rows(world)
        assert (row["status"], row["last_error"]) == ("dead", "meta 131053")
        assert "No se pudo entregar el archivo factura.pdf" in technician.shown().text


class TestSupabaseAway:
    def test_before_it_is_announced(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", WORDS)
        world.supabase.faults.down(path="announce_files")
        answer = technician.send_files(form, INVOICE)
        assert answer.status_code == 503
        shown = Shown(answer)
        assert shown.fields["text"] == WORDS
        assert "el almacén de archivos no responde" in shown.text
        assert "Vuelve a elegir los archivos" in shown.text
        assert objects(world) == []

    def test_altogether(self, world: World, technician: Technician) -> None:
        """The page cannot be shown either: the words come along, and the line, once it can be."""
        form = technician.form("answer", WORDS)
        world.supabase.faults.down()
        answer = technician.send_files(form, INVOICE)
        assert answer.status_code == 503
        again = Shown(answer)
        assert again.fields["text"] == WORDS
        world.supabase.faults.clear()
        shown = Shown(technician.send(again.fields))
        assert shown.fields["text"] == WORDS
        assert "Vuelve a elegir los archivos" in shown.text

    @pytest.mark.parametrize("place", [0, 1])
    def test_while_it_is_stored(self, world: World, technician: Technician, place: int) -> None:
        form = technician.form("answer", WORDS)
        files = [("a.pdf", PDF), ("b.pdf", PDF)]
        for _ in range(place):
            world.supabase.faults.delay(0.0, path="/object/", times=1)
        world.supabase.faults.error("InternalError", status=500, path="/storage/v1/object/ticket-files/")
        answer = technician.send_files(form, *files)
        assert answer.status_code == 503
        assert Shown(answer).fields["text"] == WORDS
        assert technician.events() == []
        world.supabase.faults.clear()
        world.make_due()
        world.swept()
        assert objects(world) == []
        # And once more, it works.
        assert technician.send_files({**form, **Shown(answer).fields}, *files).status_code == 303
        assert kinds(world)[1:] == ["document", "document"]

    @pytest.mark.parametrize("took_effect", [True, False])
    def test_while_it_is_committed(self, world: World, technician: Technician, took_effect: bool) -> None:
        """Nobody knows whether it was: trying again sends words and file, once."""
        form = technician.form("answer", WORDS)
        if took_effect:
            world.supabase.faults.error_after_effect(drop=True, path="act_on_ticket")
        else:
            world.supabase.faults.down(path="act_on_ticket")
        answer = technician.send_files(form, INVOICE)
        assert answer.status_code == 503
        world.supabase.faults.clear()
        again = Shown(answer)
        assert again.fields["text"] == WORDS
        assert technician.send({**again.fields, "action": "answer"}).status_code == 303
        settle()
        world.make_due()
        world.swept()
        assert kinds(world)[1:] == ["document"]
        assert len(technician.events()) == 1
        assert objects(world) == [PDF]

    def test_trying_again_an_hour_later(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", WORDS)
        world.supabase.faults.down(path="act_on_ticket")
        again = Shown(technician.send_files(form, INVOICE))
        world.supabase.faults.clear()
        world.make_due()
        world.swept()
        answer = technician.send({**again.fields, "action": "answer"})
        assert answer.status_code == 422
        shown = Shown(answer)
        assert shown.fields["text"] == WORDS
        assert "los archivos ya no están guardados" in shown.text
        assert technician.events() == []

    @pytest.mark.parametrize("stored", ["x", "W10.x"])
    def test_what_we_did_not_write_is_no_file(self, technician: Technician, stored: str) -> None:
        answer = technician.send({**technician.form("answer", WORDS), "stored": stored})
        assert answer.status_code == 422
        assert technician.events() == []

    def test_a_file_of_another_ticket(self, world: World, technician: Technician) -> None:
        signed = technician.service.desk.pages.signed_files
        file = NewFile(
            object="TK-0000-0001/x",
            kind=AttachmentKind.DOCUMENT,
            mime_type="application/pdf",
            bytes=1,
            sha256="00",
            filename="x.pdf",
        )
        stored = signed.write("TK-0000-0001", [file])
        assert signed.read("TK-0000-0001", stored) == (file,)
        answer = technician.send({**technician.form("answer", WORDS), "stored": stored})
        assert answer.status_code == 422
        assert attachments(world) == []


class TestCrash:
    """The instance is gone at each step: nothing is sent, and nothing stays for longer than an hour."""

    @pytest.mark.parametrize("step", ["announce_files", "put", "act_on_ticket"])
    def test_nothing_stays(
        self, world: World, technician: Technician, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = technician.form("answer", WORDS)
        pages = technician.service.desk.pages
        owner = pages.storage if step == "put" else pages.store
        real = getattr(owner, step)

        def dies(*given: Any, **named: Any) -> None:
            if step != "act_on_ticket":
                real(*given, **named)
            raise SystemExit

        monkeypatch.setattr(owner, step, dies)
        with pytest.raises(SystemExit):
            technician.send_files(form, INVOICE)
        monkeypatch.undo()
        technician.service = world.start()
        assert technician.events() == []
        world.make_due()
        world.swept()
        assert objects(world) == []
        assert kinds(world) == []
        assert technician.service.desk.long_forms._value == 2
