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
    "page_later_title": "There is no page yet",
    "page_later": (
        "The page for ticket {code} comes with a later version. "
        "Until then work it in Supabase Studio, in the table tickets."
    ),
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
    "notice_back": "{who} put {ticket} back in the queue: somebody else will take it.",
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
}
