"""Renders a turn once into outbox rows; every attempt sends exactly these bytes."""

from dataclasses import dataclass
from datetime import timedelta

from channels.whatsapp import message_request
from handlers.settings import Settings
from messages.whatsapp.reply_bubble import reply_bubble, throttled_bubble
from messages.whatsapp.status_template import reply_line, status_template
from state.model.language import Language
from state.model.message import Message
from state.model.outbox_row import Channel, Content, NewOutboxRow
from state.model.turn import ChangeKind, ChangeTicket, EraseCustomer, OpenTicket, Reply, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRenderer:
    """Renders replies in the customer's language. E-mails are rendered when they are sent."""

    settings: Settings

    def rows(self, message: Message, turn: Turn, wait: timedelta = timedelta()) -> list[NewOutboxRow]:
        """The bubble, if there is one, and the e-mails. No other message has the same dedup keys.

        wait: how long the bubble waits for the customer's next line.
        """
        language = turn.session.language or self.settings.default_language
        rows = []
        for effect in turn.effects:
            match effect:
                case Reply():
                    rows.append(self._reply(message, turn, effect, language, wait))
                case OpenTicket():
                    key = f"mail/{effect.code}/opened"
                    rows.append(_email(key, Content.OPENED, effect.code))
                case ChangeTicket(kind=ChangeKind.HUMAN):
                    # Unlike other updates it does not wait for more to come.
                    rows.append(_email(f"mail/{message.wamid}", Content.HUMAN, effect.code))
        return rows

    def throttle_reply(self, message: Message, language: Language) -> NewOutboxRow:
        """The bubble for a customer whose message is not kept: it is not sent again after an unclear attempt."""
        key = f"wa/{message.wamid}/throttled"
        body = message_request(throttled_bubble(language), message.sender, key)
        return NewOutboxRow(dedup_key=key, channel=Channel.WHATSAPP, body=body, repeat=False)

    def _reply(
        self, message: Message, turn: Turn, reply: Reply, language: Language, wait: timedelta
    ) -> NewOutboxRow:
        key = f"wa/{message.wamid}"
        settings = self.settings
        said = reply_bubble(reply, language, settings.support_timezone, settings.desk_name)
        writes = [effect for effect in turn.effects if not isinstance(effect, Reply)]
        code = next((write.code for write in writes if not isinstance(write, EraseCustomer)), None)
        return NewOutboxRow(
            dedup_key=key,
            channel=Channel.WHATSAPP,
            body=message_request(said, message.sender, key, message.wamid if reply.quote else None),
            template=self._template(message, code, reply, language, key) if code else None,
            repeat=bool(writes),
            ticket=turn.about,
            yields=all(isinstance(write, ChangeTicket) and write.kind is ChangeKind.NOTE for write in writes),
            asks=reply.asks,
            wait_seconds=wait.total_seconds(),
        )

    def _template(
        self, message: Message, code: str, reply: Reply, language: Language, key: str
    ) -> str | None:
        """The template for outside the service window, if there is a line for this reply."""
        line = reply_line(reply, language)
        if line is None:
            return None
        template = status_template(self.settings.status_template, language, code, line)
        return message_request(template, message.sender, key)


def _email(key: str, content: Content, code: str) -> NewOutboxRow:
    return NewOutboxRow(dedup_key=key, channel=Channel.EMAIL, content=content, ticket=code)
