"""What the desk says in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Bubbles. {words}: what the customer wrote, quoted, and how many files came with it.
    "welcome": (
        "👋 Hi! I'm the automatic technical support assistant.\n\n"
        "Tell me what's wrong in your own words and I'll open a ticket for the technicians. "
        "You can send photos, voice notes or videos too.\n\n"
        "Already have a ticket? Write its code any time and I'll tell you how it's going."
    ),
    "ask_problem": (
        "Tell me what's wrong: which device or program, what it does, and since when. "
        "Type it or send a voice note, and I'll open the ticket with that.\n\n"
        "If you have photos or a video, send them first."
    ),
    "confirm_problem": (
        "Shall I open a ticket with this?\n\n{words}\n\n"
        "If something is missing, add it first: text, photos, voice notes or videos."
    ),
    "file_received": (
        "Got it.\n\n{words}\n\nShall I open a ticket with this? It helps a lot if you also write what's wrong."
    ),
    "maybe_problem": (
        "I'm not sure I understood. Is this the problem?\n\n{words}\n\n"
        "If it is, I'll open a ticket. If something is missing, write it; or choose to talk to a person."
    ),
    "offer_human": (
        "I still don't quite understand. This is what I have:\n\n{words}\n\n"
        "I can open a ticket just as it is, or ask a technician to write to you."
    ),
    "file_kept": (
        "Saved.\n\n{words}\n\n"
        "Tell me what's wrong, typed or as a voice note, and I'll open the ticket. Or shall I open it as it is?"
    ),
    "too_many_files": (
        "A report takes up to 10 attachments and all of them are in, so I did not keep this last one. "
        "Shall I open the ticket? You can add more to it afterwards."
    ),
    "report_waits": (
        "You have opened many tickets this hour and I cannot open another one right now. Yours is not lost:\n\n{words}\n\n"
        "In a while, tap *Yes, open it*. If anything is missing, add it in the meantime."
    ),
    "too_many_tickets": (
        "You have opened many tickets this hour and I cannot open another one right now. "
        "If it is about one you already have, pick it from the list and add to it; if not, try again in a while."
    ),
    "ticket_opened": (
        "✅ Done, your ticket is *{code}*.\n\n{words}\n\n"
        "The technicians are told by e-mail and will read it; the answer comes to this chat. "
        "Whatever you write or send here now is added to this ticket.\n\n"
        "To see how it's going, write the code any time."
    ),
    "human_opened": (
        "🙋 Your request is ticket *{code}*.\n\n{words}\n\n"
        "Nobody is live in this chat right now. A technician is told by e-mail and will write to you here, "
        "in this chat; I can't promise when.\n\n"
        "Meanwhile, tell me what's wrong: whatever you write or send is added to the ticket."
    ),
    "human_asked": (
        "🙋 I've asked for a person to write to you about ticket *{code}*.\n\n"
        "Nobody is live in this chat right now. A technician is told by e-mail and will write to you here, "
        "in this chat; I can't promise when.\n\n"
        "Whatever you write or send meanwhile is added to the ticket."
    ),
    "note_added": (
        "📌 Added to ticket *{code}*, where the technicians see it. If you send more, it is added too.\n\n"
        "Was that another problem? Press the button and I'll open another ticket."
    ),
    "ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\nOpened: {created}\nLast change: {updated}\n\n{next}",
    "ticket_closed": (
        "That ticket is already finished, so I didn't add anything to it. "
        "Shall I reopen it with this, or open a new one?\n\n{words}"
    ),
    "answer_added": (
        "📨 Done: your answer is on ticket *{code}* and the technicians will get it. "
        "If you want to add anything, write it here.\n\nWas it about another problem? Tap the button and I'll open another ticket."
    ),
    "closed_by_owner": "Done, I closed ticket *{code}*. If it happens again, reopen it with the button.",
    "fixed": "🎉 Great! I closed ticket *{code}*.\n\nHow was the help you got? It's optional and helps us improve.",
    "reopened": (
        "🔄 I reopened ticket *{code}* and the technicians are being told.\n\n{words}\n\n"
        "Tell me here what happens now: whatever you write or send is added to the ticket."
    ),
    "rated": "Thank you! I'll pass it on to the team.",
    "not_rated": "No problem. I'm here whenever something fails.",
    "code_and_problem": (
        "Ticket *{code}* isn't one of yours. Shall I open a new one with this?\n\n{words}\n\n"
        "If it was meant for a ticket of yours, check the code and write it again."
    ),
    "ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\nOpened: {created}\nLast change: {updated}\n\n"
        "Your new report is still here. Shall I open the ticket?"
    ),
    "choose_ticket": "These are your latest tickets. Which one would you like to see? You can also write a code.",
    "no_tickets": "You have no tickets in this chat yet. If something is wrong, tell me and I'll open one.",
    "code_unknown": (
        "I can't find *{code}* among your tickets. Check the code and write it again, or look at the list of yours."
    ),
    "code_mistyped": (
        "There is a slip in the code *{code}*: after TK come eight letters or numbers. "
        "Check it and write it again, or look at the list of yours."
    ),
    "cancelled": "OK, we'll leave it here. Any tickets you had stay as they are. When something's wrong, tell me.",
    "you_are_welcome": "You're welcome! I'm here when something goes wrong.",
    "choose_language": "Which language? / ¿En qué idioma seguimos? / Qual idioma?",
    "language_changed": "OK, English from here on. Tell me what's wrong or choose an option.",
    "erase_explained": (
        "Shall I erase your data?\n\n"
        "*Erased:* your name, your number, this conversation and the files you sent.\n\n"
        "*What stays:* your tickets and what you wrote in them, without your name or number: you won't be able to look them up. "
        "E-mails that the technicians already have cannot be called back.\n\n"
        "This cannot be undone."
    ),
    "erase_press": "To erase them, tap the button *Erase my data*: that way nobody erases them by mistake. Otherwise I erase nothing.",
    "erased": (
        "Done: I erased your name, your number, this conversation and the files. "
        "What you see on your phone is yours to delete. If you write again, we start afresh."
    ),
    "kept": "I erased nothing. Everything is as it was.",
    "stale": "That button belongs to an earlier message and no longer works. What do you need now?",
    "unsupported_sticker": "I can't read stickers 🙂 Type it, or send a photo, a voice note or a video.",
    "unsupported_edit": "I saw you edit a message, but I can't read the change. Write it in a new message.",
    "unsupported_poll": "I can't read polls. Type it, or send a photo, a voice note or a video.",
    "unsupported_contact": "I can't save contacts. If we need those details, type them in a message.",
    "unsupported_other": "I can't read that. Type it, or send a photo, a voice note, a video or a document.",
    "throttled": (
        "Many messages came in a row and I did not read the last one you sent. "
        "Wait a minute and write it again."
    ),
    # Buttons and the list.
    "button_report": "Report a problem",
    "button_tickets": "My tickets",
    "button_human": "Talk to a person",
    "button_menu": "Menu",
    "button_view": "See ticket",
    "button_yes": "Yes, open it",
    "button_cancel": "Cancel",
    "button_other": "Another problem",
    "button_erase": "Erase my data",
    "button_keep": "No, thanks",
    "button_close": "Close ticket",
    "button_fixed": "Yes, it's fixed",
    "button_not_fixed": "No, still the same",
    "button_reopen": "Reopen it",
    "button_new": "Open a new one",
    "button_skip": "I'd rather not say",
    "language_es": "Español",
    "language_en": "English",
    "language_pt": "Português",
    "list_button": "See my tickets",
    "rate_5": "★★★★★ Excellent",
    "rate_4": "★★★★ Good",
    "rate_3": "★★★ Fair",
    "rate_2": "★★ Poor",
    "rate_1": "★ Very poor",
    "list_fixed": "Rate it",
    # Tickets.
    "status_open": "Open",
    "status_in_progress": "In progress",
    "status_waiting_customer": "Waiting for you",
    "status_resolved": "Resolved",
    "status_closed": "Closed",
    "next_open": "Nobody has taken it yet. Whatever you write or send here is added to this ticket.",
    "next_in_progress": "A technician is on it. Whatever you write or send here is added to this ticket.",
    "next_waiting_customer": "The technician is waiting for your answer. Write it here and it is added to this ticket.",
    "next_resolved": "Is it fixed? Tell me with a button: if not, I'll reopen it.",
    "next_closed": "It's closed. If it happens again, you can reopen it.",
    "next_human": "You asked for a person: a technician will write to you in this chat.",
    "said_by_technician": "The technicians' latest message:",
    "no_words": "(no text)",
    "files_one": "📎 {count} attachment",
    "files_many": "📎 {count} attachments",
    # The template that Meta approves: for when the customer's 24 hours are over. {line} is one of the lines below.
    "template_language": "en",
    "template_body": (
        "Hello. There is news about your ticket {code}. Here is the latest:\n\n{line}\n\n"
        "Reply to this message and we'll carry on right here."
    ),
    # The one line of a template message.
    "line_opened": "It is open and the technicians will read it: {words}",
    "line_human": "A technician will write to you in this chat.",
    "line_note": "We added what you sent.",
    "line_closed": "We closed your ticket, as you asked.",
    "line_reopened": "We reopened it and the technicians have been told.",
    # Dates.
    "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "date": "{month} {day}, {hour12}:{minute} {half}",
    # The e-mail to the technicians.
    "mail_new": "New ticket",
    "mail_wants_human": "Wants to talk to a person",
    "mail_customer": "Customer",
    "mail_phone": "Phone",
    "mail_language": "Language",
    "mail_when": "Date",
    "mail_description": "What they wrote",
    "mail_files": "Attachments",
    "mail_no_name": "no name",
    "mail_no_phone": "no number",
    "mail_longer": "The text goes on in the ticket.",
    "mail_button": "Open the ticket",
    "mail_link": "If the button does not open, copy this link:",
    "mail_footer": "A reply to this e-mail reaches your colleagues, not the customer. Answer the customer from the ticket's page.",
    "digest_headline": "More tickets than fit into single e-mails",
    "digest_subject": "Tickets without an e-mail of their own: {count}",
    "digest_why": (
        "Many came at once, so these have no e-mail of their own. "
        "What each customer wrote, and their files, are on the ticket's page."
    ),
    "spoken_es": "Spanish",
    "spoken_en": "English",
    "spoken_pt": "Portuguese",
    "kind_image": "Image",
    "kind_voice": "Voice note",
    "kind_audio": "Audio",
    "kind_video": "Video",
    "kind_document": "Document",
    "kind_location": "Location",
    # The pages a technician may land on.
    "page_invalid_title": "This link is not valid",
    "page_invalid": "It may have been cut when it was copied. Open it again from the ticket's e-mail.",
    "page_expired_title": "This link has expired",
    "page_expired": "The links in the e-mails are good for a limited time. The ticket is still where it was.",
    # What the technicians did, to the ticket's owner. {who}: who did it, {ticket}: "notice_yours_code" or "notice_it".
    "notice_who": "{name} from the support team",
    "notice_team": "The support team",
    "notice_yours": "your ticket",
    "notice_yours_code": "your ticket *{code}*",
    "notice_it": "the ticket",
    "notice_take": "{who} is on {ticket} now.",
    "notice_ask": "{who} has a question about {ticket}:",
    "notice_wait": "{who} is waiting for your answer about {ticket}.",
    "notice_answer": "{who} writes to you about {ticket}:",
    "notice_resolve": "{who} marked {ticket} as resolved.",
    "notice_close": "{who} closed {ticket}.",
    "notice_reopen": "{who} reopened {ticket}.",
    "notice_back": "{who} put {ticket} back in the queue, where it waits for somebody to take it.",
    "notice_state": "Status: *{status}*.",
    "notice_reply": "Answer right here, in writing or with a photo or a voice note, and I will pass it on.",
    "notice_add": "Whatever you write or send here is added to the ticket.",
    "notice_fixed": "Is it fixed?",
    "notice_fixed_plain": "Is it fixed? Answer *yes* or *no*.",
    "notice_again": "If it is still the same or fails again, you can reopen it.",
    "notice_again_plain": "If it is still the same or fails again, write the code *{code}* and you can reopen it.",
    "notice_more": "(There is more, but it does not fit into one message.)",
    "notice_line_ask": "{who} asks: {words}",
    "notice_line_say": "{who} says: {words}",
    "notice_line_fixed": "Is it fixed? Answer yes or no.",
    # The e-mails about a ticket that is there already.
    "mail_status_open": "Open",
    "mail_status_in_progress": "In progress",
    "mail_status_waiting_customer": "Waiting for the customer",
    "mail_status_resolved": "Resolved",
    "mail_status_closed": "Closed",
    "mail_state": "Status",
    "mail_person": "wants a person",
    "mail_news": "News from the customer",
    "mail_reopened": "The customer reopened the ticket",
    "mail_fixed": "The customer says that it is fixed",
    "mail_closed": "The customer closed the ticket",
    "mail_rated": "The customer rated the service",
    "mail_asks": "The customer wants to talk to a person",
    "mail_link_new": "New link",
    "mail_link_why": "Somebody asked for it from an expired link. This one is good for 30 days.",
    "mail_did_note": "Added",
    "mail_did_human": "Asked to talk to a person",
    "mail_did_close": "Closed the ticket",
    "mail_did_fixed": "Said that it is fixed",
    "mail_did_reopen": "Reopened the ticket: still the same, or failing again",
    "mail_did_rating": "Rated it {stars} ({rating} of 5)",
    "mail_more_did": "There is more in the ticket.",
    # The ticket's page.
    "page_human": "Wants to talk to a person",
    "page_customer": "Customer",
    "page_somebody": "Somebody on the team",
    "page_erased_person": "Erased their data",
    "page_gone_person": "We have no way to write to them any more.",
    "page_no_phone": "No number",
    "page_assignee": "Handled by",
    "page_nobody": "Nobody yet",
    "page_opened": "Opened",
    "page_changed": "Last change",
    "page_rating": "Rating",
    "page_stars": "{rating} of 5",
    "page_history": "What has happened so far",
    "page_new": "New",
    "page_event_created": "{who} opened the ticket",
    "page_event_note": "{who} wrote",
    "page_event_sent": "{who} sent",
    "page_event_human": "{who} asked for a person",
    "page_event_returned": "{who} got back to us: {was} → {became}",
    "page_event_take": "{who} took the ticket",
    "page_event_ask": "{who} asked",
    "page_event_answer": "{who} answered",
    "page_event_resolve": "{who} marked it as resolved",
    "page_event_close": "{who} closed the ticket",
    "page_event_reopen": "{who} reopened the ticket",
    "page_event_fixed": "{who} confirmed that it is fixed",
    "page_event_rating": "{who} rated the help: {rating} of 5",
    "page_event_erased": "{who} erased their data: name, number and files",
    "page_event_hand": "Changed in the database: {was} → {became}",
    "page_notified_message": "✓ Sent on WhatsApp",
    "page_notified_template": "✓ Sent on WhatsApp, as a template",
    "page_notified_failed": "Could not be delivered",
    "page_waiting": "Messages or mails are about to leave; the customer's take less than 2 minutes.",
    "page_file_image": "See the image",
    "page_file_audio": "Download the audio",
    "page_file_video": "See the video",
    "page_file_link": "Download: {kind}",
    "page_file_map": "See the place on the map",
    "page_file_gone": "Meta kept it for 7 days and it is gone",
    "page_jump": "Answer",
    "page_turn": "Your turn",
    "page_text": "Message to the customer",
    "page_note": "Note for the team",
    "page_text_hint": "They get it on WhatsApp just as you write it, up to {most} characters. Answer and Ask need it; the other buttons only if you like.",
    "page_speaks": "This person speaks {language}.",
    "page_window": (
        "If they have not written in the last 24 hours, WhatsApp only lets a template through: "
        "they get the beginning in one line, and the rest when they write again."
    ),
    "page_author": "Who are you?",
    "page_author_hint": "Your name: the customer and the team see it. This browser remembers it.",
    "page_do_take": "Take it",
    "page_do_take_hint": "You handle it",
    "page_do_ask": "Ask",
    "page_do_ask_hint": "And wait for their word",
    "page_do_answer": "Answer",
    "page_do_answer_hint": "Send your message",
    "page_do_resolve": "Resolved",
    "page_do_resolve_hint": "Asks them if it works",
    "page_do_close": "Close",
    "page_do_close_hint": "The ticket is over",
    "page_do_reopen": "Reopen",
    "page_do_reopen_hint": "It is open again",
    "page_after": "They get it on WhatsApp within 1 or 2 minutes; all you do until then goes in one message.",
    "page_after_erased": "This person erased their data: what you do here stays on the ticket and no longer reaches them.",
    "page_after_gone": "We have no way to write to them any more: what you do here stays on the ticket and does not reach them.",
    "page_see_new": "See what is new",
    "page_see_form": "Go to the form",
    "page_text_kept": "Your text is still in the form.",
    "page_problem_stale": "Something else happened meanwhile, so we did nothing. Have a look and, if it still holds, do it again.",
    "page_problem_illegal": "That cannot be done any more: the ticket is “{status}”. We did nothing.",
    "page_problem_wordless": "The message is missing: write what you want to tell them.",
    "page_problem_long": "It is too long: {most} characters fit. Shorten it a little; all of it is here.",
    "page_problem_refused": "That text could not be saved. Take out what is not letters, digits or emoji and try again.",
    "page_problem_action": "Nothing has changed: choose one of the buttons.",
    "page_missing_title": "This ticket is not there",
    "page_missing": "The link is good, but there is no ticket {code} any more.",
    "page_away_title": "We cannot read it now",
    "page_away": "The database does not answer. The ticket is still where it was: try again in a moment.",
    "page_unsaved_title": "We do not know if it is done",
    "page_unsaved": "The database did not answer. Try again: if it was done already, it is not done twice.",
    "page_again": "Try again",
    "page_foreign_title": "That came from another page",
    "page_foreign": "We did nothing. Open the ticket from its e-mail and do it there.",
    "page_fresh_button": "Ask for a new link",
    "page_fresh_title": "Check the mail",
    "page_fresh": (
        "If the ticket exists, the new link reaches the technicians' mailbox in a minute or two. "
        "At most one is sent every ten minutes."
    ),
    "page_busy_title": "Too many at once",
    "page_busy": "Too many links were asked for in a row. Try again in a minute.",
    "page_file_gone_title": "This file is gone",
    "page_file_gone_body": "Meta keeps files for 7 days. Photos and voice notes usually came with the ticket's e-mail as well.",
    "page_file_away_title": "We could not get the file",
    "page_file_away_body": "Meta did not hand it out, or it is larger than 10 MB. Try again in a while or look for it in the ticket's e-mail.",
    "page_file_none_title": "There is no file here",
    "page_file_none_body": "This ticket has no such file. Go back to the ticket and open it from there.",
}
