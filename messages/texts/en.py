"""The texts in English."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Welcome, menu and language. {me}: one of the two lines below it.
    "reply_welcome": (
        "👋 Hi! {me}\n\n"
        "Tell me what's wrong in a message, a photo or a voice note, and I'll open a ticket for the technicians.\n\n"
        "Already have a ticket? Send me its code and I'll tell you how it's going."
    ),
    "me": "I'm the automated support assistant.",
    "me_of_desk": "I'm the automated support assistant at *{desk}*.",
    "reply_choose_language": "Which language?",
    "reply_language_changed": "OK, English from here on. Tell me what's wrong or choose an option.",
    "reply_you_are_welcome": "You're welcome! I'm here whenever you need help.",
    "reply_goodbye": "Bye! Message me whenever you need something.",
    "reply_quiet": (
        "Understood. I only message you when you message me or when one of your tickets has news.\n\n"
        "If you'd also like your data erased, send *erase my data*."
    ),
    "reply_enough_for_today": (
        "I've answered you many times today, so I'll pause here. You can keep writing: I save what you send, and the team "
        "reads it. If there's news about a ticket, I'll let you know."
    ),
    "reply_not_ours": (
        "I can't help with that: we only handle technical problems here. "
        "Shall I pass your message on to a person?\n\n{words}"
    ),
    "regret": "I'm sorry about the trouble.",
    "reply_cancelled": "OK, we'll leave it here. Any tickets you have stay as they are. I'm here whenever you need help.",
    "reply_cancelled_kept": "OK, I haven't opened a ticket. I'll keep what you sent for a while, in case you change your mind.",
    "reply_stale": "That button belongs to an earlier message and no longer works. What do you need now?",
    "throttled": (
        "I got hundreds of messages from you in an hour. I kept everything before this one, but not this one, and at this "
        "pace I won't keep the next ones either. Wait a few minutes and send what's missing in one message."
    ),
    "reply_unsupported_sticker": "I can't read stickers 🙂 Type it, or send a photo, a voice note or a video.",
    "reply_unsupported_edit": "I saw that you edited a message, but I can't read the change. Please send it as a new message.",
    "reply_unsupported_poll": "I can't read polls. Type it, or send a photo, a voice note or a video.",
    "reply_unsupported_contact": "I can't save contacts. If we need those details, type them in a message.",
    "reply_unsupported_too_large": "That file didn't arrive: it is over 100 MB. Please send a smaller one, with anything you wrote under it.",
    "reply_unsupported_other": "I can't read that. Type it, or send a photo, a voice note, a video or a document.",
    # Before the reply to the words that came with it.
    "missing_too_large": "The file didn't arrive: it is over 100 MB. Please send a smaller one; I have what you wrote.",
    "missing_other": "Of that message I could only read the text.",
    # A report, until it is a ticket. {words}: what the customer wrote, quoted, and how many files came with it.
    "reply_ask_problem": (
        "Sure. What's wrong, on which device or program, and since when? "
        "Type it or send a voice note; photos and videos help too."
    ),
    "reply_ask_again": (
        "Sure, I can help. What's happening, and on which device? For example: “The printer hasn't worked since yesterday”."
    ),
    "reply_more_needed": "Noted.\n\n{words}\n\nAnd what's the problem?",
    "reply_confirm_problem": (
        "Shall I open a ticket with this?\n\n{words}\n\nIf anything's missing, send it before you tap *Yes, open it*."
    ),
    "reply_file_received": "Got it.\n\n{words}\n\nShall I open a ticket with this? It helps a lot if you also type what's wrong.",
    "reply_kept_draft": (
        "👋 Hi again! I kept what you sent:\n\n{words}\n\n"
        "What shall I do with it? If it's about something else, tell me."
    ),
    "reply_wait": "Take your time, I'll wait. I've kept what you sent.",
    "reply_wait_ticket": "Take your time, I'll be here.",
    "reply_unsure": "I'm not sure I understood. What shall I do with this?\n\n{words}",
    "reply_unsure_again": (
        "Sorry, I still don't understand. I can open a ticket with this just as it is, show you the ones you have, "
        "or ask a person to write to you.\n\n{words}"
    ),
    "reply_too_many_files": (
        "A report can have 10 files and that's the limit: I don't keep any beyond those, only what you write. "
        "Shall I open the ticket? You can add the others later."
    ),
    "reply_report_full": (
        "Your report is full: the last thing you wrote doesn't fit, so I didn't keep it. I kept everything before. "
        "Shall I open the ticket? Then send me what's missing and I'll add it there."
    ),
    "reply_report_waits": (
        "You've opened a lot of tickets in the last hour and I can't open another just now. "
        "I've kept this one for you:\n\n{words}\n\n"
        "In a while, tap *Yes, open it*. If anything's missing, send it in the meantime."
    ),
    "reply_ticket_full": "Ticket *{code}* has received all that fits in one day: this wasn't saved, and neither will be what you add today. The technicians can see that in the ticket. You can add more tomorrow.",
    "reply_too_many_tickets": (
        "You've opened a lot of tickets in the last hour and I can't open another just now. "
        "If it's about one you already have, choose it from your list and add to it; if not, try again in a while."
    ),
    "reply_code_and_problem": (
        "Ticket *{code}* isn't one of yours. Shall I open a new one with this?\n\n{words}\n\n"
        "If it was meant for one of your tickets, check the code and send it again."
    ),
    "no_text": "(no text)",
    "attachments_one": "📎 {count} file",
    "attachments_many": "📎 {count} files",
    # A ticket is opened, changed, closed, rated.
    "reply_ticket_opened": (
        "✅ Your ticket is *{code}*.\n\n{words}\n\n"
        "I've let the technicians know; they'll answer you here. If you want to add anything, just send it."
    ),
    "reply_human_opened": (
        "🙋 I've asked for a person. Your ticket is *{code}*.\n\n{words}\n\n"
        "Nobody is online right now; they'll write to you here as soon as they can. Meanwhile, you can tell me more."
    ),
    "reply_human_asked": (
        "🙋 I've asked for a person to write to you about ticket *{code}*.\n\n"
        "Nobody is online right now; they'll write to you here as soon as they can. Meanwhile, you can tell me more."
    ),
    "reply_note_added": "📌 Added to ticket *{code}*.",
    "reply_note_other": (
        "📌 Added to ticket *{code}*.\n\nOr is it another problem? Tap *Another problem* and I'll open another ticket."
    ),
    "reply_human_asked_aside": (
        "🙋 I've asked for a person to write to you about ticket *{code}*, as soon as they can.\n\n"
        "Your new report is still here. Shall I open the ticket?"
    ),
    "reply_noted_in_report": "📌 Added to ticket *{code}*.\n\nYour new report is still here. Shall I open the ticket?",
    "reply_noted_before_report": "📌 Added to ticket *{code}*.\n\nAnd the new problem: what is going wrong?",
    "reply_noted_in_another": "📌 Added to ticket *{code}*.\n\nWhat you write without quoting still goes to ticket *{current}*.",
    "reply_same_problem": "All right, it stays in the same ticket.",
    "reply_answer_added": "📨 Thanks, I've passed your answer on to the technicians (ticket *{code}*).",
    "reply_ticket_closed": "Ticket *{code}* is already closed. Shall I reopen it with this, or open a new one?\n\n{words}",
    "reply_reopen_question": "Shall I reopen ticket *{code}* with this, then?\n\n{words}",
    "reply_tried": "Sure. Try it and let me know how it goes.",
    "reply_close_question": "Got it, I've noted it on ticket *{code}*. Shall I close it?",
    "reply_stays_open": "OK, ticket *{code}* stays open. If anything changes, tell me here.",
    "reply_closed_by_owner": "Done, I closed ticket *{code}*. If it happens again, reopen it with the button.",
    # Asks for the rating.
    "reply_fixed": "🎉 Great! I closed ticket *{code}*.\n\nHow did we do? (optional)",
    "reply_rate_again": "Thank you! And how many stars would you give us? (optional)",
    "reply_reopened": (
        "🔄 I reopened ticket *{code}* and let the technicians know.\n\n{words}\n\n"
        "If there's anything else they should know, send it here."
    ),
    "reply_rated": "Thank you! I'll pass it on to the team.",
    "reply_not_rated": "No problem. I'm here whenever you need help.",
    # The ticket card and the list of tickets.
    "reply_ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nOpened: {created}\n{latest}\n\n{next}",
    "reply_status_noted": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nOpened: {created}\n{latest}\n\n{next}\n\n"
        "I don't know when it will be ready. I've passed your question on to the technicians and they'll answer you here."
    ),
    "reply_ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nOpened: {created}\n{latest}\n\n"
        "Your new report is still here. Shall I open the ticket?"
    ),
    "card_technician_wrote": "{who} wrote to you:",
    "card_next_open": "It's waiting for a technician. Anything you send here goes on the ticket.",
    "card_next_in_progress": "A technician is working on it. Anything you send here goes on the ticket.",
    "card_next_assigned": "Anything you send here goes on the ticket.",
    "card_next_waiting_customer": "The technician is waiting for your answer: send it here.",
    "card_next_resolved": "Is it fixed? If not, I'll reopen it.",
    "card_next_closed": "If it happens again, you can reopen it.",
    "card_next_human": "You asked for a person: a technician will write to you in this chat.",
    # Of a card: who has it, and what happened last; {who}: the technician's name or the team, {at}: when.
    "card_assignee": "Handled by: {name}",
    "card_team": "the support team",
    "card_latest": "Latest: {what} ({at})",
    "card_you_created": "you opened it",
    "card_you_note": "you added something",
    "card_you_human": "you asked for a person",
    "card_you_close": "you closed it",
    "card_you_fixed": "you said it's fixed",
    "card_you_reopen": "you reopened it",
    "card_you_rating": "you rated us",
    "card_you_correction": "you corrected a message",
    "card_they_take": "{who} took it on",
    "card_they_created": "{who} opened it for you",
    "card_they_ask": "{who} asked you something",
    "card_they_answer": "{who} answered you",
    "card_they_resolve": "{who} marked it as resolved",
    "card_they_close": "{who} closed it",
    "card_they_merge": "{who} merged it into another ticket",
    "card_they_reopen": "{who} reopened it",
    "card_they_wait": "{who} is waiting for your answer",
    "card_they_return": "{who} put it back in the queue",
    "status_open": "Open",
    "status_in_progress": "In progress",
    "status_waiting_customer": "Waiting for you",
    "status_resolved": "Resolved",
    "status_closed": "Closed",
    "reply_choose_ticket": "Here are your latest tickets. Which one would you like to see? You can also send me a code.",
    "reply_no_tickets": "You have no tickets in this chat yet. Tell me what's wrong and I'll open one.",
    "reply_code_unknown": (
        "I can't find *{code}* among your tickets. Check the code and send it again, or see your tickets."
    ),
    "reply_code_mistyped": (
        "The code *{code}* doesn't look right: after TK come eight letters or numbers. "
        "Check it and send it again, or see your tickets."
    ),
    # Erasing the customer's data.
    "reply_erase_explained": (
        "Shall I erase your data? This can't be undone.\n\n"
        "*Erased:* your name, your number, this conversation and the files you sent.\n\n"
        "*What stays:* your tickets and what you wrote in them, without your name or number: you won't be able to see them. "
        "E-mails that the technicians already have can't be recalled."
    ),
    "reply_erase_press": "To erase it, tap *Erase my data*: that way nobody does it by mistake. Otherwise nothing is erased.",
    "reply_erased": "Done, I erased your data. The copy on your phone is yours to delete. If you write again, we'll start from scratch.",
    "reply_kept_with_draft": "Nothing was erased. I've kept what you wrote.",
    "reply_kept": "Nothing was erased. Everything is as it was.",
    # Buttons (at most 20 UTF-16 units) and lists.
    "button_report": "Report a problem",
    "button_tickets": "My tickets",
    "button_human": "Talk to a person",
    "button_menu": "Menu",
    "button_view": "See ticket",
    "button_open": "Open a ticket",
    "button_yes": "Yes, open it",
    "button_cancel": "Cancel",
    "button_other": "Another problem",
    "button_erase": "Erase my data",
    "button_keep": "No, thanks",
    "button_close": "Close ticket",
    "button_close_yes": "Yes, close it",
    "button_close_no": "No, leave it open",
    "button_fixed": "Yes, it's fixed",
    "button_not_fixed": "No, still the same",
    "button_reopen": "Reopen it",
    "button_reopen_yes": "Yes, reopen it",
    "button_reopen_no": "No, it's fine now",
    "button_new": "Open a new one",
    "button_skip": "Not now, thanks",
    "list_title_tickets": "See my tickets",
    "list_title_rating": "Rate us",
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
    "notification_another_ticket": "another ticket",
    "notification_ask": "{who} has a question about {ticket}:",
    "notification_wait": "{who} is waiting for your answer about {ticket}.",
    "notification_answer": "{who} replied about {ticket}:",
    "notification_resolve": "{who} marked {ticket} as resolved.",
    "notification_close": "{who} closed {ticket}.",
    "notification_merge": "{who} merged {ticket} into *{other}*: we'll go on in *{other}*.",
    "notification_reopen": "{who} reopened {ticket}.",
    "notification_opened": "📝 We opened ticket *{code}* for you:\n\n> {words}\n\nOur technicians have it and will answer you in this chat. Whatever you send here is added to the ticket.",
    "notification_status": "Status: *{status}*.",
    "notification_reply_here": "Reply right here, with text, a photo or a voice note, and I'll pass it on.",
    "notification_add_here": "Anything you send here goes on the ticket.",
    "notification_is_it_fixed": "Is it fixed?",
    "notification_is_it_fixed_no_buttons": "Is it fixed? Answer *yes* or *no*.",
    "notification_reopen_hint": "If it's still the same or happens again, you can reopen it.",
    "notification_reopen_hint_no_buttons": "If it's still the same or happens again, send the code *{code}* and you can reopen it.",
    "notification_cut": "(There is more, but it's too long for one message.)",
    # The status template, for when the 24-hour window is over. Meta approves its body; {line} is one of the lines below it.
    "template_language": "en",
    "template_body": (
        "Hello. There's an update on your ticket {code}. Here is the latest:\n\n{line}\n\n"
        "Reply to this message and we'll continue here."
    ),
    "template_line_opened": "We've let the technicians know: {words}",
    "template_line_opened_for": "We opened it for you: {words}",
    "template_line_human": "A technician will write to you in this chat.",
    "template_line_note": "We added what you sent.",
    "template_line_closed": "We closed your ticket, as you asked.",
    "template_line_reopened": "We reopened it and let the technicians know.",
    "template_line_asks": "{who} asks: {words}",
    "template_line_says": "{who} says: {words}",
    "template_line_is_it_fixed": "Is it fixed? Answer yes or no.",
    # Dates.
    "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "date": "{month} {day}, {hour12}:{minute} {half}",
    "span_now": "less than a minute",
    "span_minutes": "{count} min",
    "span_hours": "{count} h",
    "span_day": "1 day",
    "span_days": "{count} days",
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
    "email_about": "It's about",
    "email_date": "Date",
    "email_no_name": "no name",
    "email_no_phone": "no number",
    "email_button": "Open the ticket",
    "email_copy_link": "If the button doesn't work, copy this link:",
    "email_footer": "A reply to this e-mail reaches your colleagues, not the customer. Answer the customer from the ticket's page.",
    # E-mail: a new ticket.
    "email_new_ticket": "New ticket",
    "email_description": "What they wrote",
    "email_description_for": "What they told us",
    "email_opened_by": "Opened by",
    "email_opened_for": "{who}, for the customer",
    "email_text_continues": "The text continues in the ticket.",
    "email_attachments": "Attachments",
    # E-mail: what the customer did since.
    "email_update": "An update from the customer",
    "email_human": "The customer wants to talk to a person",
    "email_reopened": "The customer reopened the ticket",
    "email_fixed": "The customer says it's fixed",
    "email_closed": "The customer closed the ticket",
    "email_rated": "The customer rated the service",
    "email_handed_over": "The ticket was handed over to you",
    "email_taken_over": "A colleague took your ticket",
    "email_internal": "Internal note",
    "email_event_note": "Added",
    "email_event_correction": "Edited a message; it now says",
    "email_event_deletion": "Deleted a message",
    "email_event_deleted": "Deleted this message",
    "email_event_human": "Asked to talk to a person",
    "email_event_close": "Closed the ticket",
    "email_event_fixed": "Said it's fixed",
    "email_event_reopen": "Reopened the ticket: still the same, or happening again",
    "email_event_rating": "Rated it {stars} ({rating} of 5)",
    "email_event_hand_over": "{who} handed it over to you",
    "email_event_take": "{who} took it",
    "email_event_internal": "{who} left an internal note (the customer doesn't see it)",
    "email_more_in_ticket": "There is more in the ticket.",
    "email_more_events": "And {count} more on the ticket's page.",
    # E-mail: what a technician wrote did not reach the customer.
    "email_undelivered": "Your message didn't reach the customer",
    "email_event_undelivered": "{who} wrote",
    "email_undelivered_why": "The reason: {why}. The text is still on the ticket; if it matters, reach them another way.",
    # E-mail: a fresh link to the page.
    "email_fresh_link": "New link",
    "email_fresh_link_why": "You asked for it from an expired link. This one works for 30 days.",
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
    "page_assignee_away": "{name}, who is away",
    "page_greeting": "Hello, {name}.",
    "page_opened": "Opened",
    "page_last_change": "Last change",
    "page_rating": "Rating",
    "page_rating_value": "{rating} of 5",
    "page_category": "Category",
    "page_urgent": "Urgent",
    "page_another_ticket": "another ticket",
    "page_others": "Other tickets of this person: {count}",
    "page_others_latest": "The latest {count} are shown, those still open first.",
    "page_all_tickets": "All tickets",
    "page_next_ticket": "Next one",
    "page_all_tickets_hint": "We e-mail you a link to the list",
    "page_turn_untaken": "Nobody has it: the customer has been waiting for {span}",
    "page_turn_yours": "Your turn: the customer has been waiting for {span}",
    "page_turn_theirs": "{who}'s turn: the customer has been waiting for {span}",
    "page_turn_answered": "In progress: we wrote to them {span} ago",
    "page_turn_customer": "Waiting for the customer for {span}",
    "page_turn_confirm": "Resolved {span} ago: waiting for the customer to confirm",
    "page_turn_closed": "Closed {span} ago",
    "page_turn_merged": "Closed: it was the same problem as {other}",
    "page_turn_nobody": "There is nobody left to answer",
    # The ticket's page: its history.
    "page_history": "What has happened so far",
    "page_new": "New",
    "page_unnamed_technician": "Somebody on the team",
    "page_event_created": "{who} opened the ticket",
    "page_event_created_for": "{who} opened the ticket for the customer",
    "page_event_note": "{who} wrote",
    "page_event_sent": "{who} sent",
    "page_event_human": "{who} asked for a person",
    "page_event_reply": "{who} replied: {was} → {became}",
    "page_event_take": "{who} took the ticket",
    "page_event_hand_over": "{who} handed the ticket over to {to}",
    "page_event_give_back": "{who} gave the ticket back: nobody has it",
    "page_event_ask": "{who} asked",
    "page_event_answer": "{who} answered",
    "page_event_resolve": "{who} marked it as resolved",
    "page_event_close": "{who} closed the ticket",
    "page_event_reopen": "{who} reopened the ticket",
    "page_event_fixed": "{who} confirmed it's fixed",
    "page_event_rating": "{who} rated the support: {rating} of 5",
    "page_event_correction": "{who} edited a message; it now says",
    "page_event_deletion": "{who} deleted a message in WhatsApp",
    "page_event_full": "The ticket was full for the day: what the customer added after this was not kept",
    "page_event_internal": "Internal note by {who}: the customer doesn't see it",
    "page_event_urgent": "{who} marked it as urgent",
    "page_event_not_urgent": "{who} marked it as no longer urgent",
    "page_event_category": "{who} set the category “{category}”",
    "page_event_no_category": "{who} removed the category",
    "page_event_merge": "{who} merged this ticket into {other}",
    "page_event_merged": "{who} merged {other} into this ticket",
    "page_event_deleted": "{who} deleted this message",
    "page_event_erased": "{who} erased their data: name, number and files",
    "page_event_unreachable": "Their number was silent for a long time and may belong to somebody else now",
    "page_event_by_hand": "Changed in the database: {was} → {became}",
    # Below what a technician wrote or did: where it is on its way to the customer.
    "page_told_waiting": "⏳ Leaves in a minute",
    "page_told_leaving": "⏳ On its way",
    "page_told_held": "⏳ On hold: WhatsApp refuses the template. It leaves once that is mended, or when they write",
    "page_told_first_message": "⏳ Leaves when they write for the first time",
    "page_told_sent": "✓ Sent",
    "page_told_delivered": "✓✓ Delivered",
    "page_told_read": "✓✓ Read",
    "page_told_failed": "✗ Not delivered",
    "page_told_as_template": "{state}, as a notice; the whole text when they write",
    "page_event_undelivered": "Could not be delivered: {why}",
    "undelivered_number": "that number isn't on WhatsApp, or has blocked ours",
    "undelivered_window": "more than 24 hours have passed since they wrote, and the template didn't leave either",
    "undelivered_gone": "we can no longer write to them",
    "undelivered_dropped": "it was cancelled by hand",
    "undelivered_never_written": "they did not write in 30 days, and until they do we can send no more than the code",
    "undelivered_other": "WhatsApp didn't accept it ({error})",
    "page_file_image": "View the image",
    "page_file_audio": "Download the audio",
    "page_file_video": "View the video",
    "page_file_download": "Download: {kind}",
    "page_file_map": "See the place on the map",
    "page_file_expired": "No longer available (Meta deletes files after 7 days)",
    # The ticket's page: the form.
    "page_form_title_answer": "Your answer",
    "page_form_title_alone": "Work on the ticket",
    "page_form_title_closed": "The ticket is closed",
    "page_form_text": "Message to the customer",
    "page_form_note": "Note for the team",
    "page_form_text_hint": "They get it on WhatsApp exactly as you write it, up to {most} characters. Required for Answer and Ask, optional when you resolve, close or reopen.",
    "page_form_language_hint": "This person speaks {language}.",
    "page_form_author": "Who are you?",
    "page_form_author_hint": "Your name: the customer and the team see it. This browser remembers it.",
    "page_action_take": "Take it",
    "page_action_take_hint": "It's yours to handle",
    "page_action_ask": "Ask",
    "page_action_ask_hint": "And wait for their reply",
    "page_action_answer": "Answer",
    "page_action_answer_hint": "Send your message",
    "page_action_resolve": "Resolved",
    "page_action_resolve_hint": "Ask if it's fixed",
    "page_action_close": "Close",
    "page_action_close_hint": "End the ticket",
    "page_action_reopen": "Reopen",
    "page_action_reopen_hint": "Open it again",
    "page_action_hand_over": "Hand it over",
    "page_action_hand_over_hint": "They get an e-mail; the customer hears nothing",
    "page_action_give_back": "Give it back",
    "page_action_give_back_hint": "For whoever takes it",
    "page_hands": "Hand it over or give it back",
    "page_hands_to": "Colleague",
    "page_hands_choose": "Choose somebody",
    "page_delivery": "A message, or Resolved, leaves on WhatsApp at once; closing and reopening wait a minute and go together. They learn who took the ticket with the next thing you write.",
    "page_delivery_template": (
        "They haven't written for more than 24 hours: it leaves at once as a notice, from a template and in one line; "
        "the whole text when they write."
    ),
    "page_delivery_first": "They have not written to us yet: in WhatsApp they only get the ticket’s code. What you do here leaves when they write for the first time.",
    "page_action_internal": "Save internal note",
    "page_action_internal_hint": "For the team: the customer doesn't see it",
    "page_action_urgent": "Mark as urgent",
    "page_action_not_urgent": "No longer urgent",
    "page_action_category": "Save category",
    "page_action_merge": "Merge and close this one",
    "page_merge_label": "It is the same problem as",
    "page_action_merge_hint": "This one is closed, and the customer goes on in the other: we tell them.",
    "page_choose": "Choose…",
    "page_no_category": "No category",
    "page_answers_label": "Saved answer",
    "page_answers_button": "Put in the box",
    "page_more": "More: urgent, category, merge",
    "page_see_in_history": "See it in the conversation",
    "page_done_answer": "Done: your message is on its way to the customer.",
    "page_done_ask": "Done: we are asking them, and the ticket waits for their reply.",
    "page_done_take": "Done: it's yours.",
    "page_done_resolve": "Done: it is resolved, and we ask the customer whether it is.",
    "page_done_close": "Done: the ticket is closed.",
    "page_done_reopen": "Done: the ticket is open again.",
    "page_done_hand_over": "Done: your colleague has it now.",
    "page_done_give_back": "Done: it's there for whoever takes it.",
    "page_done_merge": "Done: this ticket is closed, and the customer goes on in {other}.",
    "page_done_internal": "Note saved. The customer doesn't see it.",
    "page_done_urgent": "Done: it is urgent.",
    "page_done_not_urgent": "Done: it is no longer urgent.",
    "page_done_category": "Done: category saved.",
    "page_done_kept": "Done: it is on the ticket.",
    "page_done_first": "Done: it leaves when the customer writes for the first time.",
    "page_done_opened": "Ticket opened: {code}. We are telling the customer in WhatsApp.",
    "page_done_opened_first": "Ticket opened: {code}. The customer gets its code in WhatsApp; everything else reaches them when they write for the first time.",
    "page_delivery_erased": "This person erased their data: what you do here stays on the ticket and no longer reaches them.",
    "page_delivery_gone": "We can no longer write to them: what you do here stays on the ticket and does not reach them.",
    # The ticket's page: why an action was not done.
    "page_go_to_new": "See what's new",
    "page_go_to_form": "Go to the form",
    "page_text_kept": "Your text is still in the form.",
    "page_problem_stale": "The ticket changed while you were writing, so nothing was saved. Check it and, if it still applies, try again.",
    "page_problem_illegal": "That's no longer possible: the ticket is “{status}”. Nothing was changed.",
    "page_problem_text_missing": "The message is missing: write what you want to tell them.",
    "page_problem_long": "Too long: the limit is {most} characters. Shorten it a little; your text is still here.",
    "page_problem_refused": "That text couldn't be saved. Remove anything that isn't a letter, a digit or an emoji and try again.",
    "page_problem_action": "Nothing changed: choose one of the buttons.",
    "page_problem_whom": "Nothing was changed: choose who is to have it.",
    "page_problem_choice": "Nothing changed: choose one from the list.",
    "page_problem_note_missing": "The note is missing: write it in the box.",
    # Plain pages: a title, a sentence, at most one button.
    "page_link_invalid_title": "This link isn't valid",
    "page_link_invalid_body": "It may have been cut off when it was copied. Open it again from the ticket's e-mail.",
    "page_link_expired_title": "This link has expired",
    "page_link_expired_body": "The links in the e-mails only work for a limited time. The ticket is still there.",
    "page_fresh_link_button": "Ask for a new link",
    "page_fresh_link_sent_title": "Check your e-mail",
    "page_fresh_link_sent_body": (
        "If the ticket exists, a new link reaches your mailbox in a minute or two. "
        "At most one is sent every ten minutes."
    ),
    "page_too_many_links_title": "Too many links",
    "page_too_many_links_body": "Too many links were requested in the last hour. Try again later.",
    "page_ticket_missing_title": "Ticket not found",
    "page_ticket_missing_body": "The link is valid, but ticket {code} no longer exists.",
    "page_unavailable_title": "We can't load it right now",
    "page_unavailable_body": "The database isn't responding. The ticket is still there: try again in a moment.",
    "page_unconfirmed_title": "We couldn't confirm your action",
    "page_unconfirmed_body": "The database didn't respond. Try again: if it was already done, it won't be done twice.",
    "page_try_again": "Try again",
    "page_foreign_form_title": "This form wasn't sent from our page",
    "page_foreign_form_body": "Nothing was changed. Open the ticket from its e-mail and do it there.",
    "page_file_expired_title": "This file is no longer available",
    "page_file_expired_body": "Meta keeps files for 7 days. Photos and voice notes usually came with the ticket's e-mail as well.",
    "page_earlier": "Show what came before",
    "page_latest": "Show the latest",
    "page_file_busy_title": "Many files are open right now",
    "page_file_busy_body": "Open it again in a few seconds.",
    "page_file_unavailable_title": "We couldn't get the file",
    "page_file_unavailable_body": "Meta didn't provide it, or it's larger than 10 MB. Try again in a while or look for it in the ticket's e-mail.",
    "page_file_missing_title": "File not found",
    "page_file_missing_body": "This ticket has no such file. Go back to the ticket and open it from there.",
    "page_back_to_ticket": "Back to the ticket",
    "page_nothing_here_title": "There is nothing here",
    "page_nothing_here_body": "The link may have been cut when it was copied. Open it again from the ticket's e-mail.",
    # The list of tickets: the e-mail with its link.
    "email_desk_link_subject": "Your link to the list of tickets",
    "email_desk_link": "The list of tickets",
    "email_desk_link_hello": "Hello {name},",
    "email_desk_link_why": "Somebody asked for this link for your address. It works for 15 minutes and opens the list in the browser where you press the button.",
    "email_desk_link_not_you": "If that wasn't you, there is nothing to do: nobody gets in without this e-mail.",
    "email_desk_link_button": "Open the list",
    # The list of tickets: its page.
    "desk_title": "Tickets",
    "desk_open": "Open a ticket",
    "desk_hello": "Hello, {name}",
    "desk_tabs": "Parts of the list",
    "desk_tab_untaken": "Untaken",
    "desk_tab_mine": "Mine",
    "desk_tab_our_turn": "Our turn",
    "desk_tab_waiting": "Waiting for the customer",
    "desk_tab_resolved": "Resolved",
    "desk_tab_all": "All",
    "desk_tab_drafts": "Not confirmed",
    "desk_search": "Code, words, name or number",
    "desk_search_button": "Search",
    "desk_results": "Results",
    "desk_leave_search": "Back to the list",
    "desk_drafts_why": "These people described a problem and never confirmed the ticket. If they write again, it is offered again.",
    "desk_me": "You",
    "desk_urgent": "Urgent",
    "desk_wants_human": "Wants a person",
    "desk_no_customer": "No longer here",
    "desk_files": "Files: {count}",
    "desk_waits_us": "Waiting for us for {time}",
    "desk_waits_answered": "We answered {time} ago",
    "desk_waits_customer": "We asked {time} ago",
    "desk_waits_resolved": "Resolved {time} ago",
    "desk_waits_closed": "Closed {time} ago",
    "desk_left": "Left like this {time} ago",
    "desk_now": "less than 1 min",
    "desk_minutes": "{count} min",
    "desk_hours": "{count} h",
    "desk_days": "{count} d",
    "desk_next": "Next",
    "desk_empty_untaken": "Everything has somebody who handles it. Well done!",
    "desk_empty_mine": "You have no open tickets. There may be one for you in “Untaken”.",
    "desk_empty_our_turn": "Nobody is waiting for us. Good work.",
    "desk_empty_waiting": "We are not waiting for any customer.",
    "desk_empty_resolved": "None is waiting for its customer to confirm it.",
    "desk_empty_all": "There are no tickets yet. The first one will appear here.",
    "desk_empty_drafts": "There are no reports without confirmation.",
    "desk_empty_search": "Nothing found. Try fewer words, or part of the name or the number.",
    "desk_empty_later": "There are no more.",
    # The list of tickets: the form that opens a ticket for somebody.
    "open_title": "Open a ticket",
    "open_number": "WhatsApp number",
    "open_number_hint": "With the country code: +52 55 1234 5678, +54 9 11 5555-0102.",
    "open_name": "Name (optional)",
    "open_text": "What is wrong",
    "open_text_hint": "In the customer’s words: that is how they read it in their ticket.",
    "open_language": "Customer’s language",
    "open_takes": "I’ll take it",
    "open_button": "Open the ticket",
    "open_told": "The customer gets the code in WhatsApp. If they never wrote to us, everything else reaches them when they do.",
    "open_problem_number": "That cannot be a number: write it with its country code, like +52 55 1234 5678.",
    "open_problem_own_number": "That is this desk’s own number: write the customer’s.",
    "open_problem_text_missing": "What is wrong is missing: write it in a few words.",
    "open_problem_long": "It is too long: the limit is {most} characters. Make it a little shorter; it is all here.",
    "open_problem_category": "That category is gone: choose another.",
    "open_problem_too_many": "Many tickets were opened for this number within the hour. Add this to one they have, or try again later.",
    "open_problem_refused": "That text could not be saved. Remove what is no letter, number or emoji, and try again.",
    # The list of tickets: how one comes in.
    "desk_ask_title": "The list of tickets",
    "desk_ask_body": "Enter your e-mail address: if you are on the team, you get a link to come in.",
    "desk_address": "Your e-mail address",
    "desk_ask_button": "Send me the link",
    "desk_link_sent_title": "Check your e-mail",
    "desk_link_sent_body": "If the address belongs to somebody on the team, the link arrives within a minute and works for 15. At most one is sent in ten minutes.",
    "desk_link_expired_title": "This link has expired",
    "desk_link_expired_body": "They work for 15 minutes. Ask for another with your e-mail address.",
    "desk_link_invalid_title": "This link isn't valid",
    "desk_link_invalid_body": "It may have been cut off when it was copied. Open it again from your e-mail, or ask for another.",
    "desk_enter_title": "Hello, {name}",
    "desk_enter_body": "Come in with this browser; it will remember you for 30 days. Better not on a machine that isn't yours.",
    "desk_enter_button": "Open the list of tickets",
    "desk_unavailable_title": "We can't show the list right now",
    "desk_unavailable_body": "The database isn't responding. The tickets are still there: try again in a moment.",
    "desk_foreign_form_title": "This form wasn't sent from our page",
    "desk_foreign_form_body": "Nothing was done. Open the list and do it there.",
}
