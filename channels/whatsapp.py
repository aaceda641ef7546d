"""Builds WhatsApp requests for Meta's Graph API and makes one send attempt."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from urllib3 import Timeout
from urllib3.exceptions import ClosedPoolError, ConnectTimeoutError, HTTPError, NewConnectionError

from channels.graph_errors import error_code, refuses, result_of
from channels.http import Answer, Http
from state.model.message import Sender
from state.model.outbox_row import Bubble, Choice, FileMessage, Outcome, Result, Template

_TIMEOUT: Final = Timeout(connect=3.0, read=10.0)  # together well under a lease
_NOT_IN_ALLOW_LIST: Final = 131030
_WRONG_FORM: Final = {_NOT_IN_ALLOW_LIST, 131062}  # 131062: a BSUID may not be used for this message
_DIGITS: Final = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
_NO_DIGIT: Final = re.compile(r"[^0-9]")
# Meta's test numbers compare the dialable form: without Argentina's 9 and Mexico's 1 (live check, 2026-08).
_VARIANTS: Final = ((re.compile(r"\+549(\d{10})"), r"+54\1"), (re.compile(r"\+521(\d{10})"), r"+52\1"))


def message_request(
    said: Bubble | Template | FileMessage, sender: Sender, dedup_key: str, quoted: str | None = None
) -> str:
    """Build the request for a message to who has just written; every attempt sends exactly these bytes.

    It is sent to the number if the customer's message had one, else to the BSUID. `quoted`: the wamid of the message to quote.
    """
    return _request(said, _number(sender) or _bsuid(sender), dedup_key, quoted)


def notification_requests(
    said: Bubble | Template | FileMessage, customer: Sender, dedup_key: str
) -> tuple[str, ...]:
    """Build the requests for a message to a customer who may have written long ago, in the order to try them.

    To the BSUID first, which is the person's own: their number may be somebody else's by now. To the number if there is no
    BSUID, or if Meta refuses it.
    """
    recipients = (_bsuid(customer), _number(customer))
    return tuple(_request(said, to, dedup_key) for to in recipients if to)


def _number(sender: Sender) -> dict[str, str]:
    """With "+", or Meta may prefix our own country code."""
    return {"to": f"+{sender.wa_id}"} if sender.wa_id else {}


def _bsuid(sender: Sender) -> dict[str, str]:
    """Never beside a number, which would win."""
    return {"recipient": sender.user_id, "recipient_type": "individual"} if sender.user_id else {}


def _request(
    said: Bubble | Template | FileMessage, to: dict[str, str], dedup_key: str, quoted: str | None = None
) -> str:
    message: dict[str, Any] = {
        "messaging_product": "whatsapp",
        **to,
        **({"context": {"message_id": quoted}} if quoted else {}),
        "biz_opaque_callback_data": dedup_key,
        **_content(said),
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _content(said: Bubble | Template | FileMessage) -> dict[str, Any]:
    match said:
        case Template():
            return _template(said)
        case FileMessage(filename=""):
            return {"type": "image", "image": {"id": said.media_id, "caption": said.caption}}
        case FileMessage():
            named = {"id": said.media_id, "caption": said.caption, "filename": said.filename}
            return {"type": "document", "document": named}
        case Bubble():
            return _bubble(said)


def _bubble(bubble: Bubble) -> dict[str, Any]:
    if bubble.buttons:
        buttons = [{"type": "reply", "reply": _choice(button)} for button in bubble.buttons]
        interactive = {"type": "button", "action": {"buttons": buttons}}
    elif bubble.rows:
        sections = [{"rows": [_choice(row) for row in bubble.rows]}]
        interactive = {"type": "list", "action": {"button": bubble.list_button, "sections": sections}}
    else:
        return {"type": "text", "text": {"body": bubble.body}}
    return {"type": "interactive", "interactive": {**interactive, "body": {"text": bubble.body}}}


def _choice(choice: Choice) -> dict[str, str]:
    described = {"description": choice.description} if choice.description else {}
    return {"id": choice.id, "title": choice.title, **described}


def _template(template: Template) -> dict[str, Any]:
    parameters = [{"type": "text", "text": parameter} for parameter in template.parameters]
    return {
        "type": "template",
        "template": {
            "name": template.name,
            "language": {"code": template.language},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }


class _TooLate(Exception):
    """The attempt may not be made any more."""


class WhatsApp:
    """Meta's Graph API for one number. Made without a connection; safe to use from many threads."""

    def __init__(self, api_url: str, version: str, phone_number_id: str, token: str, http: Http) -> None:
        self._number_url = f"{api_url}/{version}/{phone_number_id}"
        self._url = f"{self._number_url}/messages"
        self._token = token
        self._http = http

    def send(self, bodies: tuple[str, ...], attempts: int, may_leave: Callable[[], bool]) -> Result:
        """Make one attempt. Never raises: every outcome is a Result.

        bodies: the request, then others with the same message for other ids of the same person, in case Meta refuses the id.
        may_leave: asked when all but the message itself is on the wire; if it returns False the outcome is RELEASED.
        """
        result = Result(outcome=Outcome.DEAD, error="nobody to send it to")
        for body in bodies:
            result, code = self._try(body, attempts, may_leave)
            if code == _NOT_IN_ALLOW_LIST and (variant := _variant(body)):
                result, code = self._try(variant, attempts, may_leave)
            if code not in _WRONG_FORM:
                break
        return result

    def own_number(self) -> str | None:
        """The digits of the number that this desk writes from. None if Meta does not say."""
        try:
            answer = self._http.request(
                "GET",
                f"{self._number_url}?fields=display_phone_number",
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=_TIMEOUT,
            )
        except HTTPError:
            return None
        data = answer.json()
        shown = data.get("display_phone_number") if isinstance(data, dict) else None
        return _NO_DIGIT.sub("", shown) if isinstance(shown, str) else None

    def mark_read(self, wamid: str, *, typing: bool) -> bool:
        """Blue ticks, and "typing..." until our reply or for 25 s. Returns False if Meta refused it, which is harmless."""
        receipt: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            receipt["typing_indicator"] = {"type": "text"}
        try:
            return self._post(json.dumps(receipt)).status < 400
        except HTTPError:
            return False

    def _try(self, body: str, attempts: int, may_leave: Callable[[], bool]) -> tuple[Result, int | None]:
        def check() -> None:
            if not may_leave():
                raise _TooLate

        try:
            response = self._post(body, check)
        except _TooLate:
            return Result(outcome=Outcome.RELEASED, error="lease too short"), None
        except HTTPError as error:
            return _broken(error), None
        return _answered(response, attempts)

    def _post(self, body: str, before_body: Callable[[], None] | None = None) -> Answer:
        return self._http.request(
            "POST",
            self._url,
            body=body.encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            timeout=_TIMEOUT,
            before_body=before_body,
        )


