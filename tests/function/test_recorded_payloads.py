"""Every recorded payload, through the real function and database: the answer, the stored rows, the reply and the identity.

`data/expected.json` says what each file must do; what it leaves out must not happen.
"""

import json
import time
from typing import Any

import pytest

from emulator import Json
from tests.support.function import Service, World, settle
from tests.support.paths import DATA, RECORDED
from tests.support.payloads import FILES

EXPECTED: dict[str, dict[str, Any]] = json.loads((DATA / "expected.json").read_text())
NOTHING: dict[str, Any] = {
    "after": None,  # a file that came before
    "says": [],  # the key of each reply, or "*" if the words are no customer's: one row in `inbound` for each
    "to": [],  # whom they went to
    "customers": [],  # who is in the table at the end
    "tickets": 0,
    "ignored": [],  # reasons in the log
    "account": [],  # what Meta reports to the operator
    "confirm": 0,  # calls that look for a row of the outbox
    "link": 0,  # calls that move an alias
    "poison": 0,
}
BSUID, PHONE = "MX.4f9a2c7be1d04415a6c3", "5215512345678"
CUSTOMERS: dict[tuple[str | None, str | None], str] = {
    (BSUID, PHONE): "ana",
    (BSUID, None): "ana by username",
    (BSUID, "5215599990000"): "ana, new number",
    ("MX.newbsuid0001", PHONE): "ana, new bsuid",
    ("MX.newbsuid0001", None): "ana, new bsuid alone",
    ("MX.newbsuid0001", "5215599990000"): "ana, both new",
    ("US.bob1", "15551110000"): "bob",
}
# A number with its plus sign; a BSUID only where no number came with the message.
RECIPIENTS = {f"+{PHONE}": "ana", BSUID: "ana by username", "+15551110000": "bob"}


def recorded(name: str) -> Json:
    """The payload as if it were of today: Meta's 24-hour window is open."""
    payload: Json = json.loads((RECORDED / name).read_text())
    for entry in payload["entry"]:
        for change in entry["changes"]:
            for key in ("messages", "statuses", "user_id_update"):
                for item in change["value"].get(key, []):
                    item["timestamp"] = str(int(item["timestamp"]) - 1_795_176_500 + int(time.time()))
    return payload


def observed(world: World) -> dict[str, Any]:
    customers = world.rows("select user_id, wa_id from customers order by id")
    calls, inbound = (
        world.supabase.calls(),
        world.column("select outcome from inbound order by received_at, wamid"),
    )
    says = sorted(line["reply"] for line in world.log("turn") if "reply" in line)
    assert inbound.count("done") == len(says)
    return {
        "says": says,
        "to": sorted(RECIPIENTS[_recipient(entry.request)] for entry in world.sends()),
        "customers": sorted(CUSTOMERS[row["user_id"], row["wa_id"]] for row in customers),
        "tickets": len(world.rows("select code from tickets")),
        "ignored": sorted(line["reason"] for line in world.log("ignored")),
        "account": sorted(
            " ".join(line[key] for key in ("severity", "field", "change", "about") if key in line)
            for line in world.log("account")
        ),
        "confirm": calls["confirm_outbox"],
        "link": calls["link_identity"],
        "poison": inbound.count("poison"),
    }


def _recipient(message: Json) -> str:
    """Meta lets `to` win when both are there: only one may be."""
    assert ("to" in message) != ("recipient" in message)
    return str(message.get("to") or message.get("recipient"))


def test_every_file_has_its_expectation() -> None:
    assert sorted(EXPECTED) == FILES


@pytest.mark.parametrize("name", FILES)
def test_recorded(world: World, service: Service, name: str) -> None:
    expected = NOTHING | EXPECTED.get(name, {})
    if before := expected.pop("after"):
        assert service.post(recorded(before)).status_code == 200
        world.forget()
    assert service.post(recorded(name)).status_code == 200
    settle()
    seen = observed(world)
    if "*" in expected["says"]:
        seen["says"] = ["*" for _ in seen["says"]]
    assert seen == expected


@pytest.mark.parametrize("name", [name for name in FILES if EXPECTED[name].get("says")])
def test_recorded_and_delivered_again(world: World, service: Service, name: str) -> None:
    service.post(payload := recorded(name))
    settle()
    sent, kept = len(world.sends()), world.rows("select * from inbound order by wamid")
    assert world.start().post(payload).status_code == 200
    settle()
    assert (len(world.sends()), world.rows("select * from inbound order by wamid")) == (sent, kept)
