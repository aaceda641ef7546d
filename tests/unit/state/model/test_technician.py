"""Technicians are told apart by their address, which nobody reads in a link."""

from state.model.technician import Technician


def test_the_id_is_of_the_address_alone() -> None:
    marta = Technician(address="marta@example.com", name="Marta Ruiz")
    assert marta.id == Technician(address="Marta@Example.com").id
    assert marta.id != Technician(address="luis@example.com").id
    assert "marta" not in marta.id


def test_neither_name_nor_address_is_in_the_repr() -> None:
    assert repr(Technician(address="marta@example.com", name="Marta Ruiz")) == "Technician()"
