"""The page's server over HTTP: the whole emulator runs in a process of its own, with the real function."""

import base64
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import psycopg
import pytest

from emulator import run
from emulator.meta.account import ACCESS_TOKEN
from emulator.meta.webhook_payload import BUSINESS
from emulator.resend.resend_api import Resend
from emulator.site.page_server import MAX_BYTES, PAGE
from emulator.site.technicians_desk import texts
from emulator.supabase.postgres import try_lock
from emulator.supabase.project import SUPABASE_SECRET_KEY, TICKET_FILES
from state.model.language import Language
from tests.support.database import CopyFolder
from tests.support.paths import ROOT

SECTIONS = {
    "customers",
    "chat",
    "typing",
    "mails",
    "outbox",
    "calls",
    "turns",
    "switches",
    "instances",
    "counters",
    "next_sweep",
}
ANA, BOB, MARINA = "5491155550101", "15551110000", "BR.marina01"
MARTA, LUIS = "marta@example.com", "luis@example.com"
ANSWERS = "tk7f3k9qx2-0123456789ab-c-0123456789abcdef0123@answers.example.com"
REPORT = "mi impresora no imprime y se traba"
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 a photo").decode()
TICKET_PAGE = re.compile(r"http://\S+/t/\S+")
_SECONDS = 40.0
# As `python -m emulator --data FOLDER --port 0`, with shorter delays.
_FAST_EMULATOR = """
import sys
from pathlib import Path
from emulator.site import fault_switches, technicians_desk
from emulator.run import run
technicians_desk._MAIL_SECONDS = 2.0
fault_switches.SLOW_SECONDS, fault_switches.RESTART_SECONDS, fault_switches.BATCH_SECONDS = 0.5, 0.1, 0.3
run(Path(sys.argv[1]), 0)
"""
_NUMBERS = itertools.count(1)

Json = dict[str, Any]
Check = Callable[[Any], Any]


@dataclass(slots=True)
class Page:
    """What one open page has received: the latest content of each section, and all calls."""

    address: str
    sections: dict[str, Any] = field(default_factory=dict)
    calls: list[Json] = field(default_factory=list)
    ended: bool = False
    left: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def open(self) -> "Page":
        threading.Thread(target=self._read, daemon=True).start()
        self.until("counters", lambda _: SECTIONS - {"calls"} <= set(self.sections))
        return self

    def until(self, section: str, check: Check) -> Any:
        """The section, once `check` is true of it."""
        with self._changed:
            passed = self._changed.wait_for(
                lambda: bool(section in self.sections and check(self.sections[section])), _SECONDS
            )
            assert passed, (
                f"{section} is still {json.dumps(self.sections.get(section), ensure_ascii=False)[-3000:]}"
            )
            return self.sections[section]

    def leave(self) -> None:
        """Its connection ends with the next thing it hears."""
        self.left = True

    def item(self, wamid: str) -> Json | None:
        talks = self.sections["chat"].values()
        return next((item for talk in talks for item in talk if item["id"] == wamid), None)

    def ticks(self, wamid: str) -> str | None:
        return (self.item(wamid) or {}).get("ticks")

    def answers(self, wamid: str) -> list[Json]:
        """The calls with which the desk replied to this message."""
        return [
            call
            for call in self.calls
            if call["to"] == "graph" and call["name"] == "message" and call["wamids"] == [wamid]
        ]

    def _read(self) -> None:
        try:
            with httpx.stream("GET", f"{self.address}/emulator/events", timeout=None) as answer:
                for line in answer.iter_lines():
                    if self.left:
                        return
                    if line.startswith("data: "):
                        for name, data in json.loads(line.removeprefix("data: ")).items():
                            self._take(name, data)
        except httpx.TransportError:
            pass
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def _take(self, name: str, data: Any) -> None:
        with self._changed:
            if name == "calls":
                self.calls = data["all"] if "all" in data else self.calls + data["new"]
            self.sections[name] = self.calls if name == "calls" else data
            self._changed.notify_all()


