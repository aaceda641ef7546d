"""Builds WhatsApp requests for Meta's Graph API and makes one send attempt."""

import json
import re
from typing import Any, Final

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import ClosedPoolError, ConnectTimeoutError, HTTPError, NewConnectionError

from channels.graph_errors import refuses, result_of
from channels.http import Http
from state.model.message import Sender
from state.model.outbox_row import Bubble, Choice, Outcome, Result, Template

_TIMEOUT: Final = Timeout(connect=3.0, read=10.0)  # together well under a lease
_NOT_IN_ALLOW_LIST: Final = 131030
_NO_SUCH_OBJECT: Final = 33
# Responses without a code from Meta, as a proxy in between sends.
_WITHOUT_CODE: Final = {429: Outcome.RETRY, 408: Outcome.UNKNOWN, 301: Outcome.UNKNOWN, 302: Outcome.UNKNOWN}
# Meta's test numbers compare the dialable form: without Argentina's 9 and Mexico's 1 (live check, 2026-08).
_VARIANTS: Final = ((re.compile(r"\+549(\d{10})"), r"+54\1"), (re.compile(r"\+521(\d{10})"), r"+52\1"))


def message_request(
    said: Bubble | Template, sender: Sender, dedup_key: str, quoted: str | None = None
) -> str:
    """Build the request for one message; every attempt sends exactly these bytes.

    It is sent to the number if the customer's message had one (with "+", or Meta may prefix our own country code), else to the
    BSUID in `recipient`; never both. `quoted`: the wamid of the message to quote.
    """
    to = (
        {"to": f"+{sender.wa_id}"}
        if sender.wa_id
        else {"recipient": sender.user_id, "recipient_type": "individual"}
    )
    message: dict[str, Any] = {
        "messaging_product": "whatsapp",
        **to,
        **({"context": {"message_id": quoted}} if quoted else {}),
        "biz_opaque_callback_data": dedup_key,
        **(_template(said) if isinstance(said, Template) else _bubble(said)),
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


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


class WhatsApp:
    """Meta's Graph API for one number. Made without a connection; safe to use from many threads."""

    def __init__(self, api_url: str, version: str, phone_number_id: str, token: str, http: Http) -> None:
        self._url = f"{api_url}/{version}/{phone_number_id}/messages"
        self._token = token
        self._http = http

    def send(self, body: str, attempts: int) -> Result:
        """Make one attempt. Never raises: every outcome is a Result."""
        result, code = self._try(body, attempts)
        variant = _variant(body) if code == _NOT_IN_ALLOW_LIST else None
        return self._try(variant, attempts)[0] if variant else result

    def mark_read(self, wamid: str, *, typing: bool) -> bool:
        """Blue ticks, and "typing..." until our reply or for 25 s. Returns False if Meta refused it, which is harmless."""
        receipt: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            receipt["typing_indicator"] = {"type": "text"}
        try:
            return self._post(json.dumps(receipt)).status < 400
        except HTTPError:
            return False

    def _try(self, body: str, attempts: int) -> tuple[Result, int | None]:
        try:
            response = self._post(body)
        except HTTPError as error:
            return _broken(error), None
        return _answered(response, attempts)

    def _post(self, body: str) -> BaseHTTPResponse:
        return self._http.request(
            "POST",
            self._url,
            body=body.encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            timeout=_TIMEOUT,
        )


def _answered(response: BaseHTTPResponse, attempts: int) -> tuple[Result, int | None]:
    try:
        data = response.json()
    except ValueError:
        data = None
    if response.status == 200:
        return Result(outcome=Outcome.SENT, provider_id=_wamid(data)), None
    code = _error_code(data)
    if response.status >= 500 and not refuses(code):  # it may have accepted the message before it failed
        return Result(outcome=Outcome.UNKNOWN, error=f"meta http {response.status} code {code}"), code
    if code is None:
        outcome = _WITHOUT_CODE.get(response.status, Outcome.DEAD)
        return Result(outcome=outcome, error=f"meta http {response.status}"), None
    return result_of(code, attempts), code


def _broken(error: HTTPError) -> Result:
    """A message was certainly not sent only if the connection was never made."""
    # Another thread that found the pool idle may close it just before we get a connection from it.
    unmade = isinstance(error, NewConnectionError | ConnectTimeoutError | ClosedPoolError)
    return Result(outcome=Outcome.RETRY if unmade else Outcome.UNKNOWN, error=f"meta {type(error).__name__}")


def _wamid(data: Any) -> str | None:
    try:
        return str(data["messages"][0]["id"])
    except (IndexError, KeyError, TypeError):
        return None


def _error_code(data: Any) -> int | None:
    try:
        code, subcode = data["error"]["code"], data["error"].get("error_subcode")
    except (AttributeError, KeyError, TypeError):
        return None
    # "100, subcode 33" means a wrong number id, or one our token may not use: nothing is wrong with the message.
    return subcode if (code, subcode) == (100, _NO_SUCH_OBJECT) else code if isinstance(code, int) else None


def _variant(body: str) -> str | None:
    message = json.loads(body)
    for pattern, form in _VARIANTS:
        if pattern.fullmatch(message.get("to", "")):
            return json.dumps({**message, "to": pattern.sub(form, message["to"])}, ensure_ascii=False)
    return None
