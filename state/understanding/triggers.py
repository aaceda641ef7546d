"""The triggers of the dialogue, which are the meanings of a message and what happens between two turns, and the questions that
the database answers before a meaning is a trigger.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Self

from state.model.language import Language
from state.model.message import Attachment, Unhandled
from state.model.turn import Lookup
from state.understanding.act import Act


class Trigger(StrEnum):
    """The triggers in the table of the dialogue. The values are the labels of the diagram, in English and Spanish."""

    GREETING = "greeting or menu", "saludo o menú"
    REPORT = "wants to report a problem", "quiere reportar un problema"
    PROBLEM = "describes a problem", "describe un problema"
    UNCLEAR = "not understood", "no se entendió"
    DESCRIPTION = "the description", "la descripción"
    MORE = "adds to the report", "agrega algo al reporte"
    DETAIL = "a detail, without a problem", "un dato, sin un problema"
    FILE = "a file without text", "un archivo sin texto"
    TOO_MANY_FILES = "too many files", "demasiados archivos"
    YES = "yes, open the ticket", "sí, abrir el ticket"
    NO = "no, do not open it", "no, no abrirlo"
    CANCEL = "cancel", "cancelar"
    WAIT = "not yet", "todavía no"
    OTHER = "it is a different problem", "es otro problema"
    SAME_PROBLEM = "it is the same problem", "es el mismo problema"
    CODE_FOUND = "code of their ticket", "código de un ticket suyo"
    CODE_UNKNOWN = "unknown ticket code", "código de ticket desconocido"
    CODE_MISTYPED = "mistyped ticket code", "código de ticket mal escrito"
    CODE_AND_STORY = (
        "a problem with an unknown ticket code",
        "un problema con un código de ticket desconocido",
    )
    TAKEN_UP = (
        "anything about tickets, while a report was left",
        "cualquier cosa sobre tickets, con un reporte guardado",
    )
    NO_TICKETS = "asks for their tickets, has none", "pide sus tickets y no tiene"
    ONE_TICKET = "asks for their tickets, has one", "pide sus tickets y tiene uno"
    MANY_TICKETS = "asks for their tickets, has several", "pide sus tickets y tiene varios"
    NOTE = "adds to the ticket", "agrega algo al ticket"
    NOTE_ASIDE = "adds to another ticket by quoting it", "agrega algo a otro ticket citándolo"
    NOTE_PROBLEM = "adds what may be another problem", "agrega algo que puede ser otro problema"
    NOTE_QUESTION = "asks how it is going", "pregunta cómo va"
    NOTE_SOLVED = "says that it is solved or to be closed", "dice que ya está o que se cierre"
    NOTE_NOT_OURS = "adds what is not for this desk", "agrega algo que no es de este mostrador"
    NOTE_RESOLVED = "adds to a resolved ticket", "agrega algo a un ticket resuelto"
    NOTE_CLOSED = "adds to a closed ticket", "agrega algo a un ticket cerrado"
    REPORT_WAITS = "a report beyond the hourly limit", "un reporte que excede el límite por hora"
    HUMAN = "asks for a person", "pide hablar con una persona"
    HUMAN_WAITS = (
        "asks for a person beyond the hourly limit",
        "pide hablar con una persona y excede el límite por hora",
    )
    HUMAN_FOR_TICKET = "asks for a person about this ticket", "pide hablar con una persona por este ticket"
    CLOSE = "closes the ticket", "cierra el ticket"
    KEEP_OPEN = "no, do not close it", "no, no cerrarlo"
    FIXED = "yes, it is fixed", "sí, quedó bien"
    REOPEN = "reopens the ticket", "reabre el ticket"
    RATE = "rates the support", "califica la atención"
    RATE_UNCLEAR = "praises or blames without a grade", "elogia o critica sin una nota"
    SKIP = "skips the rating", "prefiere no calificar"
    THANKS = "thanks", "gracias"
    BYE = "goodbye", "adiós"
    NOT_OURS = "something that is not for this desk", "algo que no es de este mostrador"
    QUIET = "wants fewer messages", "quiere menos mensajes"
    LANGUAGE_CHOSEN = "chooses a language", "elige un idioma"
    LANGUAGE_ASKED = "asks for another language", "pide otro idioma"
    ERASE = "asks to erase their data", "pide borrar sus datos"
    ERASE_YES = "presses or types the button to erase", "toca o escribe el botón de borrar"
    ERASE_WRITTEN = "says yes in other words", "dice que sí con otras palabras"
    ERASE_NO = "no, keep my data", "no, conservar mis datos"
    STALE = "a button that no longer applies", "un botón que ya no sirve"
    REPEATED = "the same button again", "el mismo botón otra vez"
    MESSAGE_CHANGED = "edits or deletes a message", "edita o borra un mensaje"
    REPORT_CHANGED = "edits or deletes a message of the report", "edita o borra un mensaje del reporte"
    REPORT_EMPTIED = "deletes all there was of the report", "borra todo lo que había del reporte"
    UNSUPPORTED = "unsupported message", "un mensaje que no podemos leer"
    # After a turn, or without one: see `step` and `settle`.
    CANNOT_ASK = (
        "its question cannot be shown any more",
        "su pregunta ya no se puede mostrar",
    )

    # Between two turns: no messages, but ticket facts and silence (state/dialogue/catch_up.py).
    TICKET_ANSWERED = "a technician asks, answers or resolves", "un técnico pregunta, responde o resuelve"
    OTHER_TICKET_ANSWERED = (
        "a technician asks, answers or resolves in another ticket while they write about this one",
        "un técnico pregunta, responde o resuelve en otro ticket mientras el cliente escribe sobre este",
    )
    ANSWERED_BESIDE_REPORT = (
        "a technician asks, answers or resolves, while a report was left",
        "un técnico pregunta, responde o resuelve, con un reporte guardado",
    )
    OPENED_FOR_THEM = "a technician opens a ticket for them", "un técnico abre un ticket por ellos"
    NOTIFIED = "the notification of it was sent", "se envió la notificación de eso"
    TICKET_CHANGED = (
        "a technician takes, closes or reopens without a word",
        "un técnico toma, cierra o reabre sin escribir nada",
    )
    SILENCE = "24 hours of silence", "24 horas de silencio"
    SILENCE_WITH_QUESTION = (
        "24 hours of silence with an open question",
        "24 horas de silencio con una pregunta abierta",
    )
    SILENCE_WITH_REPORT = "24 hours of silence with a report", "24 horas de silencio con un reporte"

    spanish: str

    def __new__(cls, english: str, spanish: str) -> Self:
        member = str.__new__(cls, english)
        member._value_ = english
        member.spanish = spanish
        return member


class Question(StrEnum):
    """A meaning that becomes a trigger only once the database has answered."""

    CODE = "code"
    TICKETS = "tickets"
    WHICH = "which"
    NOTE = "note"
    HUMAN = "human"
    CLOSE = "close"
    FIXED = "fixed"
    REOPEN = "reopen"
    RATE = "rate"


_ENDS: Final = frozenset({Question.CLOSE, Question.FIXED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The meaning of one message in one session.

    text: the text that belongs in a ticket; empty for a mere command. code: the code of the ticket that it is about. codes: the
    codes in the text, of which the first that is theirs counts; otherwise: the meaning if none is, or if the words
    point at no ticket. An eight-digit number may be a code, but is an answer like any other if they have no such ticket.
    aside: it quotes another ticket than they write about, or than the report that they write; or a report was left.
    act: what its author does with it, None if it is not understood. guessed: no plain word says so, only the classifier. angry: it
    shows anger. language: the language of its words; wanted_language: the language that it asks for. rating: from 1 to 5.
    """

    trigger: Trigger | Question
    text: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    code: str | None = None
    codes: tuple[str, ...] = ()
    otherwise: "Meaning | None" = None
    aside: bool = False
    language: Language | None = None
    wanted_language: Language | None = None
    unhandled: Unhandled | None = None
    act: Act | None = None
    guessed: bool = False
    angry: bool = False
    rating: int | None = None

    def instead(self, merged: str, code: str) -> "Meaning":
        """The meaning with this code instead of that of a duplicate that was merged into it.

        A button that would have ended the duplicate shows the other: nobody asked to end that.
        """
        ends = self.trigger in _ENDS and self.code == merged
        return replace(
            self,
            trigger=(Question.NOTE if self.text or self.files else Question.CODE) if ends else self.trigger,
            code=code if self.code == merged else self.code,
            codes=tuple(code if each == merged else each for each in self.codes),
            otherwise=self.otherwise and self.otherwise.instead(merged, code),
        )

    @property
    def lookup(self) -> Lookup:
        """The facts that `resolve` needs to answer the question."""
        match self.trigger:
            case Question.TICKETS | Question.WHICH:
                return Lookup(tickets=True)
            case Question():
                codes = self.codes or ((self.code,) if self.code else ())
                rest = self.otherwise.lookup if self.otherwise else Lookup()
                return Lookup(codes=(*codes, *rest.codes), tickets=rest.tickets)
            case _:
                return Lookup()
