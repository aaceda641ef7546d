"""The words beside the arrows of the state diagram, in the languages of docs/dialogue*.md; the states keep their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from state.model.session import State
from state.understanding.meaning import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. `anywhere`: the box of what is understood in every state; `stays`: before what leaves a state as it is."""

    anywhere: str
    stays: str
    states: Mapping[State, str]
    triggers: Mapping[Trigger, str]


def words_for(name: str) -> Words:
    """The language of a Markdown file, by its name: `dialogue.es.md` is in Spanish, `dialogue.md` in English."""
    return SPANISH if PurePath(name).match("*.es.md") else ENGLISH


ENGLISH: Final = Words(
    anywhere="AT ANY TIME",
    stays="stays on",
    states={
        State.MENU: "nothing is on the table",
        State.DESCRIBING: "we asked what is wrong",
        State.CONFIRMING: "a report is on the table: is this it?",
        State.ASKING_CODE: "we asked which ticket",
        State.FOLLOWING: "a ticket is on the table",
        State.ERASING: "we asked whether to forget the person",
    },
    triggers={trigger: trigger.value for trigger in Trigger},
)

SPANISH: Final = Words(
    anywhere="EN CUALQUIER MOMENTO",
    stays="sigue ahí",
    states={
        State.MENU: "no hay nada sobre la mesa",
        State.DESCRIBING: "preguntamos qué falla",
        State.CONFIRMING: "hay un reporte sobre la mesa: ¿es esto?",
        State.ASKING_CODE: "preguntamos qué ticket",
        State.FOLLOWING: "hay un ticket sobre la mesa",
        State.ERASING: "preguntamos si olvidar a la persona",
    },
    triggers={
        Trigger.GREETING: "saludo o menú",
        Trigger.REPORT: "quiere reportar",
        Trigger.PROBLEM: "cuenta un problema",
        Trigger.UNCLEAR: "no se entendió",
        Trigger.DESCRIPTION: "la descripción",
        Trigger.MORE: "agrega algo al reporte",
        Trigger.MORE_UNCLEAR: "no se entendió dos veces",
        Trigger.FILE: "un archivo sin palabras",
        Trigger.TOO_MANY_FILES: "un archivo de más",
        Trigger.YES: "sí, abrirlo",
        Trigger.CANCEL: "cancelar",
        Trigger.OTHER: "es otro problema",
        Trigger.CODE_FOUND: "un ticket suyo",
        Trigger.CODE_UNKNOWN: "un ticket que no es suyo, o no existe",
        Trigger.CODE_MISTYPED: "un código con un error",
        Trigger.CODE_AND_STORY: "un problema, y un código que no lleva a nada",
        Trigger.NO_TICKETS: "pide sus tickets, no tiene",
        Trigger.ONE_TICKET: "pide sus tickets, tiene uno",
        Trigger.MANY_TICKETS: "pide sus tickets, tiene varios",
        Trigger.NOTE: "agrega algo al ticket",
        Trigger.NOTE_CLOSED: "agrega algo a un ticket terminado",
        Trigger.REPORT_WAITS: "un ticket de más",
        Trigger.HUMAN: "quiere una persona",
        Trigger.HUMAN_WAITS: "quiere una persona, un ticket de más",
        Trigger.HUMAN_FOR_TICKET: "quiere una persona para este ticket",
        Trigger.CLOSE: "cierra el ticket",
        Trigger.FIXED: "sí, quedó bien",
        Trigger.REOPEN: "reabre el ticket",
        Trigger.REOPEN_WITH: "reabre el ticket con esto",
        Trigger.RATE: "califica la atención",
        Trigger.SKIP: "prefiere no calificar",
        Trigger.THANKS: "gracias o adiós",
        Trigger.LANGUAGE_CHOSEN: "elige un idioma",
        Trigger.LANGUAGE_ASKED: "pide otro idioma",
        Trigger.ERASE: "pide que borren sus datos",
        Trigger.ERASE_YES: "sí, bórrenme",
        Trigger.ERASE_WRITTEN: "dice que sí, sin el botón",
        Trigger.ERASE_NO: "no, mejor no",
        Trigger.STALE: "un botón de otro momento",
        Trigger.REPEATED: "el mismo botón otra vez",
        Trigger.UNSUPPORTED: "algo que no podemos usar",
    },
)