@dataclass(slots=True)
class Running:
    """A running emulator with short delays, and one open page."""

    data: Path
    process: subprocess.Popen[str] = field(init=False)
    page: Page = field(init=False)
    database: psycopg.Connection[Any] = field(init=False)
    first_line: str = field(init=False)
    function: str = field(init=False)
    browser: httpx.Client = field(init=False)
    written: int = 0

    def start(self) -> None:
        """Can be called again after `stop`."""
        command = [sys.executable, "-c", _FAST_EMULATOR, str(self.data)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline() for _ in range(5)]
        self.first_line = lines[0]
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+", lines[0])
        (self.function,) = re.findall(r"(\S+)/ \(webhook\)", lines[1])
        (database_url,) = re.findall(r"postgresql://\S+", lines[3])
        self.database = psycopg.connect(database_url, autocommit=True)
        self.browser = httpx.Client(base_url=address, timeout=70)
        self.page, self.written = Page(address).open(), 0

    def stop(self) -> int:
        self.browser.close()
        self.database.close()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def post(self, path: str, **body: Any) -> Json:
        """The answer to a request that succeeds."""
        answer = self.browser.post(f"/emulator/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def refused(self, path: str, **body: Any) -> str:
        """The reason why a request is refused."""
        answer = self.browser.post(f"/emulator/{path}", json=body)
        assert answer.status_code == 400
        return str(answer.json()["error"])

    def act(self, customer: str, do: str, **what: Any) -> str:
        self.written += do != "reaction"  # to which nothing is due
        return str(self.post("actions", customer=customer, do=do, **what)["id"])

    def processed(self, wamid: str) -> Json:
        """The chat item of the message, once the webhook has answered 200 and the desk has marked it as read."""
        self.page.until("chat", lambda _: self.page.ticks(wamid) == "read")
        self.page.until("calls", lambda calls: any(_answered(call, wamid) for call in calls))
        found = self.page.item(wamid)
        assert found is not None
        return found

    def reply(self, customer: str, after: str) -> Json:
        """The desk's first message after this one."""

        def answer(chat: Json) -> Json | None:
            talk = chat.get(customer, [])
            places = [place for place, item in enumerate(talk) if item["id"] == after]
            later = talk[places[0] :] if places else []
            return next((item for item in later if item["from"] == "desk"), None)

        found = answer(self.page.until("chat", answer))
        assert found is not None
        return found

    def open_ticket(self, customer: str) -> str:
        """Reports and confirms. Returns the wamid of the confirmation, which opened the ticket."""
        question = self.reply(customer, self.act(customer, "text", text=REPORT))
        return self.act(customer, "press", id=question["choices"][0]["id"], of=question["id"])

    def rows(self, statement: str, *values: Any) -> list[Any]:
        cursor = self.database.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def idle(self) -> Json:
        """The counters, once nothing is waiting and every message has its turn.

        They are those of a page that is opened now: the open one may not have heard of what just happened.
        """

        def is_idle(now: Json) -> bool:
            done = now["replies"] == now["replies_sent"] and now["mails_due"] == now["mails"]
            return bool(done and not now["waiting"] and now["messages"] == now["turns"] == self.written)

        page = Page(self.page.address).open()
        counters = dict(page.until("counters", is_idle))
        page.leave()
        return counters


def _answered(call: Json, wamid: str) -> bool:
    return (call["to"], call["status"]) == ("webhook", 200) and wamid in call["wamids"]


def _gone(group: int) -> bool:
    """Whether no process of this group is left; init reaps the orphans of a kill."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, copy_folder: CopyFolder) -> Iterator[Running]:
    """With a data folder that holds an empty database already."""
    data = tmp_path_factory.mktemp("emulator")
    copy_folder(data / "database")
    running = Running(data)
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def desk(started: Running) -> Iterator[Running]:
    """The running emulator; afterwards all faults are switched off."""
    yield started
    started.post("reset_faults")
    started.page.until("instances", lambda all_: [each["state"] for each in all_] == ["running"])
    # So that no customer is throttled, repeats what they said in the test before, or goes on with it.
    started.rows(
        "update conversations set tokens = 20, version = version + 1, session = session - 'repeated' - 'times' - 'at'"
    )


@pytest.fixture
def zoe(desk: Running) -> str:
    """The key of a customer who has never written."""
    number = next(_NUMBERS)
    return str(desk.post("customers", name=f"Zoe {number}", phone=f"54911555502{number:02}")["key"])


# --- the page itself ------------------------------------------------------------------------------------------------


def test_the_first_line_of_output_is_the_page_s_address(desk: Running) -> None:
    assert desk.first_line.startswith(f"Open {desk.page.address}/ ")


def test_only_the_page_s_files_are_served_with_a_strict_policy(desk: Running) -> None:
    name = next(PAGE.glob("*.js")).name
    answer = httpx.get(f"{desk.page.address}/page/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    for path in ("/page/nothing.js", "/page/..%2f__main__.py", "/page/%2e%2e/run.py", "/favicon.ico"):
        assert httpx.get(f"{desk.page.address}{path}").status_code == 404


def test_only_requests_to_this_machine_are_answered(desk: Running) -> None:
    address = desk.page.address
    for path in ("/", "/emulator/events", "/emulator/file/1"):
        answer = httpx.get(f"{address}{path}", headers={"host": "rebound.example"})
        assert answer.status_code == 403
        assert "only for this machine" in answer.text
    assert httpx.get(address.replace("127.0.0.1", "localhost") + "/emulator/file/1").status_code == 404


def test_only_the_page_may_act(desk: Running) -> None:
    url = f"{desk.page.address}/emulator/reset_faults"

    assert httpx.post(url, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert httpx.post(url, json={}, headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert httpx.post(url, json={}, headers={"origin": "null"}).status_code == 403
    assert httpx.post(url, json={}, headers={"origin": desk.page.address}).status_code == 200


def test_a_body_of_more_than_25_mb_is_refused(desk: Running) -> None:
    url = f"{desk.page.address}/emulator/actions"
    answer = httpx.post(
        url, content=b" " * (MAX_BYTES + 1), headers={"content-type": "application/json"}, timeout=30
    )

    assert answer.status_code == 413
    assert answer.json() == {"error": "more than 25 MB"}


def test_a_page_that_connects_again_gets_everything_again(desk: Running) -> None:
    wamid = desk.act(ANA, "text", text="hola")
    desk.processed(wamid)
    desk.idle()
    again = Page(desk.page.address).open()
    again.until("calls", lambda calls: any(_answered(call, wamid) for call in calls))

    assert set(again.sections) == SECTIONS
    assert again.item(wamid) is not None
    # One of the two may not have received the last tick yet.
    again.until("chat", lambda chat: chat == desk.page.sections["chat"])


def test_there_are_three_customers_and_another_can_be_added(desk: Running) -> None:
    people = {somebody["key"]: somebody for somebody in desk.page.sections["customers"]}
    assert people[ANA]["name"] == "Ana Pérez"
    assert people[MARINA] == {
        "key": MARINA,
        "name": "Marina Souza",
        "phone": None,
        "bsuid": MARINA,
        "username": "marina.souza",
    }

    key = desk.post("customers", name="Zoe", phone="+54 11 5555-0199")["key"]

    assert key == "5491155550199"
    desk.page.until("customers", lambda all_: any(somebody["key"] == key for somebody in all_))
    desk.processed(desk.act(key, "text", text="hola"))
    assert "already" in desk.refused("customers", name="Zoe again", phone="5491155550199")
    again = desk.browser.post("/emulator/customers", json={"name": "Zoe", "phone": "5491155550199"})
    assert again.json()["key"] == "error.customer_known"  # the page's text for it
    assert "phone or a bsuid" in desk.refused("customers", name="Nobody")
    assert "AR.x1y2" in desk.refused("customers", name="Nobody", bsuid="nonsense")


# --- customers' actions ----------------------------------------------------------------------------------------------


def test_every_section_shows_a_new_ticket(desk: Running, zoe: str) -> None:
    wamid = desk.open_ticket(zoe)
    confirmation = desk.reply(zoe, wamid)
    counters = desk.idle()
    sections = desk.page.sections

    [(code,)] = desk.rows("select code from tickets where wamid = %s", wamid)
    assert code in confirmation["text"]
    mails = [each for each in sections["mails"] if code in each["subject"]]
    assert {address for mail in mails for address in mail["to"]} == {MARTA, LUIS}
    rows = desk.page.until("outbox", lambda rows: {row["status"] for row in rows} == {"sent"} and rows)
    reply = next(row for row in rows if row["dedup_key"] == f"wa/{wamid}")
    assert (reply["customer"], reply["held"], reply["gathers"]) == (zoe, False, False)
    assert f"mail/{code}/opened" in {row["dedup_key"] for row in rows}
    assert sections["turns"][wamid]["cache"] == "hit"
    assert sections["turns"][wamid]["state"].endswith(">following")
    assert (counters["lost"], counters["doubled"]) == (0, 0)
    desk.page.until("chat", lambda _: desk.page.ticks(confirmation["id"]) == "read")


def test_each_call_belongs_to_the_message_that_caused_it(desk: Running, zoe: str) -> None:
    desk.post("function", do="cold_start")
    desk.page.until("instances", lambda all_: all_[0]["state"] == "starting")
    desk.page.until("instances", lambda all_: all_[0]["state"] == "running")
    first = desk.act(zoe, "text", text="my laptop does not turn on at all")
    shown = desk.reply(zoe, first)
    desk.idle()
    wamid = desk.act(zoe, "press", id=shown["choices"][0]["id"], of=shown["id"])
    desk.idle()

    def names(of: str) -> set[tuple[str, str]]:
        return {(call["to"], call["name"]) for call in desk.page.calls if of in call["wamids"]}

    expected = {
        ("webhook", "interactive"),
        ("graph", "read"),
        ("graph", "message"),
        ("supabase", "commit_turn"),
        ("supabase", "mark_sent"),
        ("resend", "emails"),
        ("status", "sent"),
        ("status", "delivered"),
        ("status", "read"),
    }
    desk.page.until("calls", lambda _: expected <= names(wamid))
    assert names(wamid) - expected <= {
        ("supabase", "confirm_outbox")
    }  # when Meta's status is faster than the answer
    assert ("supabase", "load_conversation") in names(first)
    numbers = [call["number"] for call in desk.page.calls]
    assert numbers == sorted(set(numbers))


def test_every_kind_of_attachment_reaches_the_ticket(desk: Running) -> None:
    wamid = desk.open_ticket(MARINA)
    desk.reply(MARINA, wamid)
    photo = desk.act(MARINA, "image", content=JPEG, mime_type="image/jpeg", caption="así", filename="x.jpg")
    desk.processed(photo)
    for kind, mime_type in (("voice", "audio/ogg"), ("audio", "audio/mpeg"), ("video", "video/mp4")):
        assert desk.processed(desk.act(MARINA, kind, content=JPEG, mime_type=mime_type))["kind"] == kind
    paper = {"content": JPEG, "mime_type": "application/pdf", "filename": "factura.pdf"}
    document = desk.processed(desk.act(MARINA, "document", **paper))
    place = desk.act(MARINA, "location", latitude=-34.6, longitude=-58.4, name="Obelisco")
    desk.processed(place)
    desk.idle()

    kept = desk.rows(
        "select a.kind, a.filename, a.caption, a.place from attachments a join tickets t on t.id = a.ticket_id "
        "where t.wamid = %s order by a.id",
        wamid,
    )
    assert kept == [
        ("image", None, "así", None),
        ("voice", None, None, None),
        ("audio", None, None, None),
        ("video", None, None, None),
        ("document", "factura.pdf", None, None),
        ("location", None, None, "Obelisco"),
    ]
    picture = httpx.get(desk.page.address + desk.page.item(photo)["file"]["url"])  # type: ignore[index]
    assert picture.content == base64.b64decode(JPEG)
    assert picture.headers["content-type"] == "image/jpeg"
    download = httpx.get(desk.page.address + document["file"]["url"])
    assert download.headers["content-disposition"] == "attachment"
    assert JPEG[:20] not in json.dumps(desk.page.calls)


def test_the_desk_is_typing_until_it_answers(desk: Running) -> None:
    desk.reply(BOB, desk.act(BOB, "text", text="hola"))
    desk.post("switches", supabase="slow")
    wamid = desk.act(BOB, "text", text="hola")

    desk.page.until("typing", lambda typing: BOB in typing)
    desk.reply(BOB, wamid)
    desk.page.until("typing", lambda typing: BOB not in typing)


def test_an_unreadable_message_gets_a_reply_and_a_reaction_gets_none(desk: Running) -> None:
    before = desk.idle()
    sticker = desk.act(BOB, "sticker", content=JPEG, mime_type="image/webp")
    answer = desk.reply(BOB, sticker)
    poll = desk.act(BOB, "unsupported", kind="poll_creation")
    desk.reply(BOB, poll)
    reaction = desk.act(BOB, "reaction", emoji="👍", to=answer["id"])
    desk.page.until("chat", lambda _: desk.page.ticks(reaction) == "delivered")

    shown = desk.page.item(reaction)
    assert shown is not None
    assert (shown["kind"], shown["text"], shown["reaction_to"]) == ("reaction", "👍", answer["id"])
    after = desk.idle()
    assert after["messages"] - before["messages"] == 2
    assert after["lost"] == 0


def test_a_quoting_text_and_a_chosen_row_are_shown_as_in_whatsapp(desk: Running, zoe: str) -> None:
    desk.reply(zoe, desk.open_ticket(zoe))
    desk.reply(zoe, desk.act(zoe, "text", text="menu"))
    desk.reply(zoe, desk.open_ticket(zoe))
    listed = desk.reply(zoe, desk.act(zoe, "text", text="mis tickets"))
    assert listed["kind"] == "list"
    assert listed["list_button"]
    row = listed["choices"][0]

    chosen = desk.act(zoe, "choose", id=row["id"], of=listed["id"])
    answer = desk.reply(zoe, chosen)
    quoting = desk.processed(desk.act(zoe, "text", text="gracias", quotes=answer["id"]))

    item = desk.page.item(chosen)
    assert item is not None
    assert (item["kind"], item["text"], item["quotes"]) == ("press", row["title"], listed["id"])
    assert quoting["quotes"] == answer["id"]
    desk.idle()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"customer": "nobody", "do": "text", "text": "hola"}, "nobody"),
        ({"customer": ANA, "do": "text", "text": "  "}, "write something"),
        ({"customer": ANA, "do": "text", "text": "x" * 4097}, "at most 4096"),
        ({"customer": ANA, "do": "text", "text": "😀" * 2049}, "at most 4096"),
        ({"customer": ANA, "do": "text", "text": "hola", "color": "red"}, "color: Extra"),
        ({"customer": ANA, "do": "dance"}, "expected"),
        ({"customer": ANA, "do": "press", "id": "x", "of": "wamid.x"}, "no such button"),
        ({"customer": ANA, "do": "image", "content": "§", "mime_type": "image/png"}, "base64"),
        ({"customer": ANA, "do": "image", "content": JPEG, "mime_type": "text/html"}, "not a type of image"),
        ({"customer": ANA, "do": "location", "latitude": 91, "longitude": 0}, "latitude"),
    ],
)
def test_an_impossible_action_is_refused_with_a_reason(desk: Running, body: Json, reason: str) -> None:
    assert reason in desk.refused("actions", **body)


def test_a_text_is_delivered_unchanged(desk: Running, zoe: str) -> None:
    text = "  " + "😀" * 2046 + "\n "
    assert desk.processed(desk.act(zoe, "text", text=text))["text"] == text
    desk.idle()


# --- e-mails -------------------------------------------------------------------------------------------


def test_a_mail_is_served_sandboxed(desk: Running, zoe: str) -> None:
    desk.reply(zoe, desk.open_ticket(zoe))
    desk.idle()
    mail = desk.page.sections["mails"][0]
    answer = httpx.get(desk.page.address + mail["html_url"])
    policy = answer.headers["content-security-policy"]

    assert answer.headers["content-type"].startswith("text/html")
    assert policy.startswith("sandbox")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert REPORT in answer.text
    assert httpx.get(f"{desk.page.address}/emulator/mail/nothing").status_code == 404


# --- technicians -----------------------------------------------------------------------------------------------


def test_the_page_has_the_desk_s_language_zone_and_technicians(desk: Running) -> None:
    told = httpx.get(f"{desk.page.address}/emulator/desk").json()

    assert (told["language"], told["timezone"]) == ("es", "America/Argentina/Buenos_Aires")
    assert told["texts"] == texts(Language.ES)
    assert told["answer_domain"] == ANSWERS.partition("@")[2]
    assert told["technicians"] == [
        {"address": MARTA, "name": "Marta Ruiz"},
        {"address": LUIS, "name": "Luis Paz"},
    ]


@pytest.fixture
def answerable(desk: Running) -> Json:
    """An e-mail to Marta that asks for answers at the desk's own domain."""
    mail = {
        "from": "Mostrador <m@example.com>",
        "to": [MARTA],
        "subject": "Hola",
        "text": REPORT,
        "reply_to": [ANSWERS],
    }
    sent = at_resend(desk, "POST", "", json=mail, headers={"idempotency-key": f"mail/{uuid.uuid4()}"})
    found: Json = _mail(sent["id"], desk.page.until("mails", partial(_mail, sent["id"])))
    return found


def at_resend(
    desk: Running,
    method: str,
    path: str,
    *,
    json: Json | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Json:
    """What Resend's stand-in answers below /emails, as soon as it takes one more request."""
    authorization = {"authorization": f"Bearer {Resend.api_key}", **headers}
    while True:
        answer = desk.browser.request(method, f"/resend/emails{path}", json=json, headers=authorization)
        if answer.status_code != 429:
            assert answer.status_code == 200, answer.text
            found: Json = answer.json()
            return found
        time.sleep(float(answer.headers["retry-after"]))


def _mail(mail_id: str, mails: list[Json]) -> Any:
    return next((mail for mail in mails if mail["id"] == mail_id), None)


@pytest.mark.parametrize("sender", ["technician", "stranger", "forged", "out_of_office"])
def test_an_email_can_be_answered(desk: Running, answerable: Json, sender: str) -> None:
    known = len(desk.page.calls)
    said = desk.post("reply", mail=answerable["id"], text="Ya está listo.", sender=sender)

    assert said["status"] == 200
    desk.page.until("calls", lambda calls: "email.received" in [call["name"] for call in calls[known:]])
    received = at_resend(desk, "GET", f"/receiving/{said['id']}")
    assert received["to"] == [ANSWERS]
    assert received["text"].startswith("Ya está listo.")


def test_beyond_the_quota_received_emails_can_still_be_read(desk: Running, answerable: Json) -> None:
    desk.post("switches", resend="quota")
    said = desk.post("reply", mail=answerable["id"], text="Ya está listo.")
    assert at_resend(desk, "GET", f"/receiving/{said['id']}")["id"] == said["id"]


def test_an_email_that_asks_for_no_answer_gets_none(desk: Running) -> None:
    answer = desk.browser.post("/emulator/reply", json={"mail": "none", "text": "Hola"})
    assert (answer.status_code, answer.json()) == (409, {"error": "this e-mail cannot be answered"})


def _mentions(link: str, mails: list[Json]) -> bool:
    return any(link in mail["text"] for mail in mails)


def test_a_technician_s_list_opens_by_the_link_in_their_mailbox(desk: Running) -> None:
    desk.post("switches", resend="quota")
    assert desk.post("list", technician=LUIS) == {"address": None}
    desk.post("reset_faults")
    desk.post("function", do="sweep")
    desk.page.until(
        "mails", lambda mails: any(LUIS in mail["to"] and "/desk/" in mail["text"] for mail in mails)
    )

    links = {each: desk.post("list", technician=each)["address"] for each in (MARTA, LUIS)}
    for each, name in ((MARTA, "Marta Ruiz"), (LUIS, "Luis Paz")):
        # The page hears of a mail a moment after it was sent.
        desk.page.until("mails", partial(_mentions, links[each]))
        [mail] = [mail for mail in desk.page.sections["mails"] if links[each] in mail["text"]]
        assert mail["to"] == [each]
        with httpx.Client(follow_redirects=True) as browser:
            assert browser.post(links[each]).url.path == "/desk/"
            assert name in browser.get(links[each].rpartition("desk/")[0] + "desk/").text
            # Who has the cookie needs no link; their colleague's list still does.
            cookies = dict(browser.cookies)
            other = LUIS if each == MARTA else MARTA
            for asked, address in ((each, f"{desk.function}/desk/"), (other, links[other])):
                answer = httpx.post(
                    f"{desk.page.address}/emulator/list", json={"technician": asked}, cookies=cookies
                )
                assert answer.json() == {"address": address}
    assert "no technician" in desk.refused("list", technician="nobody@example.com")


# --- faults ----------------------------------------------------------------------------------------------------


def test_switches_are_shown_and_an_invalid_request_changes_none(desk: Running) -> None:
    before = desk.page.sections["switches"]
    desk.post("switches", graph="slow", meta={"twice": True, "late": 10})
    now = desk.page.until("switches", lambda switches: switches["graph"] == "slow")
    off = {"out_of_order": False, "batch": False, "forgotten": False}
    assert now["meta"] == {"twice": True, "late": 10, **off}

    assert "no quota" in desk.refused("switches", resend="down", supabase="quota")
    assert "late" in desk.refused("switches", resend="down", meta={"late": -1})
    assert "gravity" in desk.refused("switches", resend="down", gravity="off")
    assert desk.page.sections["switches"]["resend"] == "ok"

    desk.post("reset_faults")
    desk.page.until("switches", lambda switches: switches == before)


def test_a_message_delivered_twice_opens_one_ticket(desk: Running, zoe: str) -> None:
    before = desk.idle()
    desk.post("switches", meta={"twice": True})
    wamid = desk.open_ticket(zoe)
    desk.page.until("calls", lambda calls: sum(_answered(call, wamid) for call in calls) == 2)
    after = desk.idle()

    gained = {name: after[name] - before[name] for name in after}
    assert gained["messages"] == gained["turns"] == gained["replies_sent"] == 2
    assert (gained["tickets"], gained["mails"]) == (1, 2)  # one to each technician
    assert gained["doubled"] == gained["lost"] == 0
    assert desk.rows("select count(*) from tickets where wamid = %s", wamid) == [(1,)]


def test_messages_out_of_order_or_in_one_batch_are_all_answered(desk: Running) -> None:
    desk.post("switches", meta={"out_of_order": True})
    for customer, wamid in [(customer, desk.act(customer, "text", text="hola")) for customer in (ANA, BOB)]:
        desk.reply(customer, wamid)
    desk.post("switches", meta={"out_of_order": False, "batch": True})
    together = [desk.act(customer, "text", text="hola") for customer in (ANA, BOB)]
    desk.page.until(
        "calls",
        lambda calls: any(call["to"] == "webhook" and set(call["wamids"]) >= set(together) for call in calls),
    )
    desk.idle()


def test_a_reply_whose_answer_was_lost_is_not_sent_again(desk: Running) -> None:
    desk.post("switches", graph="lost_answer")
    wamid = desk.act(ANA, "text", text="hola")
    desk.reply(ANA, wamid)
    desk.post("switches", graph="ok")
    after = desk.idle()  # Meta's status has closed the row

    assert len(desk.page.answers(wamid)) == 1
    assert desk.page.answers(wamid)[0]["marks"] == ["fault:drop"]
    assert after["doubled"] == 0


@pytest.mark.parametrize(
    ("function", "arguments", "status"),
    [
        (
            "list_outbox",
            {"p_statuses": ["sent"]},
            200,
        ),  # the operator's, with another meaning of the same name
        ("list_tickets", {"p_statuses": ["open"]}, 200),
        ("mark_sent", {"p_sent": [{"id": 0}]}, 200),
        ("confirm_outbox", {"p_statuses": ["odd"]}, 200),
        ("confirm_outbox", {"p_statuses": 7}, 400),
        ("finish_outbox", {}, 404),
    ],
)
def test_a_call_of_any_shape_is_answered_and_shown(
    desk: Running, function: str, arguments: Json, status: int
) -> None:
    before = len(desk.page.calls)
    headers = {"apikey": SUPABASE_SECRET_KEY}
    answer = desk.browser.post(f"/rest/v1/rpc/{function}", json=arguments, headers=headers)
    assert answer.status_code == status
    desk.page.until("calls", lambda calls: function in [call["name"] for call in calls[before:]])


def test_while_supabase_is_down_meta_keeps_the_message(desk: Running) -> None:
    desk.post("switches", supabase="down")
    wamid = desk.act(BOB, "text", text="hola")
    desk.page.until("calls", lambda calls: any(call["status"] == 503 for call in calls))
    assert not desk.page.answers(wamid)
    assert desk.page.sections["counters"]["lost"] == 0

    desk.post("switches", supabase="ok")
    desk.reply(BOB, wamid)
    assert desk.idle()["lost"] == 0


def test_mails_leave_when_the_quota_is_restored(desk: Running, zoe: str) -> None:
    desk.post("switches", resend="quota")
    before = desk.idle()
    desk.reply(zoe, desk.open_ticket(zoe))
    desk.page.until("outbox", lambda rows: any("quota" in (row["last_error"] or "") for row in rows))
    assert desk.page.sections["counters"]["mails"] == before["mails"]

    desk.post("switches", resend="ok")
    assert desk.post("function", do="sweep")["outcomes"] == {"sent": 1}
    assert desk.idle()["mails"] == before["mails"] + 2


def test_an_instance_killed_between_commit_and_reply_loses_and_doubles_nothing(
    desk: Running, zoe: str
) -> None:
    desk.rows("update outbox set next_at = now() where status = 'ready' and not held")
    desk.post(
        "function", do="sweep"
    )  # what other tests have left: it would be counted here if it fell due now
    before = desk.idle()
    question = desk.reply(zoe, desk.act(zoe, "text", text=REPORT))
    desk.idle()
    pid = desk.page.sections["instances"][0]["pid"]
    desk.post("function", do="kill_between")
    desk.page.until("switches", lambda switches: switches["armed"] == ["kill_between"])

    wamid = desk.act(zoe, "press", id=question["choices"][0]["id"], of=question["id"])

    desk.page.until("instances", lambda all_: all_[0]["state"] == "dead")
    desk.processed(wamid)  # by the next instance, to which Meta has delivered it again
    assert desk.page.sections["instances"][0]["pid"] != pid
    killed = [call for call in desk.page.calls if call["marks"] == ["killed"]]
    assert [(call["name"], call["wamids"], call["status"]) for call in killed[-1:]] == [
        ("commit_turn", [wamid], 0)
    ]
    assert desk.rows("select count(*) from tickets where wamid = %s", wamid) == [(1,)]
    assert not desk.page.answers(wamid)

    # The lease of the dead instance expires, then the wait for Meta's status ends.
    desk.rows("update outbox set next_at = now() - interval '1 s' where status = 'sending'")
    desk.post("function", do="sweep")
    desk.rows("update outbox set next_at = now() - interval '1 s' where status = 'unknown'")
    desk.post("function", do="sweep")
    after = desk.idle()

    gained = {name: after[name] - before[name] for name in after}
    assert (gained["tickets"], gained["mails"], gained["replies_sent"]) == (1, 2, 2)
    assert (gained["lost"], gained["doubled"]) == (0, 0)
    assert len(desk.page.answers(wamid)) == 1


def test_an_instance_that_was_frozen_repeats_nothing(desk: Running) -> None:
    desk.post("function", do="freeze", seconds=1)
    wamid = desk.act(BOB, "text", text="hola")
    desk.page.until("instances", lambda all_: all_[0]["state"] == "frozen")
    desk.page.until("instances", lambda all_: all_[0]["state"] == "running")
    desk.processed(wamid)
    desk.idle()

    assert [call["marks"] for call in desk.page.answers(wamid)] == [["frozen"]]
    assert "seconds" in desk.refused("function", do="freeze", seconds=0)


def test_two_instances_take_turns(desk: Running) -> None:
    desk.post("switches", two_instances=True)
    both = desk.page.until("instances", lambda all_: [each["state"] for each in all_] == ["running"] * 2)
    for text in ("idioma", "mis tickets", "ayuda"):  # of somebody who has not had many replies yet
        desk.reply(BOB, desk.act(BOB, "text", text=text))
        desk.idle()
    latest = [call["path"] for call in desk.page.calls if call["to"] == "webhook"][-3:]

    assert set(latest) == {f"{each['url']}/" for each in both}
    assert latest[0] == latest[2]
    desk.post("switches", two_instances=False)
    desk.page.until("instances", lambda all_: len(all_) == 1)
    desk.reply(ANA, desk.act(ANA, "text", text="hola"))


def desk_sends(desk: Running, kind: str, content: bytes, mime_type: str, **message: str) -> Json:
    """The desk sends Bob a file through Graph; what his phone shows of it."""
    graph = f"{desk.page.address}/graph/v25.0/{BUSINESS.phone_number_id}"
    form = {"messaging_product": "whatsapp", "type": mime_type}
    with httpx.Client(headers={"authorization": f"Bearer {ACCESS_TOKEN}"}) as client:
        files = {"file": ("x", content, mime_type)}
        media_id = client.post(f"{graph}/media", data=form, files=files).json()["id"]
        sent = {
            "messaging_product": "whatsapp",
            "to": f"+{BOB}",
            "type": kind,
            kind: {"id": media_id, **message},
        }
        (wamid,) = client.post(f"{graph}/messages", json=sent).json()["messages"]
    desk.page.until("chat", lambda _: desk.page.item(wamid["id"]))
    item = desk.page.item(wamid["id"])
    assert item is not None
    return item


def test_the_phone_shows_the_files_that_the_desk_sends(desk: Running) -> None:
    desk.reply(BOB, desk.act(BOB, "text", text="ayuda"))  # which opens the service window
    photo = desk_sends(desk, "image", base64.b64decode(JPEG), "image/jpeg", caption="así")
    assert (photo["kind"], photo["text"], photo["file"]["mime_type"]) == ("image", "así", "image/jpeg")
    shown = desk.browser.get(photo["file"]["url"])
    assert (shown.content, shown.headers["content-type"]) == (base64.b64decode(JPEG), "image/jpeg")
    assert "content-disposition" not in shown.headers

    paper = desk_sends(desk, "document", b"%PDF-1.7", "application/pdf", filename="Presupuesto.pdf")
    assert (paper["kind"], paper["file"]["filename"]) == ("document", "Presupuesto.pdf")
    loaded = desk.browser.get(paper["file"]["url"])
    assert (loaded.content, loaded.headers["content-disposition"]) == (b"%PDF-1.7", "attachment")
    names = [(call["to"], call["name"], call["status"]) for call in desk.page.calls]
    assert ("graph", "upload", 200) in names


def test_meta_forgets_its_files_and_the_phones_keep_them(desk: Running) -> None:
    photo = desk.processed(desk.act(MARINA, "image", content=JPEG, mime_type="image/jpeg"))
    media_id = photo["file"]["url"].rpartition("/")[2]

    def described() -> int:
        headers = {"authorization": f"Bearer {ACCESS_TOKEN}"}
        return httpx.get(f"{desk.page.address}/graph/v25.0/{media_id}", headers=headers).status_code

    desk.post("switches", meta={"forgotten": True})
    assert described() == 400
    assert desk.browser.get(photo["file"]["url"]).content == base64.b64decode(JPEG)
    desk.post("reset_faults")
    assert described() == 200


def test_the_faults_of_storage_are_its_own(desk: Running) -> None:
    headers = {"apikey": SUPABASE_SECRET_KEY}
    bucket = f"{desk.page.address}/storage/v1/bucket/{TICKET_FILES}"
    desk.post("switches", storage="down")
    with pytest.raises(httpx.TransportError):
        httpx.get(bucket, headers=headers)
    wamid = desk.act(ANA, "text", text="ayuda")
    desk.reply(ANA, wamid)
    desk.post("switches", storage="slow")
    assert httpx.get(bucket, headers=headers).status_code == 200
    assert "no quota" in desk.refused("switches", storage="quota")
    desk.post("reset_faults")
    assert httpx.get(bucket, headers=headers).status_code == 200

    def of_storage(calls: list[Json]) -> list[tuple[int, list[str]]]:
        return [(call["status"], call["marks"]) for call in calls if call["name"] == "file"]

    expected = [(0, ["fault:drop"]), (200, ["fault:delay"]), (200, [])]
    desk.page.until("calls", lambda calls: of_storage(calls)[-3:] == expected)
    turn = [call for call in desk.page.calls if (call["name"], call["wamids"]) == ("commit_turn", [wamid])]
    assert turn
    assert not any(call["marks"] for call in turn)


# --- stop and restart -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_stops_in_the_middle_of_work_and_keeps_the_chat(desk: Running, zoe: str) -> None:
    paper = desk_sends(desk, "document", b"%PDF-1.7", "application/pdf", filename="Presupuesto.pdf")
    photo = desk.act(zoe, "image", content=JPEG, mime_type="image/jpeg")
    desk.reply(zoe, photo)
    desk.page.until("chat", lambda chat: {item["ticks"] for item in chat[zoe]} == {"read"})
    talk = desk.page.sections["chat"][zoe]
    mails = desk.page.sections["mails"]
    assert mails
    pids = [each["pid"] for each in desk.page.sections["instances"]]
    desk.post("function", do="freeze")
    pending = [desk.act(customer, "text", text="hola") for customer in (BOB, MARINA)]
    desk.page.until("instances", lambda all_: all_[0]["state"] == "frozen")
    assert desk.stop() == 0

    assert desk.page.ended
    assert all(_gone(pid) for pid in pids)
    lock = os.open(desk.data / "database" / "lock", os.O_RDWR)
    assert try_lock(lock)  # no process of Postgres is left
    os.close(lock)

    desk.start()
    assert desk.page.sections["chat"][zoe] == talk
    assert desk.page.sections["mails"][-len(mails) :] == mails
    assert desk.page.sections["counters"]["mails"] == 0  # in this run
    for address in TICKET_PAGE.findall("".join(mail["text"] for mail in mails)):
        assert httpx.get(address).status_code == 200
    assert httpx.get(desk.page.address + talk[0]["file"]["url"]).content == base64.b64decode(JPEG)
    assert httpx.get(desk.page.address + paper["file"]["url"]).content == b"%PDF-1.7"
    # Meta delivers again what was not answered.
    desk.page.until("chat", lambda _: {desk.page.ticks(wamid) for wamid in pending} == {"read"})
    assert desk.page.sections["counters"]["lost"] == 0
    desk.reply(zoe, desk.act(zoe, "text", text="mis tickets"))


def test_another_port_is_used_when_the_default_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with run._listener(0) as usual:
        monkeypatch.setattr(run, "PORT", usual.getsockname()[1])
        with run._listener(None) as other:
            assert other.getsockname()[1] not in {0, run.PORT}
            assert run.page_address(other, None).endswith(f"/ (port {run.PORT} is taken)")
    with run._listener(None) as free:
        assert run.page_address(free, None) == f"http://127.0.0.1:{run.PORT}/"


def test_a_requested_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "emulator", "--data", str(tmp_path), "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)

    assert ended.returncode == 1
    assert f"port {port} on 127.0.0.1: Address already in use" in ended.stderr
    assert not list(tmp_path.iterdir())
