"""The texts in English."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Welcome, menu and language.
    "reply_welcome": (
        "👋 Hi! I'm the automatic technical support assistant.\n\n"
        "Tell me what's wrong in your own words and I'll open a ticket for the technicians. "
        "You can send photos, voice notes or videos too.\n\n"
        "Already have a ticket? Write its code any time and I'll tell you how it's going."
    ),
    "reply_choose_language": "Which language?",
    "reply_language_changed": "OK, English from here on. Tell me what's wrong or choose an option.",
    "reply_you_are_welcome": "You're welcome! I'm here when something goes wrong.",
    "reply_cancelled": "OK, we'll leave it here. Any tickets you had stay as they are. When something's wrong, tell me.",
    "reply_stale": "That button belongs to an earlier message and no longer works. What do you need now?",
    "throttled": (
        "I got hundreds of messages from you within an hour. Everything before this is kept; this last one is not, "
        "and at this pace neither are the next ones. Wait a few minutes and write what is missing in one message."
    ),
    "reply_unsupported_sticker": "I can't read stickers 🙂 Type it, or send a photo, a voice note or a video.",
    "reply_unsupported_edit": "I saw you edit a message, but I can't read the change. Write it in a new message.",
    "reply_unsupported_poll": "I can't read polls. Type it, or send a photo, a voice note or a video.",
    "reply_unsupported_contact": "I can't save contacts. If we need those details, type them in a message.",
    "reply_unsupported_other": "I can't read that. Type it, or send a photo, a voice note, a video or a document.",
    # A report, until it is a ticket. {words}: what the customer wrote, quoted, and how many files came with it.
    "reply_ask_problem": (
        "Tell me what's wrong: which device or program, what it does, and since when. "
        "Type it or send a voice note, and I'll open the ticket with that.\n\n"
        "If you have photos or a video, send them first."
    ),
    "reply_confirm_problem": (
        "Shall I open a ticket with this?\n\n{words}\n\n"
        "If something is missing, add it first: text, photos, voice notes or videos."
    ),
    "reply_file_received": (
        "Got it.\n\n{words}\n\nShall I open a ticket with this? It helps a lot if you also write what's wrong."
    ),
    "reply_maybe_problem": (
        "I'm not sure I understood. Is this the problem?\n\n{words}\n\n"
        "If it is, I'll open a ticket. If something is missing, write it; or choose to talk to a person."
    ),
    "reply_offer_human": (
        "I still don't quite understand. This is what I have:\n\n{words}\n\n"
        "I can open a ticket just as it is, or ask a technician to write to you."
    ),
    "reply_file_kept": (
        "Saved.\n\n{words}\n\n"
        "Tell me what's wrong, typed or as a voice note, and I'll open the ticket. Or shall I open it as it is?"
    ),
    "reply_too_many_files": (
        "A report takes up to 10 attachments and all of them are in, so I did not keep this last one. "
        "Shall I open the ticket? You can add more to it afterwards."
    ),
    "reply_report_waits": (
        "You have opened many tickets this hour and I cannot open another one right now. Yours is not lost:\n\n{words}\n\n"
        "In a while, tap *Yes, open it*. If anything is missing, add it in the meantime."
    ),
    "reply_too_many_tickets": (
        "You have opened many tickets this hour and I cannot open another one right now. "
        "If it is about one you already have, pick it from the list and add to it; if not, try again in a while."
    ),
    "reply_code_and_problem": (
        "Ticket *{code}* isn't one of yours. Shall I open a new one with this?\n\n{words}\n\n"
        "If it was meant for a ticket of yours, check the code and write it again."
    ),
    "no_text": "(no text)",
    "attachments_one": "📎 {count} attachment",
    "attachments_many": "📎 {count} attachments",
    # A ticket is opened, changed, closed, rated.
    "reply_ticket_opened": (
        "✅ Done, your ticket is *{code}*.\n\n{words}\n\n"
        "The technicians are notified by e-mail and will read it; the answer comes to this chat. "
        "Whatever you write or send here now is added to this ticket.\n\n"
        "To see how it's going, write the code any time."
    ),
    "reply_human_opened": (
        "🙋 Your request is ticket *{code}*.\n\n{words}\n\n"
        "Nobody is live in this chat right now. A technician is notified by e-mail and will write to you here, "
        "in this chat; I can't promise when.\n\n"
        "Meanwhile, tell me what's wrong: whatever you write or send is added to the ticket."
    ),
    "reply_human_asked": (
        "🙋 I've asked for a person to write to you about ticket *{code}*.\n\n"
        "Nobody is live in this chat right now. A technician is notified by e-mail and will write to you here, "
        "in this chat; I can't promise when.\n\n"
        "Whatever you write or send meanwhile is added to the ticket."
    ),
    "reply_note_added": (
        "📌 Added to ticket *{code}*, where the technicians see it. If you send more, it is added too.\n\n"
        "Was that another problem? Press the button and I'll open another ticket."
    ),
    "reply_answer_added": (
        "📨 Done: your answer is on ticket *{code}* and the technicians will get it. "
        "If you want to add anything, write it here.\n\nWas it about another problem? Tap the button and I'll open another ticket."
    ),
    "reply_ticket_closed": (
        "That ticket is already finished, so I didn't add anything to it. "
        "Shall I reopen it with this, or open a new one?\n\n{words}"
    ),
    "reply_closed_by_owner": "Done, I closed ticket *{code}*. If it happens again, reopen it with the button.",
    # Asks for the rating.
    "reply_fixed": "🎉 Great! I closed ticket *{code}*.\n\nHow would you rate the support? Rating is optional.",
    "reply_reopened": (
        "🔄 I reopened ticket *{code}* and the technicians are being notified.\n\n{words}\n\n"
        "Tell me here what happens now: whatever you write or send is added to the ticket."
    ),
    "reply_rated": "Thank you! I'll pass it on to the team.",
    "reply_not_rated": "No problem. I'm here whenever something fails.",
    # The ticket card and the list of tickets.
    "reply_ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\nOpened: {created}\nLast change: {updated}\n\n{next}",
    "reply_ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\nOpened: {created}\nLast change: {updated}\n\n"
        "Your new report is still here. Shall I open the ticket?"
    ),
    "card_technician_wrote": "The technicians' latest message:",
    "card_next_open": "Nobody has taken it yet. Whatever you write or send here is added to this ticket.",
    "card_next_in_progress": "A technician is on it. Whatever you write or send here is added to this ticket.",
    "card_next_waiting_customer": "The technician is waiting for your answer. Write it here and it is added to this ticket.",
    "card_next_resolved": "Is it fixed? Tell me with a button: if not, I'll reopen it.",
    "card_next_closed": "It's closed. If it happens again, you can reopen it.",
    "card_next_human": "You asked for a person: a technician will write to you in this chat.",
    "status_open": "Open",
    "status_in_progress": "In progress",
    "status_waiting_customer": "Waiting for you",
    "status_resolved": "Resolved",
    "status_closed": "Closed",
    "reply_choose_ticket": "These are your latest tickets. Which one would you like to see? You can also write a code.",
    "reply_no_tickets": "You have no tickets in this chat yet. If something is wrong, tell me and I'll open one.",
    "reply_code_unknown": (
        "I can't find *{code}* among your tickets. Check the code and write it again, or look at the list of yours."
    ),
    "reply_code_mistyped": (
        "The code *{code}* has a typo: after TK come eight letters or numbers. "
        "Check it and write it again, or look at the list of yours."
    ),
    # Erasing the customer's data.
    "reply_erase_explained": (
        "Shall I erase your data?\n\n"
        "*Erased:* your name, your number, this conversation and the files you sent.\n\n"
        "*What stays:* your tickets and what you wrote in them, without your name or number: you won't be able to look them up. "
        "E-mails that the technicians already have cannot be called back.\n\n"
        "This cannot be undone."
    ),
    "reply_erase_press": "To erase them, tap the button *Erase my data*: that way nobody erases them by mistake. Otherwise I erase nothing.",
    "reply_erased": (
        "Done: I erased your name, your number, this conversation and the files. "
        "What you see on your phone is yours to delete. If you write again, we start afresh."
    ),
    "reply_kept": "I erased nothing. Everything is as it was.",
    # Buttons (at most 20 UTF-16 units) and lists.
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
    "list_title_tickets": "See my tickets",
    "list_title_rating": "Rate it",
    "rate_5": "★★★★★ Excellent",
    "rate_4": "★★★★ Good",
    "rate_3": "★★★ Fair",
    "rate_2": "★★ Poor",
    "rate_1": "★ Very poor",
    # Notifications: what the technicians did. {who}: the author or the team; {ticket}: one of the three names below.
    "notification_author": "{name} from the support team",
    "notification_team": "The support team",
    "notification_your_ticket": "your ticket",
    "notification_your_ticket_code": "your ticket *{code}*",
    "notification_the_ticket": "the ticket",
    "notification_take": "{who} is on {ticket} now.",
    "notification_ask": "{who} has a question about {ticket}:",
    "notification_wait": "{who} is waiting for your answer about {ticket}.",
    "notification_answer": "{who} writes to you about {ticket}:",
    "notification_resolve": "{who} marked {ticket} as resolved.",
    "notification_close": "{who} closed {ticket}.",
    "notification_reopen": "{who} reopened {ticket}.",
    "notification_back_to_queue": "{who} put {ticket} back in the queue, where it waits for somebody to take it.",
    "notification_status": "Status: *{status}*.",
    "notification_reply_here": "Answer right here, in writing or with a photo or a voice note, and I will pass it on.",
    "notification_add_here": "Whatever you write or send here is added to the ticket.",
    "notification_is_it_fixed": "Is it fixed?",
    "notification_is_it_fixed_no_buttons": "Is it fixed? Answer *yes* or *no*.",
    "notification_reopen_hint": "If it is still the same or fails again, you can reopen it.",
    "notification_reopen_hint_no_buttons": "If it is still the same or fails again, write the code *{code}* and you can reopen it.",
    "notification_cut": "(There is more, but it does not fit into one message.)",
    # The status template, for when the 24-hour window is over. Meta approves its body; {line} is one of the lines below it.
    "template_language": "en",
    "template_body": (
        "Hello. There is news about your ticket {code}. Here is the latest:\n\n{line}\n\n"
        "Reply to this message and we'll carry on right here."
    ),
    "template_line_opened": "It is open and the technicians will read it: {words}",
    "template_line_human": "A technician will write to you in this chat.",
    "template_line_note": "We added what you sent.",
    "template_line_closed": "We closed your ticket, as you asked.",
    "template_line_reopened": "We reopened it and the technicians have been notified.",
    "template_line_asks": "{who} asks: {words}",
    "template_line_says": "{who} says: {words}",
    "template_line_is_it_fixed": "Is it fixed? Answer yes or no.",
    # Dates.
    "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "date": "{month} {day}, {hour12}:{minute} {half}",
    # Technicians: in e-mails and on the page.
    "customer": "Customer",
    "language": "Language",
    "wants_human": "Wants to talk to a person",
    "status_waiting_customer_technician": "Waiting for the customer",
    "kind_image": "Image",
    "kind_voice": "Voice note",
    "kind_audio": "Audio",
    "kind_video": "Video",
    "kind_document": "Document",
    "kind_location": "Location",
    # E-mails: all of them.
    "email_phone": "Phone",
    "email_status": "Status",
    "email_date": "Date",
    "email_no_name": "no name",
    "email_no_phone": "no number",
    "email_subject_human": "wants a person",
    "email_button": "Open the ticket",
    "email_copy_link": "If the button does not open, copy this link:",
    "email_footer": "A reply to this e-mail reaches your colleagues, not the customer. Answer the customer from the ticket's page.",
    # E-mail: a new ticket.
    "email_new_ticket": "New ticket",
    "email_description": "What they wrote",
    "email_text_continues": "The text goes on in the ticket.",
    "email_attachments": "Attachments",
    # E-mail: what the customer did since.
    "email_update": "News from the customer",
    "email_human": "The customer wants to talk to a person",
    "email_reopened": "The customer reopened the ticket",
    "email_fixed": "The customer says that it is fixed",
    "email_closed": "The customer closed the ticket",
    "email_rated": "The customer rated the service",
    "email_event_note": "Added",
    "email_event_human": "Asked to talk to a person",
    "email_event_close": "Closed the ticket",
    "email_event_fixed": "Said that it is fixed",
    "email_event_reopen": "Reopened the ticket: still the same, or failing again",
    "email_event_rating": "Rated it {stars} ({rating} of 5)",
    "email_more_in_ticket": "There is more in the ticket.",
    # E-mail: a fresh link to the page.
    "email_fresh_link": "New link",
    "email_fresh_link_why": "Somebody asked for it from an expired link. This one is valid for 30 days.",
    # E-mail: the digest.
    "email_digest_subject": "Tickets without an e-mail of their own: {count}",
    "email_digest_headline": "More tickets than fit into single e-mails",
    "email_digest_why": (
        "Many came at once, so these have no e-mail of their own. "
        "What each customer wrote, and their files, are on the ticket's page."
    ),
    # The ticket's page: the ticket.
    "page_customer_erased": "Erased their data",
    "page_customer_gone": "We can no longer write to them.",
    "page_no_phone": "No number",
    "page_assignee": "Handled by",
    "page_nobody": "Nobody yet",
    "page_opened": "Opened",
    "page_last_change": "Last change",
    "page_rating": "Rating",
    "page_rating_value": "{rating} of 5",
    # The ticket's page: its history.
    "page_history": "What has happened so far",
    "page_new": "New",
    "page_unnamed_technician": "Somebody on the team",
    "page_event_created": "{who} opened the ticket",
    "page_event_note": "{who} wrote",
    "page_event_sent": "{who} sent",
    "page_event_human": "{who} asked for a person",
    "page_event_reply": "{who} replied: {was} → {became}",
    "page_event_take": "{who} took the ticket",
    "page_event_ask": "{who} asked",
    "page_event_answer": "{who} answered",
    "page_event_resolve": "{who} marked it as resolved",
    "page_event_close": "{who} closed the ticket",
    "page_event_reopen": "{who} reopened the ticket",
    "page_event_fixed": "{who} confirmed that it is fixed",
    "page_event_rating": "{who} rated the support: {rating} of 5",
    "page_event_erased": "{who} erased their data: name, number and files",
    "page_event_by_hand": "Changed in the database: {was} → {became}",
    "page_notified_message": "✓ Sent on WhatsApp",
    "page_notified_template": "✓ Sent on WhatsApp, as a template",
    "page_notified_failed": "Could not be delivered",
    "page_unsent": "Messages are waiting to be sent; the customer gets theirs within 2 minutes.",
    "page_file_image": "See the image",
    "page_file_audio": "Download the audio",
    "page_file_video": "See the video",
    "page_file_download": "Download: {kind}",
    "page_file_map": "See the place on the map",
    "page_file_expired": "No longer available (Meta deletes files after 7 days)",
    # The ticket's page: the form.
    "page_form_title": "Your turn",
    "page_form_text": "Message to the customer",
    "page_form_note": "Note for the team",
    "page_form_text_hint": "They get it on WhatsApp just as you write it, up to {most} characters. Required for Answer and Ask, optional otherwise.",
    "page_form_language_hint": "This person speaks {language}.",
    "page_form_window_hint": (
        "If they have not written in the last 24 hours, WhatsApp only lets a template through: "
        "they get the beginning in one line, and the rest when they write again."
    ),
    "page_form_author": "Who are you?",
    "page_form_author_hint": "Your name: the customer and the team see it. This browser remembers it.",
    "page_action_take": "Take it",
    "page_action_take_hint": "You handle it",
    "page_action_ask": "Ask",
    "page_action_ask_hint": "And wait for their reply",
    "page_action_answer": "Answer",
    "page_action_answer_hint": "Send your message",
    "page_action_resolve": "Resolved",
    "page_action_resolve_hint": "Asks the customer to confirm",
    "page_action_close": "Close",
    "page_action_close_hint": "Ends the ticket",
    "page_action_reopen": "Reopen",
    "page_action_reopen_hint": "Opens it again",
    "page_delivery": "They get it on WhatsApp within 1 or 2 minutes; everything you do until then is combined into one message.",
    "page_delivery_erased": "This person erased their data: what you do here stays on the ticket and no longer reaches them.",
    "page_delivery_gone": "We can no longer write to them: what you do here stays on the ticket and does not reach them.",
    # The ticket's page: why an action was not done.
    "page_go_to_new": "See what is new",
    "page_go_to_form": "Go to the form",
    "page_text_kept": "Your text is still in the form.",
    "page_problem_stale": "Something else happened in the meantime, so nothing was changed. Have a look and, if it still applies, try again.",
    "page_problem_illegal": "That cannot be done any more: the ticket is “{status}”. Nothing was changed.",
    "page_problem_text_missing": "The message is missing: write what you want to tell them.",
    "page_problem_long": "It is too long: the limit is {most} characters. Shorten it a little; your whole text is still here.",
    "page_problem_refused": "That text could not be saved. Take out what is not letters, digits or emoji and try again.",
    "page_problem_action": "Nothing has changed: choose one of the buttons.",
    # Plain pages: a title, a sentence, at most one button.
    "page_link_invalid_title": "This link is not valid",
    "page_link_invalid_body": "It may have been cut when it was copied. Open it again from the ticket's e-mail.",
    "page_link_expired_title": "This link has expired",
    "page_link_expired_body": "The links in the e-mails are valid for a limited time. The ticket itself is unaffected.",
    "page_fresh_link_button": "Ask for a new link",
    "page_fresh_link_sent_title": "Check your mailbox",
    "page_fresh_link_sent_body": (
        "If the ticket exists, the new link reaches the technicians' mailbox in a minute or two. "
        "At most one is sent every ten minutes."
    ),
    "page_too_many_links_title": "Too many at once",
    "page_too_many_links_body": "Too many links were asked for in a row. Try again in a minute.",
    "page_ticket_missing_title": "Ticket not found",
    "page_ticket_missing_body": "The link is valid, but ticket {code} no longer exists.",
    "page_unavailable_title": "The ticket cannot be shown right now",
    "page_unavailable_body": "The database is not responding. The ticket itself is unaffected: try again in a moment.",
    "page_unconfirmed_title": "We could not confirm your action",
    "page_unconfirmed_body": "The database did not answer. Try again: it will not be applied twice.",
    "page_try_again": "Try again",
    "page_foreign_form_title": "This form was not sent from our page",
    "page_foreign_form_body": "Nothing was changed. Open the ticket from its e-mail and do it there.",
    "page_file_expired_title": "This file is no longer available",
    "page_file_expired_body": "Meta keeps files for 7 days. Photos and voice notes usually came with the ticket's e-mail as well.",
    "page_file_unavailable_title": "We could not get the file",
    "page_file_unavailable_body": "Meta did not provide it, or it is larger than 10 MB. Try again in a while or look for it in the ticket's e-mail.",
    "page_file_missing_title": "File not found",
    "page_file_missing_body": "This ticket has no such file. Go back to the ticket and open it from there.",
}
