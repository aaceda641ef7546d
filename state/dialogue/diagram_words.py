"""The words of the state diagram in the languages of the docs; the names of the states are the same in all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from state.model.session import State
from state.understanding.triggers import Trigger

ANYWHERE: Final = "anywhere"  # the box of what is understood in every state
STAYS: Final = "stays"  # the heading of what leaves a state as it is

Words = Mapping[str, str]  # by State, Trigger, ANYWHERE and STAYS


def words_for(filename: str) -> Words:
    """`dialogue.es.md` is in Spanish, `dialogue.md` in English."""
    return SPANISH if PurePath(filename).match("*.es.md") else ENGLISH


ENGLISH: Final[Words] = {
    ANYWHERE: "AT ANY TIME",
    STAYS: "stays in this state",
    State.MENU: "no draft, no current ticket",
    State.DESCRIBING: "we asked what is wrong",
    State.CONFIRMING: "we asked to confirm the report",
    State.ASKING_CODE: "we asked which ticket",
    State.FOLLOWING: "there is a current ticket",
    State.ERASING: "we asked to confirm the erasure",
    **{trigger: trigger.value for trigger in Trigger},
}

SPANISH: Final[Words] = {
    ANYWHERE: "EN CUALQUIER MOMENTO",
    STAYS: "sigue en este estado",
    State.MENU: "sin borrador ni ticket actual",
    State.DESCRIBING: "preguntamos qué falla",
    State.CONFIRMING: "pedimos confirmar el reporte",
    State.ASKING_CODE: "preguntamos qué ticket",
    State.FOLLOWING: "hay un ticket actual",
    State.ERASING: "pedimos confirmar el borrado",
    Trigger.GREETING: "saludo o menú",
    Trigger.REPORT: "quiere reportar un problema",
    Trigger.PROBLEM: "describe un problema",
    Trigger.UNCLEAR: "no se entendió",
    Trigger.DESCRIPTION: "la descripción",
    Trigger.MORE: "agrega algo al reporte",
    Trigger.MORE_UNCLEAR: "no se entendió, por segunda vez",
    Trigger.FILE: "un archivo sin texto",
    Trigger.TOO_MANY_FILES: "demasiados archivos",
    Trigger.YES: "sí, abrir el ticket",
    Trigger.CANCEL: "cancelar",
    Trigger.OTHER: "es otro problema",
    Trigger.CODE_FOUND: "código de un ticket suyo",
    Trigger.CODE_UNKNOWN: "código de ticket desconocido",
    Trigger.CODE_MISTYPED: "código de ticket mal escrito",
    Trigger.CODE_AND_STORY: "un problema con un código desconocido",
    Trigger.NO_TICKETS: "pide sus tickets, no tiene",
    Trigger.ONE_TICKET: "pide sus tickets, tiene uno",
    Trigger.MANY_TICKETS: "pide sus tickets, tiene varios",
    Trigger.NOTE: "agrega algo al ticket",
    Trigger.NOTE_CLOSED: "agrega algo a un ticket resuelto o cerrado",
    Trigger.REPORT_WAITS: "un reporte, con demasiados tickets en esta hora",
    Trigger.HUMAN: "pide una persona",
    Trigger.HUMAN_WAITS: "pide una persona, con demasiados tickets en esta hora",
    Trigger.HUMAN_FOR_TICKET: "pide una persona para este ticket",
    Trigger.CLOSE: "cierra el ticket",
    Trigger.FIXED: "sí, quedó bien",
    Trigger.REOPEN: "reabre el ticket",
    Trigger.REOPEN_WITH: "reabre el ticket y agrega algo",
    Trigger.RATE: "califica la atención",
    Trigger.SKIP: "no califica",
    Trigger.THANKS: "gracias o adiós",
    Trigger.LANGUAGE_CHOSEN: "elige un idioma",
    Trigger.LANGUAGE_ASKED: "pide otro idioma",
    Trigger.ERASE: "pide borrar sus datos",
    Trigger.ERASE_YES: "pulsa el botón de borrar",
    Trigger.ERASE_WRITTEN: "dice que sí sin pulsar el botón",
    Trigger.ERASE_NO: "no, conservar mis datos",
    Trigger.STALE: "un botón que ya no vale",
    Trigger.REPEATED: "el mismo botón otra vez",
    Trigger.UNSUPPORTED: "un mensaje que no podemos usar",
}
