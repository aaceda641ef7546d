"""The errors of Meta's Graph API: their codes, HTTP statuses and bodies."""

import secrets
from dataclasses import dataclass

from starlette.responses import JSONResponse

from emulator import Json
from emulator.faults import Fault
from emulator.stand_in import ServiceError

# code: (HTTP status, title). Where Meta's table gives no status it is 400, as observed.
KNOWN: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "An unknown error occurred"),
    2: (503, "Service temporarily unavailable"),
    3: (500, "Capability or permissions issue"),
    4: (429, "Application request limit reached"),
    10: (403, "Permission denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (429, "Rate limit issues"),
    130429: (429, "Rate limit hit"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131047: (400, "Re-engagement message"),
    131048: (429, "Spam rate limit hit"),
    131053: (400, "Media upload error"),
    131056: (429, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (400, "Account in maintenance mode"),
    131062: (400, "Business-scoped User ID recipients are not supported for this message"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    133000: (500, "Incomplete Deregistration"),
    133004: (503, "Server Temporarily Unavailable"),
    133005: (400, "Two step verification PIN Mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too Many two step verification PIN Guesses"),
    133009: (400, "Two step verification PIN Guessed Too Fast"),
    133010: (400, "Phone number Not Registered"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register/deregister rate limit exceeded"),
}
DETAILS = {
    131030: "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    131056: "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
    131053: "Unsupported file type, or the file is not what the message says that it is.",
    130429: "Message failed to send because there were too many messages sent from this phone number in a short period of time.",
}
MANUAL = "/documentation/business-messaging/whatsapp/support/error-codes"


# Not frozen: Python writes the traceback into an exception while it propagates.
@dataclass(slots=True, kw_only=True, eq=False)
class GraphError(ServiceError):
    """Meta refuses the call. `user` is the title and text that Meta words for people."""

    code: int
    details: str = ""
    subcode: int | None = None
    title: str = ""
    kind: str = "OAuthException"
    status: int | None = None
    retry_after: int | None = None
    user: tuple[str, str] | None = None

    def body(self) -> Json:
        error: Json = {"message": self._message(), "type": self.kind, "code": self.code}
        if details := self.details or DETAILS.get(self.code, ""):
            error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user is not None:
            error["error_user_title"], error["error_user_msg"] = self.user
        return {"error": {**error, "fbtrace_id": "A" + secrets.token_urlsafe(16)}}

    def response(self) -> JSONResponse:
        status = self.status or KNOWN.get(self.code, (400, ""))[0]
        headers = {"retry-after": str(self.retry_after)} if self.retry_after else None
        return JSONResponse(self.body(), status, headers)

    def _message(self) -> str:
        title = self.title or KNOWN.get(self.code, (0, "Unknown error"))[1]
        # The oldest codes and titles of our own stand without the number.
        return title if self.title or self.code in {1, 2, 190} else f"(#{self.code}) {title}"


def unknown_object(object_id: str, method: str) -> GraphError:
    """Code 100, subcode 33: there is no such id, or it is not ours."""
    return GraphError(
        code=100,
        subcode=33,
        kind="GraphMethodException",
        title=f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation.",
    )


def render_fault(fault: Fault) -> JSONResponse:
    """A switched-on fault in Meta's form; its code is 131000 unless the fault has one."""
    code = (2 if fault.status == 503 else 131000) if fault.code == "" else int(fault.code)
    return GraphError(code=code, status=fault.status, retry_after=fault.retry_after).response()


def webhook_error(code: int) -> Json:
    """The same error as in a `failed` status of a webhook."""
    title = KNOWN[code][1]
    details = {"details": DETAILS.get(code, title)}
    return {"code": code, "title": title, "message": title, "error_data": details, "href": MANUAL}
