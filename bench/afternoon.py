"""The baseline bot, as one writes it in an afternoon: it works as long as nothing fails.

State in a dict of this process, a ticket by a plain insert, the e-mail on a thread, the reply by `requests`. It checks Meta's
signature, and knows the four messages of the workload. No deduplication, no outbox, no order, no memory after a restart.
"""

import hashlib
import hmac
import os
import random
import threading
from typing import Any

import requests
import resend
from flask import Request, Response
from supabase import create_client

TABLE = "afternoon_tickets"
GRAPH = f"{os.environ['GRAPH_API_URL']}/v25.0/{os.environ['WHATSAPP_PHONE_NUMBER_ID']}/messages"
SECRET = os.environ["WHATSAPP_APP_SECRET"].encode()
TOKEN = os.environ["WHATSAPP_ACCESS_TOKEN"]
WELCOME = "👋 ¡Hola! Soy el soporte técnico. Cuéntame qué está fallando y abro un ticket."
THANKS = "¡De nada! Aquí estoy cuando algo falle."

resend.api_key = os.environ["RESEND_API_KEY"]
database = create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_SECRET_KEY"])
conversations: dict[str, dict[str, str]] = {}


def webhook(request: Request) -> Response:
    """Meta's messages, one by one."""
    if request.method == "GET":
        return Response("ok")
    expected = "sha256=" + hmac.new(SECRET, request.get_data(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        return Response("not signed", status=401)
    for entry in request.get_json()["entry"]:
        for change in entry["changes"]:
            for message in change["value"].get("messages", []):
                handle(message)
    return Response("ok")


def handle(message: dict[str, Any]) -> None:
    """One message; what it means depends on the conversation's state."""
    phone, text = message["from"], message.get("text", {}).get("body", "").strip()
    mark_read(message["id"])
    conversation = conversations.setdefault(phone, {"state": "menu"})
    if text.lower() in ("hola", "menu"):
        conversation["state"] = "menu"
        reply(phone, WELCOME, ["Reportar problema", "Mis tickets"])
    elif text.lower() in ("gracias", "chau"):
        reply(phone, THANKS)
    elif conversation["state"] == "menu":
        conversation.update(state="confirming", problem=text)
        reply(phone, f"¿Abro un ticket con esto?\n\n{text}", ["Sí, abrir", "Cancelar"])
    elif text.lower() in ("sí", "si"):
        conversation["state"] = "menu"
        open_ticket(phone, conversation["problem"])
    else:
        conversation["state"] = "menu"
        reply(phone, "Listo, no abrí nada.")


def open_ticket(phone: str, problem: str) -> None:
    """Insert a row, e-mail the technicians, tell the customer the code."""
    code = f"TK-{random.randrange(10**8):08}"  # noqa: S311 - good enough for a baseline
    database.table(TABLE).insert({"code": code, "phone": phone, "description": problem}).execute()
    threading.Thread(target=send_mail, args=(code, phone, problem), daemon=True).start()
    reply(phone, f"✅ Listo, tu ticket es *{code}*.\n\n{problem}")


def send_mail(code: str, phone: str, problem: str) -> None:
    """Tell the technicians."""
    resend.Emails.send(
        {
            "from": os.environ["SUPPORT_EMAIL_FROM"],
            "to": os.environ["SUPPORT_EMAIL_TO"].split(","),
            "subject": f"{code}: {problem[:60]}",
            "html": f"<p>{phone}</p><p>{problem}</p>",
        }
    )


def reply(phone: str, text: str, buttons: list[str] | None = None) -> None:
    """One message, with buttons if there are any."""
    if not buttons:
        post({"to": phone, "type": "text", "text": {"body": text}})
        return
    action = {
        "buttons": [{"type": "reply", "reply": {"id": title, "title": title[:20]}} for title in buttons]
    }
    interactive = {"type": "button", "body": {"text": text}, "action": action}
    post({"to": phone, "type": "interactive", "interactive": interactive})


def mark_read(wamid: str) -> None:
    """Show the blue ticks and "typing…"."""
    post({"status": "read", "message_id": wamid, "typing_indicator": {"type": "text"}})


def post(message: dict[str, Any]) -> None:
    """Call Meta."""
    body = {"messaging_product": "whatsapp", **message}
    requests.post(GRAPH, json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
