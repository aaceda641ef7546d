"""The e-mail with the link to the list of tickets, for one technician."""

from functools import partial

from messages.for_technicians import short_name
from messages.jinja_templates import render
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.outbox_row import Email


def desk_link_email(name: str, desk: Language, link: str) -> Email:
    """name: the technician's, may be empty. The same name and link give the same bytes."""
    say = partial(text, desk)
    known = short_name(name)
    values = {
        "say": say,
        "lang": desk.value,
        "hello": say("email_desk_link_hello", name=known) if known else "",
        "link": link,
    }
    return Email(
        subject=say("email_desk_link_subject"),
        html=render("email/desk_link.html", values),
        text=render("email/desk_link.txt", values),
    )
