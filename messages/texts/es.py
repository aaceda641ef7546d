"""The texts in Spanish: neutral Latin American, tú."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Welcome, menu and language. {me}: one of the two lines below it.
    "reply_welcome": (
        "👋 ¡Hola! {me}\n\n"
        "Cuéntame qué pasa, por texto, foto o audio, y abro un ticket para los técnicos.\n\n"
        "¿Ya tienes un ticket? Mándame el código y te digo cómo va."
    ),
    "me": "Soy el asistente virtual de soporte técnico.",
    "me_of_desk": "Soy el asistente virtual de soporte de *{desk}*.",
    "reply_choose_language": "¿En qué idioma seguimos?",
    "reply_language_changed": "Listo, seguimos en español. Cuéntame qué pasa o elige una opción.",
    "reply_you_are_welcome": "¡De nada! Aquí estoy cuando me necesites.",
    "reply_goodbye": "¡Hasta luego! Escríbeme cuando necesites algo.",
    "reply_quiet": (
        "Entendido. Solo te escribo si tú me escribes o si hay novedades de un ticket tuyo.\n\n"
        "Si además quieres borrar tus datos, escribe *borrar mis datos*."
    ),
    "reply_enough_for_today": (
        "Por hoy ya te respondí muchas veces, así que hago una pausa. Puedes seguir escribiendo: guardo lo que mandes, y el "
        "equipo lo lee. Si hay novedades de un ticket, te aviso."
    ),
    "reply_not_ours": (
        "Con eso no te puedo ayudar: aquí solo vemos fallas técnicas. "
        "¿Quieres que le pase tu mensaje a una persona?\n\n{words}"
    ),
    "regret": "Lamento las molestias.",
    "reply_cancelled": "Listo, lo dejamos así. Si tienes tickets, siguen igual. Aquí estoy cuando me necesites.",
    "reply_cancelled_kept": "Listo, no abrí ningún ticket. Por un rato guardo lo que mandaste, por si cambias de idea.",
    "reply_stale": "Ese botón es de un mensaje anterior y ya no sirve. ¿Qué necesitas ahora?",
    "throttled": (
        "Me llegaron cientos de mensajes tuyos en una hora. Guardé todo lo anterior, pero no este último, y a este ritmo "
        "tampoco los próximos. Espera unos minutos y manda lo que falte en un solo mensaje."
    ),
    "reply_unsupported_sticker": "Los stickers no los entiendo 🙂 Escríbelo, o manda una foto, un audio o un video.",
    "reply_unsupported_edit": "Vi que editaste un mensaje, pero no puedo leer el cambio. Escríbelo en un mensaje nuevo.",
    "reply_unsupported_poll": "Las encuestas no las puedo leer. Escríbelo, o manda una foto, un audio o un video.",
    "reply_unsupported_contact": "Los contactos no los puedo guardar. Si hace falta ese dato, escríbelo en un mensaje.",
    "reply_unsupported_too_large": "Ese archivo no llegó: tiene más de 100 MB. Manda uno más liviano, y escribe otra vez el texto que lo acompañaba.",
    "reply_unsupported_other": "Eso no lo puedo leer. Escríbelo, o manda una foto, un audio, un video o un documento.",
    # Before the reply to the words that came with it.
    "missing_too_large": "El archivo no llegó: tiene más de 100 MB. Manda uno más liviano; el texto ya lo tengo.",
    "missing_other": "De ese mensaje solo pude leer el texto.",
    # A report, until it is a ticket. {words}: what the customer wrote, quoted, and how many files came with it.
    "reply_ask_problem": (
        "Claro. ¿Qué pasa, en qué equipo o programa, y desde cuándo? "
        "Escríbelo o manda un audio; las fotos y los videos también ayudan."
    ),
    "reply_ask_again": (
        "Claro, te ayudo. ¿Qué pasa y en qué equipo? Por ejemplo: “La impresora no imprime desde ayer”."
    ),
    "reply_more_needed": "Anotado.\n\n{words}\n\n¿Y qué es lo que falla?",
    "reply_confirm_problem": (
        "¿Abro un ticket con esto?\n\n{words}\n\nSi falta algo, mándalo antes de tocar *Sí, abrirlo*."
    ),
    "reply_file_received": "Lo recibí.\n\n{words}\n\n¿Abro un ticket con esto? Ayuda mucho si además escribes qué falla.",
    "reply_kept_draft": (
        "👋 ¡Hola de nuevo! Guardé lo que mandaste:\n\n{words}\n\n¿Qué hago con esto? Si es otra cosa, cuéntamela."
    ),
    "reply_wait": "Tómate tu tiempo, te espero. Guardé lo que mandaste.",
    "reply_wait_ticket": "Tómate tu tiempo, aquí te espero.",
    "reply_unsure": "No sé si te entendí bien. ¿Qué hago con esto?\n\n{words}",
    "reply_unsure_again": (
        "Perdona, sigo sin entenderte. Puedo abrir un ticket con esto tal como está, mostrarte los que tienes "
        "o pedir que te escriba una persona.\n\n{words}"
    ),
    "reply_too_many_files": (
        "Caben 10 archivos por reporte y ya llegaste al máximo: los que pasan de ahí no los guardo, lo escrito sí. "
        "¿Abro el ticket? Después puedes agregar los demás."
    ),
    "reply_report_full": (
        "Tu reporte ya está lleno: lo último que escribiste no cabe y no lo guardé, lo anterior sí. "
        "¿Abro el ticket? Después mándame lo que falte y lo agrego ahí."
    ),
    "reply_report_waits": (
        "Abriste muchos tickets en la última hora y por ahora no puedo abrir otro. Esto te lo guardé:\n\n{words}\n\n"
        "En un rato, toca *Sí, abrirlo*. Si falta algo, mándalo mientras tanto."
    ),
    "reply_ticket_full": "El ticket *{code}* ya recibió todo lo que cabe en un día: esto no se guardó, ni se guardará lo que agregues hoy. Los técnicos lo ven en el ticket. Mañana puedes agregar más.",
    "reply_too_many_tickets": (
        "Abriste muchos tickets en la última hora y por ahora no puedo abrir otro. "
        "Si es sobre uno que ya tienes, elígelo en tu lista y cuéntame ahí; si no, prueba en un rato."
    ),
    "reply_code_and_problem": (
        "El ticket *{code}* no está entre los tuyos. ¿Abro uno nuevo con esto?\n\n{words}\n\n"
        "Si era para un ticket tuyo, revisa el código y mándalo otra vez."
    ),
    "no_text": "(sin texto)",
    "attachments_one": "📎 {count} archivo",
    "attachments_many": "📎 {count} archivos",
    # A ticket is opened, changed, closed, rated.
    "reply_ticket_opened": (
        "✅ Tu ticket es *{code}*.\n\n{words}\n\n"
        "Ya avisé a los técnicos y te responden en este chat. Si quieres agregar algo, mándalo aquí."
    ),
    "reply_human_opened": (
        "🙋 Pedí que te escriba una persona. Tu ticket es *{code}*.\n\n{words}\n\n"
        "Ahora no hay nadie conectado; te escriben aquí en cuanto puedan. Mientras tanto, puedes contarme más."
    ),
    "reply_human_asked": (
        "🙋 Pedí que te escriba una persona sobre el ticket *{code}*.\n\n"
        "Ahora no hay nadie conectado; te escriben aquí en cuanto puedan. Mientras tanto, puedes contarme más."
    ),
    "reply_note_added": "📌 Lo agregué al ticket *{code}*.",
    "reply_note_other": (
        "📌 Lo agregué al ticket *{code}*.\n\n¿O es otro problema? Toca *Es otro problema* y abro otro ticket."
    ),
    "reply_human_asked_aside": (
        "🙋 Pedí que te escriba una persona sobre el ticket *{code}*, en cuanto pueda.\n\n"
        "Tu reporte nuevo sigue aquí. ¿Abro el ticket?"
    ),
    "reply_noted_in_report": "📌 Lo agregué al ticket *{code}*.\n\nTu reporte nuevo sigue aquí. ¿Abro el ticket?",
    "reply_noted_before_report": "📌 Lo agregué al ticket *{code}*.\n\nY el problema nuevo, ¿cuál es?",
    "reply_noted_in_another": "📌 Lo agregué al ticket *{code}*.\n\nLo que escribas sin citar sigue yendo al ticket *{current}*.",
    "reply_same_problem": "Bien, queda en el mismo ticket.",
    "reply_answer_added": "📨 Listo, les pasé tu respuesta a los técnicos (ticket *{code}*).",
    "reply_ticket_closed": "El ticket *{code}* ya está cerrado. ¿Lo reabro con esto o abro uno nuevo?\n\n{words}",
    "reply_reopen_question": "Entonces reabro el ticket *{code}* con esto, ¿sí?\n\n{words}",
    "reply_tried": "Claro. Cuando lo pruebes, me cuentas.",
    "reply_close_question": "Entendido, lo anoté en el ticket *{code}*. ¿Lo cierro?",
    "reply_stays_open": "Listo, el ticket *{code}* sigue abierto. Si algo cambia, cuéntame aquí.",
    "reply_closed_by_owner": "Listo, cerré el ticket *{code}*. Si vuelve a fallar, reábrelo con el botón.",
    # Asks for the rating.
    "reply_fixed": "🎉 ¡Qué bueno! Cerré el ticket *{code}*.\n\n¿Cómo te atendimos? (opcional)",
    "reply_rate_again": "¡Gracias a ti! ¿Y cuántas estrellas nos das? (opcional)",
    "reply_reopened": (
        "🔄 Reabrí el ticket *{code}* y ya avisé a los técnicos.\n\n{words}\n\n"
        "Si hay algo más que deban saber, mándalo aquí."
    ),
    "reply_rated": "¡Gracias! Se lo paso al equipo.",
    "reply_not_rated": "Sin problema. Aquí estoy cuando me necesites.",
    # The ticket card and the list of tickets.
    "reply_ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nCreado: {created}\n{latest}\n\n{next}",
    "reply_status_noted": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nCreado: {created}\n{latest}\n\n{next}\n\n"
        "Cuándo va a estar listo, no lo sé. Les pasé tu pregunta a los técnicos y te responden aquí."
    ),
    "reply_ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nCreado: {created}\n{latest}\n\n"
        "Tu reporte nuevo sigue aquí. ¿Abro el ticket?"
    ),
    "card_technician_wrote": "{who} te escribió:",
    "card_next_open": "Está en espera de un técnico. Lo que mandes aquí se agrega al ticket.",
    "card_next_in_progress": "Un técnico lo está viendo. Lo que mandes aquí se agrega al ticket.",
    "card_next_assigned": "Lo que mandes aquí se agrega al ticket.",
    "card_next_waiting_customer": "El técnico espera tu respuesta: mándala aquí.",
    "card_next_resolved": "¿Quedó bien? Si no, lo reabro.",
    "card_next_closed": "Si vuelve a fallar, puedes reabrirlo.",
    "card_next_human": "Pediste hablar con alguien: un técnico te va a escribir en este chat.",
    # Of a card: who has it, and what happened last; {who}: the technician's name or the team, {at}: when.
    "card_assignee": "Lo atiende: {name}",
    "card_team": "el equipo técnico",
    "card_latest": "Lo último: {what} ({at})",
    "card_you_created": "lo abriste",
    "card_you_note": "agregaste algo",
    "card_you_human": "pediste hablar con alguien",
    "card_you_close": "lo cerraste",
    "card_you_fixed": "dijiste que quedó bien",
    "card_you_reopen": "lo reabriste",
    "card_you_rating": "nos calificaste",
    "card_you_correction": "corregiste un mensaje",
    "card_they_take": "{who} lo tomó",
    "card_they_ask": "{who} te hizo una pregunta",
    "card_they_answer": "{who} te respondió",
    "card_they_resolve": "{who} lo dio por resuelto",
    "card_they_close": "{who} lo cerró",
    "card_they_merge": "{who} lo juntó con otro ticket",
    "card_they_reopen": "{who} lo reabrió",
    "card_they_wait": "{who} espera tu respuesta",
    "card_they_return": "{who} lo puso en espera",
    "status_open": "Abierto",
    "status_in_progress": "En curso",
    "status_waiting_customer": "Espera tu respuesta",
    "status_resolved": "Resuelto",
    "status_closed": "Cerrado",
    "reply_choose_ticket": "Estos son tus tickets más recientes. ¿Cuál quieres ver? También puedes mandarme un código.",
    "reply_no_tickets": "Todavía no tienes tickets en este chat. Cuéntame qué pasa y abro uno.",
    "reply_code_unknown": (
        "No encuentro el *{code}* entre tus tickets. Revisa el código y mándalo otra vez, o mira tu lista."
    ),
    "reply_code_mistyped": (
        "El código *{code}* tiene algún error: después de TK van ocho letras o números. "
        "Revísalo y mándalo otra vez, o mira tu lista."
    ),
    # Erasing the customer's data.
    "reply_erase_explained": (
        "¿Borro tus datos? No se puede deshacer.\n\n"
        "*Se borran* tu nombre, tu número, esta conversación y los archivos que mandaste.\n\n"
        "*Quedan* tus tickets y lo que escribiste en ellos, sin tu nombre ni tu número: ya no podrás verlos. "
        "Los correos que ya recibieron los técnicos no se pueden borrar."
    ),
    "reply_erase_press": "Para borrarlos, toca *Borrar mis datos*: así nadie los borra por error. Si no, no borro nada.",
    "reply_erased": "Listo, borré tus datos. La copia en tu teléfono la borras tú. Si vuelves a escribir, empezamos de cero.",
    "reply_kept_with_draft": "No borré nada. Lo que escribiste sigue guardado.",
    "reply_kept": "No borré nada. Todo sigue como estaba.",
    # Buttons (at most 20 UTF-16 units) and lists.
    "button_report": "Reportar problema",
    "button_tickets": "Mis tickets",
    "button_human": "Hablar con alguien",
    "button_menu": "Menú",
    "button_view": "Ver ticket",
    "button_open": "Abrir un ticket",
    "button_yes": "Sí, abrirlo",
    "button_cancel": "Cancelar",
    "button_other": "Es otro problema",
    "button_erase": "Borrar mis datos",
    "button_keep": "No, mejor no",
    "button_close": "Cerrar ticket",
    "button_close_yes": "Sí, cerrarlo",
    "button_close_no": "No, dejarlo abierto",
    "button_fixed": "Sí, quedó bien",
    "button_not_fixed": "No, sigue igual",
    "button_reopen": "Reabrirlo",
    "button_reopen_yes": "Sí, reabrirlo",
    "button_reopen_no": "No, ya quedó",
    "button_new": "Abrir uno nuevo",
    "button_skip": "Ahora no, gracias",
    "list_title_tickets": "Ver mis tickets",
    "list_title_rating": "Calificar",
    "rate_5": "★★★★★ Excelente",
    "rate_4": "★★★★ Buena",
    "rate_3": "★★★ Regular",
    "rate_2": "★★ Mala",
    "rate_1": "★ Muy mala",
    # Notifications: what the technicians did. {who}: the author or the team; {ticket}: one of the three names below.
    "notification_author": "{name}, del equipo técnico,",
    "notification_team": "El equipo técnico",
    "notification_your_ticket": "tu ticket",
    "notification_your_ticket_code": "tu ticket *{code}*",
    "notification_the_ticket": "el ticket",
    "notification_another_ticket": "otro ticket",
    "notification_ask": "{who} te pregunta por {ticket}:",
    "notification_wait": "{who} espera tu respuesta sobre {ticket}.",
    "notification_answer": "{who} te responde sobre {ticket}:",
    "notification_resolve": "{who} resolvió {ticket}.",
    "notification_close": "{who} cerró {ticket}.",
    "notification_merge": "{who} juntó {ticket} con *{other}*: seguimos en *{other}*.",
    "notification_reopen": "{who} reabrió {ticket}.",
    "notification_status": "Estado: *{status}*.",
    "notification_reply_here": "Respóndeme aquí mismo, por texto, foto o audio, y se lo paso.",
    "notification_add_here": "Lo que mandes aquí se agrega al ticket.",
    "notification_is_it_fixed": "¿Quedó bien?",
    "notification_is_it_fixed_no_buttons": "¿Quedó bien? Respóndeme *sí* o *no*.",
    "notification_reopen_hint": "Si sigue igual o vuelve a fallar, puedes reabrirlo.",
    "notification_reopen_hint_no_buttons": "Si sigue igual o vuelve a fallar, manda el código *{code}* y lo puedes reabrir.",
    "notification_cut": "(El texto sigue, pero no cabe entero en un mensaje.)",
    # The status template, for when the 24-hour window is over. Meta approves its body; {line} is one of the lines below it.
    "template_language": "es",
    "template_body": (
        "Hola. Hay novedades de tu ticket {code}. Esto es lo último:\n\n{line}\n\n"
        "Responde a este mensaje y seguimos por aquí."
    ),
    "template_line_opened": "Ya avisamos a los técnicos: {words}",
    "template_line_human": "Un técnico te va a escribir en este chat.",
    "template_line_note": "Agregamos lo que mandaste.",
    "template_line_closed": "Cerramos tu ticket, como pediste.",
    "template_line_reopened": "Lo reabrimos y ya avisamos a los técnicos.",
    "template_line_asks": "{who} pregunta: {words}",
    "template_line_says": "{who} dice: {words}",
    "template_line_is_it_fixed": "¿Quedó bien? Responde sí o no.",
    # Dates.
    "months": "ene feb mar abr may jun jul ago sep oct nov dic",
    "day": "{day} {month}",
    "date": "{day} {month}, {hour}:{minute}",
    "span_now": "menos de un minuto",
    "span_minutes": "{count} min",
    "span_hours": "{count} h",
    "span_day": "1 día",
    "span_days": "{count} días",
    # Technicians: in e-mails and on the page.
    "customer": "Cliente",
    "language": "Idioma",
    "wants_human": "Quiere hablar con una persona",
    "status_waiting_customer_technician": "Espera al cliente",
    "kind_image": "Imagen",
    "kind_voice": "Nota de voz",
    "kind_audio": "Audio",
    "kind_video": "Video",
    "kind_document": "Documento",
    "kind_location": "Ubicación",
    # E-mails: all of them.
    "email_phone": "Teléfono",
    "email_status": "Estado",
    "email_about": "Es sobre",
    "email_date": "Fecha",
    "email_no_name": "sin nombre",
    "email_no_phone": "sin número",
    "email_button": "Abrir el ticket",
    "email_copy_link": "Si el botón no funciona, copia este enlace:",
    "email_footer": "Si respondes a este correo, lo leen tus colegas, no el cliente. Para contestarle al cliente, usa la página del ticket.",
    # E-mail: a new ticket.
    "email_new_ticket": "Ticket nuevo",
    "email_description": "Lo que escribió",
    "email_text_continues": "El texto sigue en el ticket.",
    "email_attachments": "Adjuntos",
    # E-mail: what the customer did since.
    "email_update": "Novedades del cliente",
    "email_human": "El cliente pide hablar con una persona",
    "email_reopened": "El cliente reabrió el ticket",
    "email_fixed": "El cliente confirma que quedó resuelto",
    "email_closed": "El cliente cerró el ticket",
    "email_rated": "El cliente calificó la atención",
    "email_handed_over": "Te pasaron el ticket",
    "email_taken_over": "Un colega tomó tu ticket",
    "email_internal": "Nota interna",
    "email_event_note": "Agregó",
    "email_event_correction": "Editó un mensaje; ahora dice",
    "email_event_deletion": "Borró un mensaje",
    "email_event_deleted": "Borró este mensaje",
    "email_event_human": "Pidió hablar con una persona",
    "email_event_close": "Cerró el ticket",
    "email_event_fixed": "Confirmó que quedó resuelto",
    "email_event_reopen": "Reabrió el ticket: sigue igual o volvió a fallar",
    "email_event_rating": "Calificó con {stars} ({rating} de 5)",
    "email_event_hand_over": "{who} te lo pasó",
    "email_event_take": "{who} lo tomó",
    "email_event_internal": "{who} dejó una nota interna (el cliente no la ve)",
    "email_more_in_ticket": "Hay más en el ticket.",
    "email_more_events": "Y {count} más en la página del ticket.",
    # E-mail: what a technician wrote did not reach the customer.
    "email_undelivered": "Tu mensaje no le llegó al cliente",
    "email_event_undelivered": "{who} escribió",
    "email_undelivered_why": "El motivo: {why}. El texto sigue en el ticket; si hace falta, búscalo por otro medio.",
    # E-mail: a fresh link to the page.
    "email_fresh_link": "Enlace nuevo",
    "email_fresh_link_why": "Lo pediste desde un enlace vencido. Este sirve por 30 días.",
    # E-mail: the digest.
    "email_digest_subject": "Tickets sin correo propio: {count}",
    "email_digest_headline": "Más tickets de los que caben en correos separados",
    "email_digest_why": (
        "Llegaron muchos a la vez, así que estos no tienen un correo propio. "
        "Lo que escribió cada cliente y sus archivos están en la página del ticket."
    ),
    # The ticket's page: the ticket.
    "page_customer_erased": "Borró sus datos",
    "page_customer_gone": "Ya no tenemos cómo escribirle.",
    "page_no_phone": "Sin número",
    "page_assignee": "Lo atiende",
    "page_nobody": "Nadie todavía",
    "page_assignee_away": "{name}, que hoy no está",
    "page_greeting": "Hola, {name}.",
    "page_opened": "Se abrió",
    "page_last_change": "Último cambio",
    "page_rating": "Calificación",
    "page_rating_value": "{rating} de 5",
    "page_category": "Categoría",
    "page_urgent": "Urgente",
    "page_another_ticket": "otro ticket",
    "page_others": "Otros tickets de esta persona: {count}",
    "page_others_latest": "Se ven los {count} más recientes, primero los que siguen abiertos.",
    "page_all_tickets": "Todos los tickets",
    "page_next_ticket": "Siguiente",
    "page_all_tickets_hint": "Te mandamos por correo un enlace a la lista",
    "page_turn_untaken": "Nadie lo atiende: el cliente espera desde hace {span}",
    "page_turn_yours": "Te toca: el cliente espera desde hace {span}",
    "page_turn_theirs": "Le toca a {who}: el cliente espera desde hace {span}",
    "page_turn_answered": "En curso: le escribimos hace {span}",
    "page_turn_customer": "Espera al cliente desde hace {span}",
    "page_turn_confirm": "Resuelto hace {span}: esperamos que el cliente lo confirme",
    "page_turn_closed": "Cerrado hace {span}",
    "page_turn_merged": "Cerrado: era el mismo problema que {other}",
    "page_turn_nobody": "Ya no hay a quién contestarle",
    # The ticket's page: its history.
    "page_history": "Lo que pasó hasta ahora",
    "page_new": "Nuevo",
    "page_unnamed_technician": "Alguien del equipo",
    "page_event_created": "{who} abrió el ticket",
    "page_event_note": "{who} escribió",
    "page_event_sent": "{who} mandó",
    "page_event_human": "{who} pidió hablar con una persona",
    "page_event_reply": "{who} contestó: {was} → {became}",
    "page_event_take": "{who} tomó el ticket",
    "page_event_hand_over": "{who} pasó el ticket a {to}",
    "page_event_give_back": "{who} devolvió el ticket: queda sin nadie",
    "page_event_ask": "{who} preguntó",
    "page_event_answer": "{who} respondió",
    "page_event_resolve": "{who} resolvió el ticket",
    "page_event_close": "{who} cerró el ticket",
    "page_event_reopen": "{who} reabrió el ticket",
    "page_event_fixed": "{who} confirmó que quedó resuelto",
    "page_event_rating": "{who} calificó la atención: {rating} de 5",
    "page_event_correction": "{who} editó un mensaje; ahora dice",
    "page_event_deletion": "{who} borró un mensaje de WhatsApp",
    "page_event_full": "El ticket se llenó por hoy: lo que el cliente agregó después no se guardó",
    "page_event_internal": "Nota interna de {who}: el cliente no la ve",
    "page_event_urgent": "{who} lo marcó como urgente",
    "page_event_not_urgent": "{who} le quitó lo urgente",
    "page_event_category": "{who} eligió la categoría «{category}»",
    "page_event_no_category": "{who} quitó la categoría",
    "page_event_merge": "{who} juntó este ticket con {other}",
    "page_event_merged": "{who} juntó {other} con este ticket",
    "page_event_deleted": "{who} borró este mensaje",
    "page_event_erased": "{who} borró sus datos: nombre, número y archivos",
    "page_event_unreachable": "Su número estuvo mucho tiempo sin escribir y hoy puede ser de otra persona",
    "page_event_by_hand": "Cambio hecho en la base de datos: {was} → {became}",
    # Below what a technician wrote or did: where it is on its way to the customer.
    "page_told_waiting": "⏳ Sale en un minuto",
    "page_told_leaving": "⏳ En camino",
    "page_told_held": "⏳ En espera: WhatsApp no acepta la plantilla. Sale cuando se arregle, o cuando escriba",
    "page_told_sent": "✓ Enviado",
    "page_told_delivered": "✓✓ Entregado",
    "page_told_read": "✓✓ Leído",
    "page_told_failed": "✗ No se entregó",
    "page_told_as_template": "{state}, como aviso; el texto completo, cuando escriba",
    "page_event_undelivered": "No se le pudo entregar: {why}",
    "undelivered_number": "ese número no está en WhatsApp, o bloqueó al nuestro",
    "undelivered_window": "pasaron más de 24 horas desde que escribió, y la plantilla tampoco salió",
    "undelivered_gone": "ya no tenemos cómo escribirle",
    "undelivered_dropped": "el envío se canceló a mano",
    "undelivered_other": "WhatsApp no lo aceptó ({error})",
    "page_file_image": "Ver la imagen",
    "page_file_audio": "Descargar el audio",
    "page_file_video": "Ver el video",
    "page_file_download": "Descargar: {kind}",
    "page_file_map": "Ver el lugar en el mapa",
    "page_file_expired": "Ya no está disponible (Meta borra los archivos a los 7 días)",
    # The ticket's page: the form.
    "page_form_title_answer": "Tu respuesta",
    "page_form_title_alone": "Seguir con el ticket",
    "page_form_title_closed": "El ticket está cerrado",
    "page_form_text": "Mensaje para el cliente",
    "page_form_note": "Nota para el equipo",
    "page_form_text_hint": "Le llega por WhatsApp tal como lo escribes, hasta {most} caracteres. Obligatorio para Responder y Preguntar; opcional con Resuelto, Cerrar y Reabrir.",
    "page_form_language_hint": "Esta persona habla {language}.",
    "page_form_author": "¿Quién eres?",
    "page_form_author_hint": "Tu nombre: lo ven el cliente y el equipo. Lo recuerda este navegador.",
    "page_action_take": "Tomarlo",
    "page_action_take_hint": "Lo atiendes tú",
    "page_action_ask": "Preguntar",
    "page_action_ask_hint": "Y esperar su respuesta",
    "page_action_answer": "Responder",
    "page_action_answer_hint": "Mandar tu mensaje",
    "page_action_resolve": "Resuelto",
    "page_action_resolve_hint": "Le pregunta si quedó bien",
    "page_action_close": "Cerrar",
    "page_action_close_hint": "Terminar el ticket",
    "page_action_reopen": "Reabrir",
    "page_action_reopen_hint": "Vuelve a estar abierto",
    "page_action_hand_over": "Pasárselo",
    "page_action_hand_over_hint": "Le llega por correo; el cliente no se entera",
    "page_action_give_back": "Devolverlo",
    "page_action_give_back_hint": "Queda para quien lo tome",
    "page_hands": "Pasarlo o devolverlo",
    "page_hands_to": "Colega",
    "page_hands_choose": "Elige a quién",
    "page_delivery": "Un mensaje, o Resuelto, sale enseguida por WhatsApp; cerrar y reabrir esperan un minuto y van juntos. De quién toma el ticket se entera con lo próximo que escribas.",
    "page_delivery_template": (
        "Hace más de 24 horas que no te escribe: sale enseguida como aviso, con plantilla y en una línea; "
        "el texto completo, cuando escriba."
    ),
    "page_action_internal": "Guardar nota interna",
    "page_action_internal_hint": "Para el equipo: el cliente no la ve",
    "page_action_urgent": "Marcar como urgente",
    "page_action_not_urgent": "Ya no es urgente",
    "page_action_category": "Guardar categoría",
    "page_action_merge": "Juntar y cerrar este",
    "page_merge_label": "Es el mismo problema que",
    "page_action_merge_hint": "Este se cierra, y el cliente sigue en el otro: se lo decimos.",
    "page_choose": "Elige…",
    "page_no_category": "Sin categoría",
    "page_answers_label": "Respuesta guardada",
    "page_answers_button": "Poner en el cuadro",
    "page_more": "Más: urgente, categoría, juntar",
    "page_see_in_history": "Verlo en la conversación",
    "page_done_answer": "Listo: tu mensaje va para el cliente.",
    "page_done_ask": "Listo: le preguntamos, y el ticket espera su respuesta.",
    "page_done_take": "Listo: lo atiendes tú.",
    "page_done_resolve": "Listo: quedó resuelto, y le preguntamos al cliente si es así.",
    "page_done_close": "Listo: el ticket está cerrado.",
    "page_done_reopen": "Listo: el ticket está abierto otra vez.",
    "page_done_hand_over": "Listo: ahora lo tiene tu colega.",
    "page_done_give_back": "Listo: queda para quien lo tome.",
    "page_done_merge": "Listo: este ticket está cerrado, y el cliente sigue en {other}.",
    "page_done_internal": "Nota guardada. El cliente no la ve.",
    "page_done_urgent": "Listo: es urgente.",
    "page_done_not_urgent": "Listo: ya no es urgente.",
    "page_done_category": "Listo: categoría guardada.",
    "page_done_kept": "Listo: quedó en el ticket.",
    "page_delivery_erased": "Esta persona borró sus datos: lo que hagas aquí queda en el ticket, pero ya no le llega.",
    "page_delivery_gone": "Ya no tenemos cómo escribirle: lo que hagas aquí queda en el ticket, pero no le llega.",
    # The ticket's page: why an action was not done.
    "page_go_to_new": "Ver lo nuevo",
    "page_go_to_form": "Ir al formulario",
    "page_text_kept": "Tu texto sigue en el formulario.",
    "page_problem_stale": "El ticket cambió mientras escribías y no guardamos nada. Revísalo y, si todavía corresponde, inténtalo otra vez.",
    "page_problem_illegal": "Eso ya no se puede: el ticket está en «{status}». No hicimos nada.",
    "page_problem_text_missing": "Falta el mensaje: escribe qué le quieres decir.",
    "page_problem_long": "Es demasiado largo: el máximo son {most} caracteres. Acórtalo un poco; está todo aquí.",
    "page_problem_refused": "Ese texto no se pudo guardar. Quítale lo que no sean letras, números o emojis e inténtalo otra vez.",
    "page_problem_action": "No cambió nada: elige uno de los botones.",
    "page_problem_whom": "No cambió nada: elige a quién se lo pasas.",
    "page_problem_choice": "No cambió nada: elige uno de la lista.",
    "page_problem_note_missing": "Falta la nota: escríbela en el cuadro.",
    # Plain pages: a title, a sentence, at most one button.
    "page_link_invalid_title": "Este enlace no es válido",
    "page_link_invalid_body": "Puede que se haya cortado al copiarlo. Ábrelo otra vez desde el correo del ticket.",
    "page_link_expired_title": "Este enlace ya venció",
    "page_link_expired_body": "Los enlaces de los correos sirven por un tiempo limitado. El ticket sigue en su lugar.",
    "page_fresh_link_button": "Pedir un enlace nuevo",
    "page_fresh_link_sent_title": "Revisa el correo",
    "page_fresh_link_sent_body": (
        "Si el ticket existe, el enlace nuevo llega en un par de minutos a tu correo. "
        "Sale como mucho uno cada diez minutos."
    ),
    "page_too_many_links_title": "Demasiados enlaces",
    "page_too_many_links_body": "Se pidieron muchos enlaces en la última hora. Inténtalo otra vez más tarde.",
    "page_ticket_missing_title": "No encontramos este ticket",
    "page_ticket_missing_body": "El enlace es válido, pero el ticket {code} ya no existe.",
    "page_unavailable_title": "No podemos mostrarlo ahora",
    "page_unavailable_body": "La base de datos no responde. El ticket sigue en su lugar: inténtalo otra vez en un momento.",
    "page_unconfirmed_title": "No pudimos confirmar la acción",
    "page_unconfirmed_body": "La base de datos no respondió. Inténtalo otra vez: si ya se hizo, no se repetirá.",
    "page_try_again": "Intentar otra vez",
    "page_foreign_form_title": "Este formulario no se envió desde nuestra página",
    "page_foreign_form_body": "No hicimos nada. Abre el ticket desde su correo y hazlo ahí.",
    "page_file_expired_title": "Este archivo ya no está disponible",
    "page_file_expired_body": "Meta guarda los archivos 7 días. Las fotos y los audios suelen ir también adjuntos en el correo del ticket.",
    "page_earlier": "Ver lo anterior",
    "page_latest": "Ver lo más reciente",
    "page_file_busy_title": "Hay muchos archivos abiertos",
    "page_file_busy_body": "Ábrelo otra vez en unos segundos.",
    "page_file_unavailable_title": "No pudimos traer el archivo",
    "page_file_unavailable_body": "Meta no lo entregó, o pesa más de 10 MB. Inténtalo otra vez en un rato o búscalo adjunto en el correo del ticket.",
    "page_file_missing_title": "Aquí no hay ningún archivo",
    "page_file_missing_body": "Este ticket no tiene ese archivo. Vuelve al ticket y ábrelo desde ahí.",
    "page_back_to_ticket": "Volver al ticket",
    "page_nothing_here_title": "Aquí no hay nada",
    "page_nothing_here_body": "Puede que el enlace se haya cortado al copiarlo. Ábrelo otra vez desde el correo del ticket.",
    # The list of tickets: the e-mail with its link.
    "email_desk_link_subject": "Tu enlace a la lista de tickets",
    "email_desk_link": "La lista de tickets",
    "email_desk_link_hello": "Hola, {name}:",
    "email_desk_link_why": "Alguien pidió este enlace para tu dirección. Sirve 15 minutos y abre la lista en el navegador donde aprietes el botón.",
    "email_desk_link_not_you": "Si no fuiste tú, no hace falta que hagas nada: sin este correo nadie entra.",
    "email_desk_link_button": "Abrir la lista",
    # The list of tickets: its page.
    "desk_title": "Tickets",
    "desk_hello": "Hola, {name}",
    "desk_away": "Voy a estar fuera",
    "desk_away_until": "Estás fuera hasta el {day}",
    "desk_away_day": "Vuelvo el",
    "desk_away_why": "Hasta ese día, los correos de tus tickets les llegan a todos.",
    "desk_away_button": "Guardar",
    "desk_back_button": "Ya volví",
    "desk_wrong_day_title": "¿Qué día vuelves?",
    "desk_wrong_day_body": "Elige un día a partir de mañana y dentro de un año.",
    "desk_tabs": "Partes de la lista",
    "desk_tab_untaken": "Sin tomar",
    "desk_tab_mine": "Míos",
    "desk_tab_our_turn": "Nos toca",
    "desk_tab_waiting": "Esperan al cliente",
    "desk_tab_resolved": "Resueltos",
    "desk_tab_all": "Todos",
    "desk_tab_drafts": "Sin confirmar",
    "desk_search": "Código, palabras, nombre o número",
    "desk_search_button": "Buscar",
    "desk_results": "Resultados",
    "desk_leave_search": "Volver a la lista",
    "desk_drafts_why": "Estas personas contaron un problema y no confirmaron el ticket. Si vuelven a escribir, se les ofrece de nuevo.",
    "desk_me": "Tú",
    "desk_urgent": "Urgente",
    "desk_wants_human": "Pide una persona",
    "desk_no_customer": "Ya no está",
    "desk_files": "Archivos: {count}",
    "desk_waits_us": "Espera respuesta hace {time}",
    "desk_waits_answered": "Le respondimos hace {time}",
    "desk_waits_customer": "Esperamos al cliente hace {time}",
    "desk_waits_resolved": "Resuelto hace {time}",
    "desk_waits_closed": "Cerrado hace {time}",
    "desk_left": "Lo dejó así hace {time}",
    "desk_now": "menos de 1 min",
    "desk_minutes": "{count} min",
    "desk_hours": "{count} h",
    "desk_days": "{count} d",
    "desk_next": "Siguientes",
    "desk_empty_untaken": "Todo tiene quien lo atienda. ¡Bien!",
    "desk_empty_mine": "No tienes tickets pendientes. En «Sin tomar» puede haber alguno para ti.",
    "desk_empty_our_turn": "Nadie espera por nosotros. Buen trabajo.",
    "desk_empty_waiting": "No esperamos respuesta de ningún cliente.",
    "desk_empty_resolved": "No hay ninguno a la espera de que el cliente lo confirme.",
    "desk_empty_all": "Todavía no hay tickets. El primero aparecerá aquí.",
    "desk_empty_drafts": "No hay reportes sin confirmar.",
    "desk_empty_search": "No encontramos nada. Prueba con menos palabras, o con parte del nombre o del número.",
    "desk_empty_later": "No hay más.",
    # The list of tickets: how one comes in.
    "desk_ask_title": "La lista de tickets",
    "desk_ask_body": "Escribe tu dirección de correo: si eres del equipo, te llega un enlace para entrar.",
    "desk_address": "Tu correo",
    "desk_ask_button": "Enviarme el enlace",
    "desk_link_sent_title": "Revisa tu correo",
    "desk_link_sent_body": "Si la dirección es de alguien del equipo, el enlace llega en un minuto y sirve 15. Sale como mucho uno cada diez minutos.",
    "desk_link_expired_title": "Este enlace ya venció",
    "desk_link_expired_body": "Sirven 15 minutos. Pide otro con tu dirección de correo.",
    "desk_link_invalid_title": "Este enlace no es válido",
    "desk_link_invalid_body": "Puede que se haya cortado al copiarlo. Ábrelo otra vez desde tu correo, o pide otro.",
    "desk_enter_title": "Hola, {name}",
    "desk_enter_body": "Entra en este navegador; se te recordará 30 días. En un equipo que no es tuyo, mejor no.",
    "desk_enter_button": "Abrir la lista de tickets",
    "desk_unavailable_title": "No podemos mostrar la lista ahora",
    "desk_unavailable_body": "La base de datos no responde. Los tickets siguen en su lugar: inténtalo otra vez en un momento.",
    "desk_foreign_form_title": "Este formulario no se envió desde nuestra página",
    "desk_foreign_form_body": "No hicimos nada. Abre la lista y hazlo desde ahí.",
}
