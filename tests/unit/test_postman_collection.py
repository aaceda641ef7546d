"""docs/mostrador.postman_collection.json: every call that the desk answers, with the local desk's values."""

import json
import re

import pytest

from emulator.function import SWEEP_TOKEN, VERIFY_TOKEN, technicians
from emulator.meta.account import APP_SECRET
from emulator.meta.webhook_payload import BUSINESS
from emulator.resend.resend_api import Resend
from emulator.run import FUNCTION_PORT, PORT
from handlers.mail_addresses import read_mailboxes
from handlers.payload import read_payload
from state.model.message import AccountUpdate, Ignored, Message, Poison, Status
from tests.support.postman import Request, read_collection

COLLECTION = read_collection()
# What the scripts set before each request.
SET_BY_SCRIPTS = {"now": "1796127994", "nowIso": "2026-12-01T12:00:00.000Z", "wamid": "wamid.0"}
# Every kind of call, and what it is answered. A path's token is written as it is in the collection.
ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/", 403),
    ("POST", "/", 200),
    ("POST", "/", 400),
    ("POST", "/", 401),
    ("POST", "/", 413),
    ("POST", "/", 503),
    ("GET", "/t/not-a-token/", 403),
    ("POST", "/t/not-a-token/", 403),
    ("GET", "/desk/", 200),
    ("POST", "/desk/", 200),
    ("POST", "/desk/", 202),
    ("POST", "/desk/", 403),
    ("GET", "/desk/not-a-token/", 403),
    ("POST", "/desk/not-a-token/", 403),
    ("POST", "/mail", 200),
    ("POST", "/mail", 401),
    ("GET", "/mail", 405),
    ("POST", "/sweep", 200),
    ("POST", "/sweep", 401),
    ("GET", "/health", 200),
    ("GET", "/health/deep", 200),
    ("GET", "/health/deep", 401),
    ("GET", "/admin", 404),
    ("DELETE", "/", 405),
]


def filled_in(text: str) -> str:
    """With the collection's own values for its variables."""
    values = {name: each["value"] for name, each in COLLECTION.variables.items()} | SET_BY_SCRIPTS
    return re.sub(r"{{(\w+)}}", lambda found: values[found[1]], text)


def in_folder(name: str) -> list[Request]:
    found = [each for each in COLLECTION.requests if name in each.folders]
    assert found
    return found


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_each_call_has_a_request(method: str, path: str, status: int) -> None:
    assert any(
        (each.method, each.path, each.status) == (method, path, status) for each in COLLECTION.requests
    )


@pytest.mark.parametrize("request_", COLLECTION.requests, ids=lambda each: each.name)
class TestRequest:
    def test_says_what_it_is_and_what_comes_back(self, request_: Request) -> None:
        assert request_.description
        assert request_.status is not None

    def test_goes_to_the_desk_or_to_its_local_page(self, request_: Request) -> None:
        [host] = request_.url["host"]
        query = "&".join(f"{each['key']}={each['value']}" for each in request_.url.get("query", []))
        assert host == ("{{page}}" if request_.path.startswith("/emulator/") else "{{baseUrl}}")
        assert request_.url["raw"] == host + request_.path + (f"?{query}" if query else "")

    def test_has_no_value_that_is_nowhere(self, request_: Request) -> None:
        filled_in(f"{request_.body} {request_.url['raw']}")


def test_names_are_used_once() -> None:
    """In a run's report a request is found by its name and its folder."""
    names = [(each.folders, each.name) for each in COLLECTION.requests]
    assert len(set(names)) == len(names)


def test_folders_and_variables_are_explained() -> None:
    assert all(each["description"] for each in [*COLLECTION.folders, *COLLECTION.variables.values()])


def test_its_values_are_those_of_make_run() -> None:
    [first, *_] = read_mailboxes(technicians()["SUPPORT_EMAIL_TO"])
    ours = {
        "baseUrl": f"http://127.0.0.1:{FUNCTION_PORT}",
        "page": f"http://127.0.0.1:{PORT}",
        "appSecret": APP_SECRET,
        "verifyToken": VERIFY_TOKEN,
        "phoneNumberId": BUSINESS.phone_number_id,
        "displayPhoneNumber": BUSINESS.display_phone_number,
        "businessAccountId": BUSINESS.account_id,
        "sweepToken": SWEEP_TOKEN,
        "mailSecret": Resend.webhook_secret,
        "technician": first.address,
    }
    assert {name: COLLECTION.variables[name]["value"] for name in ours} == ours


def test_scripts_use_no_other_variables() -> None:
    used = re.findall(r"(?:pm\.variables|pm\.collectionVariables)\.[gs]et\('(\w+)'", COLLECTION.scripts)
    assert set(used) <= COLLECTION.variables.keys() | SET_BY_SCRIPTS.keys()


def test_it_has_no_secret_but_the_local_ones() -> None:
    """What an export from Postman may bring along: current values, and keys in the shape of Meta's, Supabase's or Resend's."""
    text = COLLECTION.text
    for local in (APP_SECRET, SWEEP_TOKEN, VERIFY_TOKEN, Resend.webhook_secret):
        assert text.count(local) == 1
        text = text.replace(local, "")
    assert (
        re.findall(r"\b(?:[0-9a-f]{32,}|EAA\w+|sb_secret_\w+|re_[A-Za-z0-9]{8,}|whsec_\w+|eyJ\w+)", text)
        == []
    )
    assert set(re.findall(r"https?://([^/:\s\"]+)", text)) <= {
        "127.0.0.1",
        "schema.getpostman.com",
        "elsewhere.example",
    }


class TestWhatMetaDelivers:
    """The desk reads each body as what its request says."""

    @pytest.mark.parametrize("request_", in_folder("Messages"), ids=lambda each: each.name)
    def test_messages(self, request_: Request) -> None:
        if request_.body == "{{delivered}}":
            return
        kinds = {type(event) for event in self.read(request_)}
        if request_.name == "A message that cannot be read":
            assert kinds == {Poison}
        elif request_.name in {"A reaction", "A type that does not exist yet"}:
            assert kinds == {Ignored}
        else:
            assert kinds in ({Message}, {Message, Status})

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("Delivered", Status),
            ("Failed", Status),
            ("Meta has approved a template", AccountUpdate),
            ("Meta's test button", Ignored),
        ],
    )
    def test_what_is_no_message(self, name: str, kind: type) -> None:
        [request] = [each for each in in_folder("Statuses and notices") if each.name == name]
        assert {type(event) for event in self.read(request)} == {kind}

    def read(self, request: Request) -> list[object]:
        return list(read_payload(json.loads(filled_in(request.body)), BUSINESS.phone_number_id))