def _answered(response: Answer, attempts: int) -> tuple[Result, int | None]:
    """What is not Graph's own answer (a proxy's page, a redirect, JSON of another shape) says nothing about the message."""
    data = response.json()
    wamid, code = _wamid(data), error_code(data)
    if response.status == 200 and wamid:
        return Result(outcome=Outcome.SENT, provider_id=wamid, wa_id=_number_of_recipient(data)), None
    # Other than with a 4xx, it may have accepted the message before it failed.
    if code is not None and (400 <= response.status < 500 or refuses(code)):
        return result_of(code, attempts), code
    return Result(outcome=Outcome.UNKNOWN, error=f"meta http {response.status} code {code}"), code


def _broken(error: HTTPError) -> Result:
    """A message was certainly not sent only if the connection was never made."""
    # Another thread that found the pool idle may close it just before we get a connection from it.
    unmade = isinstance(error, NewConnectionError | ConnectTimeoutError | ClosedPoolError)
    return Result(outcome=Outcome.RETRY if unmade else Outcome.UNKNOWN, error=f"meta {type(error).__name__}")


def _wamid(data: Any) -> str | None:
    try:
        wamid = data["messages"][0]["id"]
    except (IndexError, KeyError, TypeError):
        return None
    return wamid if isinstance(wamid, str) and wamid else None


def _number_of_recipient(data: Any) -> str | None:
    """The number as WhatsApp writes it, which is not always how it was dialled. None if it was sent to a BSUID."""
    try:
        number = data["contacts"][0]["wa_id"]
    except (IndexError, KeyError, TypeError):
        return None
    return number if isinstance(number, str) and _DIGITS.fullmatch(number) else None


def _variant(body: str) -> str | None:
    message = json.loads(body)
    for pattern, form in _VARIANTS:
        if pattern.fullmatch(message.get("to", "")):
            return json.dumps({**message, "to": pattern.sub(form, message["to"])}, ensure_ascii=False)
    return None
