"""DESK_NAME: the operator's name for the desk reaches the customer in the welcome."""

import pytest

from tests.support.function import World, settle


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Clínica Vida", "Soy el asistente virtual de soporte de *Clínica Vida*."),
        ("", "Soy el asistente virtual de soporte técnico."),
    ],
)
def test_the_welcome_says_whose_desk_it_is(world: World, name: str, said: str) -> None:
    world.start(DESK_NAME=name).say("hola")
    settle()
    assert said in world.bubbles()[-1]
