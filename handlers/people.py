"""The technicians of the setting: whom an id or an address stands for, and whom a ticket concerns."""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.mail_addresses import Mailbox
from state.model.technician import Technician


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The technicians, in the order of `SUPPORT_EMAIL_TO`. Who is not among them any more is nobody."""

    technicians: tuple[Technician, ...]

    @property
    def addresses(self) -> list[str]:
        """Lower case, as the database has them."""
        return [each.address.lower() for each in self.technicians]

    def by_id(self, technician: str) -> Technician | None:
        return next((each for each in self.technicians if each.id == technician), None)

    def by_address(self, address: str | None) -> Technician | None:
        wanted = (address or "").lower()
        return next((each for each in self.technicians if each.address.lower() == wanted), None)

    def concerned(self, assignee: str | None, *, away: bool) -> tuple[Technician, ...]:
        """Whom a ticket concerns: the technician with this address, who has it, or all if that is nobody or they are away."""
        found = None if away else self.by_address(assignee)
        return (found,) if found else self.technicians


def technicians_of(mailboxes: Iterable[Mailbox]) -> tuple[Technician, ...]:
    """The technicians of these addresses, each address once."""
    found: dict[str, Technician] = {}
    for each in mailboxes:
        found.setdefault(each.address.lower(), Technician(address=each.address, name=each.name))
    return tuple(found.values())
