"""The buttons under a reply."""

from zoneinfo import ZoneInfo

from messages.whatsapp.reply_bubble import reply_bubble
from state.dialogue.buttons import LANGUAGES
from state.model.language import Language
from state.model.turn import Reply


def test_more_languages_than_buttons_become_a_list() -> None:
    """WhatsApp: at most 3 buttons."""
    asked = Reply(say="choose_language", buttons=(*LANGUAGES, LANGUAGES[0]))
    bubble = reply_bubble(asked, Language.ES, ZoneInfo("UTC"))
    assert (len(bubble.buttons), len(bubble.rows)) == (0, len(asked.buttons))
    assert bubble.list_button
