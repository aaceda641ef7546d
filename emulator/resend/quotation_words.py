"""What mail programs write between an answer and the e-mail it answers, in the language of their user.

After what these programs write; each phrase stands here once for each language, as translated phrases have no common form.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from state.model.language import Language

_DAYS: Final = {
    Language.ES: ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.PT: (
        "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo",
    ),
}  # fmt: skip
_MONTHS: Final = {
    Language.ES: (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
    Language.EN: (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    Language.PT: (
        "janeiro", "fevereiro", "março", "abril", "maio", "junho",
        "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
    ),
}  # fmt: skip
# {day} Tuesday, {d} Tue, {date} 1, {month} December, {m} Dec, {year}, {time} 15:40, {clock} 3:40 PM, {name}, {address}
_GMAIL: Final = {
    Language.ES: "El {d}, {date} {m} {year} a las {time}, {name} (<{address}>) escribió:",
    Language.EN: "On {d}, {m} {date}, {year} at {clock} {name} <{address}> wrote:",
    Language.PT: "Em {d}., {date} de {m}. de {year} às {time}, {name} <{address}> escreveu:",
}
_IPHONE: Final = {
    Language.ES: "El {date} {m} {year}, a la(s) {time}, {name} <{address}> escribió:",
    Language.EN: "On {m} {date}, {year}, at {clock}, {name} <{address}> wrote:",
    Language.PT: "Em {date} de {m}. de {year}, à(s) {time}, {name} <{address}> escreveu:",
}
_OUTLOOK_DATE: Final = {
    Language.ES: "{day}, {date} de {month} de {year} {time}",
    Language.EN: "{day}, {month} {date}, {year} {clock}",
    Language.PT: "{day}, {date} de {month} de {year} {time}",
}
OUTLOOK_LABELS: Final = {
    Language.ES: ("De", "Enviado", "Para", "Asunto"),
    Language.EN: ("From", "Sent", "To", "Subject"),
    Language.PT: ("De", "Enviada em", "Para", "Assunto"),
}
SENT_FROM_IPHONE: Final = {
    Language.ES: "Enviado desde mi iPhone",
    Language.EN: "Sent from my iPhone",
    Language.PT: "Enviado do meu iPhone",
}
AUTOMATIC_SUBJECT: Final = {
    Language.ES: "Respuesta automática",
    Language.EN: "Automatic reply",
    Language.PT: "Resposta automática",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationWords:
    """sent_at: when the quoted e-mail was sent, in its reader's time zone; name, address: its sender."""

    language: Language
    sent_at: datetime
    name: str
    address: str

    def gmail(self) -> str:
        return self._filled(_GMAIL)

    def iphone(self) -> str:
        return self._filled(_IPHONE)

    def outlook_date(self) -> str:
        return self._filled(_OUTLOOK_DATE)

    def _filled(self, phrases: dict[Language, str]) -> str:
        day = _DAYS[self.language][self.sent_at.weekday()]
        month = _MONTHS[self.language][self.sent_at.month - 1]
        return phrases[self.language].format(
            day=day,
            d=day[:3],
            date=self.sent_at.day,
            month=month,
            m=month[:3],
            year=self.sent_at.year,
            time=f"{self.sent_at:%H:%M}",
            clock=f"{self.sent_at:%I:%M %p}".lstrip("0"),
            name=self.name,
            address=self.address,
        )
