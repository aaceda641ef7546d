"""`python -m ops desk`: links to the list of tickets, and the end of all of them."""

from datetime import UTC, datetime

from handlers.desk_links import DeskAccess, DeskLinks
from state.model.technician import Technician
from tests.support.ops_tickets import OpsCli

URL, KEY = "https://mostrador.example", "key"
TEAM = "Marta Ruiz <marta@example.com>, luis@example.com"
SETTINGS = {"PUBLIC_URL": URL, "LINK_SIGNING_KEY": KEY, "SUPPORT_EMAIL_TO": TEAM}
MARTA = Technician(address="marta@example.com").id


def opened(printed: str) -> DeskAccess:
    token = printed.strip().removeprefix(f"{URL}/desk/").removesuffix("/")
    return DeskLinks(URL, [KEY]).read_link(token, datetime.now(UTC))


def test_a_link_for_a_shell(cli: OpsCli) -> None:
    printed = cli.output("desk", "link", "Marta@Example.com", **SETTINGS)
    assert opened(printed) == DeskAccess(technician=MARTA, epoch=0)


def test_of_one_technician_no_address_is_needed(cli: OpsCli) -> None:
    printed = cli.output("desk", "link", **SETTINGS | {"SUPPORT_EMAIL_TO": "marta@example.com"})
    assert opened(printed).technician == MARTA


def test_whose(cli: OpsCli) -> None:
    assert cli.error("desk", "link", **SETTINGS) == "say whose link: marta@example.com, luis@example.com"
    assert "no technician of SUPPORT_EMAIL_TO" in cli.error("desk", "link", "eve@example.com", **SETTINGS)


def test_by_mail_once_in_ten_minutes(cli: OpsCli) -> None:
    said = cli.output("desk", "link", "marta@example.com", "--mail", **SETTINGS)
    assert said == "✓ A link is on its way to marta@example.com\n"
    assert "within the last ten minutes" in cli.output(
        "desk", "link", "marta@example.com", "--mail", **SETTINGS
    )
    (row,) = cli.tables.all("select * from outbox")
    assert (row["content"], row["recipient"], row["status"]) == ("desk_link", "marta@example.com", "ready")


def test_logout_ends_what_was_given_out(cli: OpsCli) -> None:
    assert "logged out" in cli.output("desk", "logout")
    assert opened(cli.output("desk", "link", "marta@example.com", **SETTINGS)).epoch == 1


def test_what_it_needs(cli: OpsCli) -> None:
    assert "LINK_SIGNING_KEY" in cli.error("desk", "link")
