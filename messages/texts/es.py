"""The texts in Spanish: neutral Latin American, tú."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Welcome, menu and language.
    "reply_welcome": (
        "👋 ¡Hola! Soy el asistente automático de soporte técnico.\n\n"
        "Cuéntame qué falla, con tus palabras, y abro un ticket para los técnicos. "
        "También puedes mandar fotos, audios o videos.\n\n"
        "¿Ya tienes un ticket? Escribe su código cuando quieras y te digo cómo va."
    ),
    "reply_choose_language": "¿En qué idioma seguimos?",
    "reply_language_changed": "Listo, seguimos en español. Cuéntame qué falla o elige una opción.",
    "reply_you_are_welcome": "¡De nada! Aquí estoy cuando algo falle.",
    "reply_cancelled": "Listo, lo dejamos aquí. Si ya tenías tickets, siguen igual. Cuando algo falle, cuéntamelo.",
    "reply_stale": "Ese botón es de un mensaje anterior y ya no sirve. ¿Qué necesitas ahora?",
    "throttled": (
        "Me llegaron cientos de mensajes tuyos en una hora. Todo lo anterior quedó guardado; este último no, "
        "y si sigues a este ritmo tampoco los que vengan. Espera unos minutos y escribe lo que falte en un solo mensaje."
    ),
    "reply_unsupported_sticker": "Los stickers no los entiendo 🙂 Escríbelo, o manda una foto, un audio o un video.",
    "reply_unsupported_edit": "Vi que editaste un mensaje, pero no puedo leer el cambio. Escríbelo en un mensaje nuevo.",
    "reply_unsupported_poll": "Las encuestas no las puedo leer. Escríbelo, o manda una foto, un audio o un video.",
    "reply_unsupported_contact": "Los contactos no los puedo guardar. Si hace falta ese dato, escríbelo en un mensaje.",
    "reply_unsupported_other": "Eso no lo puedo leer. Escríbelo, o manda una foto, un audio, un video o un documento.",
    # A report, until it is a ticket. {words}: what the customer wrote, quoted, and how many files came with it.
    "reply_ask_problem": (
        "Cuéntame qué pasa: en qué equipo o programa, qué hace y desde cuándo. "
        "Escríbelo o manda un audio, y con eso abro el ticket.\n\n"
        "Si tienes fotos o un video, mándalos antes."
    ),
    "reply_confirm_problem": (
        "¿Abro un ticket con esto?\n\n{words}\n\nSi falta algo, agrégalo antes: texto, fotos, audios o videos."
    ),
    "reply_file_received": (
        "Lo recibí.\n\n{words}\n\n¿Abro un ticket con esto? Ayuda mucho que escribas también qué falla."
    ),
    "reply_maybe_problem": (
        "No sé si entendí bien. ¿Es este el problema?\n\n{words}\n\n"
        "Si lo es, abro un ticket. Si falta algo, escríbelo; o elige hablar con alguien."
    ),
    "reply_offer_human": (
        "Sigo sin entender del todo. Esto es lo que tengo:\n\n{words}\n\n"
        "Puedo abrir un ticket así como está, o pedir que te escriba un técnico."
    ),
    "reply_file_kept": (
        "Guardado.\n\n{words}\n\n"
        "Cuéntame qué pasa, por escrito o en un audio, y abro el ticket. ¿O lo abro así como está?"
    ),
    "reply_too_many_files": (
        "Un reporte lleva hasta 10 adjuntos y ya están todos, así que este último no lo guardé. "
        "¿Abro el ticket? Después podrás agregarle más."
    ),
    "reply_report_waits": (
        "Ya abriste muchos tickets en esta hora y por ahora no puedo abrir otro. Lo tuyo no se pierde:\n\n{words}\n\n"
        "Dentro de un rato, toca *Sí, abrirlo*. Si falta algo, agrégalo mientras tanto."
    ),
    "reply_too_many_tickets": (
        "Ya abriste muchos tickets en esta hora y por ahora no puedo abrir otro. "
        "Si es sobre uno que ya tienes, elígelo en la lista y agrega ahí lo que falte; si no, prueba dentro de un rato."
    ),
    "reply_code_and_problem": (
        "El ticket *{code}* no está entre los tuyos. ¿Abro uno nuevo con esto?\n\n{words}\n\n"
        "Si era para un ticket tuyo, revisa el código y escríbelo otra vez."
    ),
    "no_text": "(sin texto)",
    "attachments_one": "📎 {count} adjunto",
    "attachments_many": "📎 {count} adjuntos",
    # A ticket is opened, changed, closed, rated.
    "reply_ticket_opened": (
        "✅ Listo, tu ticket es *{code}*.\n\n{words}\n\n"
        "Los técnicos reciben el aviso por correo y lo van a leer; la respuesta llega a este chat. "
        "Lo que escribas o mandes aquí ahora se agrega a este ticket.\n\n"
        "Para saber cómo va, escribe el código cuando quieras."
    ),
    "reply_human_opened": (
        "🙋 Tu pedido es el ticket *{code}*.\n\n{words}\n\n"
        "Ahora no hay nadie conectado en el chat. Un técnico recibe el aviso por correo y te va a "
        "escribir aquí, en este chat; no puedo prometerte a qué hora.\n\n"
        "Mientras tanto, cuéntame qué pasa: lo que escribas o mandes se agrega al ticket."
    ),
    "reply_human_asked": (
        "🙋 Pedí que te escriba una persona por el ticket *{code}*.\n\n"
        "Ahora no hay nadie conectado en el chat. Un técnico recibe el aviso por correo y te va a "
        "escribir aquí, en este chat; no puedo prometerte a qué hora.\n\n"
        "Lo que escribas o mandes mientras tanto se agrega al ticket."
    ),
    "reply_note_added": (
        "📌 Agregado al ticket *{code}*: los técnicos lo ven ahí. Si mandas algo más, también se agrega.\n\n"
        "¿Era otro problema? Dímelo con el botón y abro otro ticket."
    ),
    "reply_answer_added": (
        "📨 Listo, tu respuesta quedó en el ticket *{code}* y los técnicos la reciben. "
        "Si quieres agregar algo, escríbelo aquí.\n\n¿Era otro problema? Dímelo con el botón y abro otro ticket."
    ),
    "reply_ticket_closed": (
        "Ese ticket ya está terminado, así que no le agregué nada. ¿Lo reabro con esto o abro uno nuevo?\n\n{words}"
    ),
    "reply_closed_by_owner": "Listo, cerré el ticket *{code}*. Si vuelve a fallar, ábrelo otra vez con el botón.",
    # Asks for the rating.
    "reply_fixed": "🎉 ¡Qué bueno! Cerré el ticket *{code}*.\n\n¿Cómo fue la atención? Es opcional y ayuda a mejorar.",
    "reply_reopened": (
        "🔄 Reabrí el ticket *{code}* y los técnicos reciben el aviso.\n\n{words}\n\n"
        "Cuéntame aquí qué pasa ahora: lo que escribas o mandes se agrega al ticket."
    ),
    "reply_rated": "¡Gracias! Se lo paso al equipo.",
    "reply_not_rated": "Sin problema. Aquí estoy cuando algo falle.",
    # The ticket card and the list of tickets.
    "reply_ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\nAbierto: {created}\nÚltimo cambio: {updated}\n\n{next}",
    "reply_ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\nAbierto: {created}\nÚltimo cambio: {updated}\n\n"
        "Tu reporte nuevo sigue aquí. ¿Abro el ticket?"
    ),
    "card_technician_wrote": "Lo último del equipo técnico:",
    "card_next_open": "Todavía no lo tomó nadie. Lo que escribas o mandes aquí se agrega a este ticket.",
    "card_next_in_progress": "Un técnico lo está viendo. Lo que escribas o mandes aquí se agrega a este ticket.",
    "card_next_waiting_customer": "El técnico espera tu respuesta. Escríbela aquí y se agrega a este ticket.",
    "card_next_resolved": "¿Quedó resuelto? Dímelo con un botón: si no, lo reabro.",
    "card_next_closed": "Está cerrado. Si vuelve a fallar, puedes reabrirlo.",
    "card_next_human": "Pediste hablar con alguien: un técnico te va a escribir en este chat.",
    "status_open": "Abierto",
    "status_in_progress": "En curso",
    "status_waiting_customer": "Espera tu respuesta",
    "status_resolved": "Resuelto",
    "status_closed": "Cerrado",
    "reply_choose_ticket": "Estos son tus tickets más recientes. ¿Cuál quieres ver? También puedes escribir un código.",
    "reply_no_tickets": "En este chat todavía no tienes tickets. Si algo falla, cuéntamelo y abro uno.",
    "reply_code_unknown": (
        "Entre tus tickets no encuentro el *{code}*. Revisa el código y escríbelo otra vez, o mira la lista de los tuyos."
    ),
    "reply_code_mistyped": (
        "El código *{code}* tiene algún error: después de TK van ocho letras o números. "
        "Revísalo y escríbelo otra vez, o mira la lista de los tuyos."
    ),
    # Erasing the customer's data.
    "reply_erase_explained": (
        "¿Borro tus datos?\n\n"
        "*Se borran* tu nombre, tu número, esta conversación y los archivos que mandaste.\n\n"
        "*Quedan* tus tickets y lo que escribiste en ellos, sin tu nombre ni tu número: ya no podrás consultarlos. "
        "Los correos que ya recibieron los técnicos no se pueden retirar.\n\n"
        "No se puede deshacer."
    ),
    "reply_erase_press": "Para borrarlos, toca el botón *Borrar mis datos*: así nadie los borra por error. Si no, no borro nada.",
    "reply_erased": (
        "Listo: borré tu nombre, tu número, esta conversación y los archivos. "
        "Lo que ves en tu teléfono lo borras tú. Si vuelves a escribir, empezamos de cero."
    ),
    "reply_kept": "No borré nada. Todo sigue como estaba.",
    # Buttons (at most 20 UTF-16 units) and lists.
    "button_report": "Reportar problema",
    "button_tickets": "Mis tickets",
    "button_human": "Hablar con alguien",
    "button_menu": "Menú",
    "button_view": "Ver ticket",
    "button_yes": "Sí, abrirlo",
    "button_cancel": "Cancelar",
    "button_other": "Es otro problema",
    "button_erase": "Borrar mis datos",
    "button_keep": "No, mejor no",
    "button_close": "Cerrar ticket",
    "button_fixed": "Sí, quedó bien",
    "button_not_fixed": "No, sigue igual",
    "button_reopen": "Reabrirlo",
    "button_new": "Abrir uno nuevo",
    "button_skip": "Prefiero no decir",
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
    "notification_take": "{who} tomó {ticket}.",
    "notification_ask": "{who} te pregunta por {ticket}:",
    "notification_wait": "{who} espera tu respuesta sobre {ticket}.",
    "notification_answer": "{who} te responde sobre {ticket}:",
    "notification_resolve": "{who} dio por resuelto {ticket}.",
    "notification_close": "{who} cerró {ticket}.",
    "notification_reopen": "{who} reabrió {ticket}.",
    "notification_back_to_queue": "{who} devolvió {ticket} a la fila, a la espera de que alguien lo tome.",
    "notification_status": "Estado: *{status}*.",
    "notification_reply_here": "Respóndeme aquí mismo, por escrito o con una foto o un audio, y se lo paso.",
    "notification_add_here": "Lo que escribas o mandes aquí se agrega al ticket.",
    "notification_is_it_fixed": "¿Quedó resuelto?",
    "notification_is_it_fixed_no_buttons": "¿Quedó resuelto? Respóndeme *sí* o *no*.",
    "notification_reopen_hint": "Si sigue igual o vuelve a fallar, puedes reabrirlo.",
    "notification_reopen_hint_no_buttons": "Si sigue igual o vuelve a fallar, escribe el código *{code}* y lo puedes reabrir.",
    "notification_cut": "(El texto sigue, pero no cabe entero en un mensaje.)",
    # The status template, for when the 24-hour window is over. Meta approves its body; {line} is one of the lines below it.
    "template_language": "es",
    "template_body": (
        "Hola. Hay novedades de tu ticket {code}. Esto es lo último:\n\n{line}\n\n"
        "Responde a este mensaje y seguimos por aquí."
    ),
    "template_line_opened": "Lo abrimos y los técnicos lo van a leer: {words}",
    "template_line_human": "Un técnico te va a escribir en este chat.",
    "template_line_note": "Agregamos lo que mandaste.",
    "template_line_closed": "Cerramos tu ticket, como pediste.",
    "template_line_reopened": "Lo reabrimos y los técnicos ya tienen el aviso.",
    "template_line_asks": "{who} pregunta: {words}",
    "template_line_says": "{who} dice: {words}",
    "template_line_is_it_fixed": "¿Quedó resuelto? Responde sí o no.",
    # Dates.
    "months": "ene feb mar abr may jun jul ago sep oct nov dic",
    "date": "{day} {month}, {hour}:{minute}",
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
    "email_date": "Fecha",
    "email_no_name": "sin nombre",
    "email_no_phone": "sin número",
    "email_subject_human": "pide una persona",
    "email_button": "Abrir el ticket",
    "email_copy_link": "Si el botón no abre, copia este enlace:",
    "email_footer": "Si respondes a este correo te leen tus colegas, no el cliente. Al cliente, contéstale desde la página del ticket.",
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
    "email_event_note": "Agregó",
    "email_event_human": "Pidió hablar con una persona",
    "email_event_close": "Cerró el ticket",
    "email_event_fixed": "Confirmó que quedó resuelto",
    "email_event_reopen": "Reabrió el ticket: sigue igual o volvió a fallar",
    "email_event_rating": "Calificó con {stars} ({rating} de 5)",
    "email_more_in_ticket": "Hay más en el ticket.",
    # E-mail: a fresh link to the page.
    "email_fresh_link": "Enlace nuevo",
    "email_fresh_link_why": "Alguien lo pidió desde un enlace vencido. Este vale por 30 días.",
    # E-mail: the digest.
    "email_digest_subject": "Tickets sin correo propio: {count}",
    "email_digest_headline": "Más tickets de los que caben en correos sueltos",
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
    "page_opened": "Se abrió",
    "page_last_change": "Último cambio",
    "page_rating": "Calificación",
    "page_rating_value": "{rating} de 5",
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
    "page_event_ask": "{who} preguntó",
    "page_event_answer": "{who} respondió",
    "page_event_resolve": "{who} lo dio por resuelto",
    "page_event_close": "{who} cerró el ticket",
    "page_event_reopen": "{who} reabrió el ticket",
    "page_event_fixed": "{who} confirmó que quedó resuelto",
    "page_event_rating": "{who} calificó la atención: {rating} de 5",
    "page_event_erased": "{who} borró sus datos: nombre, número y archivos",
    "page_event_by_hand": "Cambio hecho en la base de datos: {was} → {became}",
    "page_notified_message": "✓ Enviado por WhatsApp",
    "page_notified_template": "✓ Enviado por WhatsApp, con plantilla",
    "page_notified_failed": "No se le pudo entregar",
    "page_unsent": "Hay mensajes por enviar; el cliente recibe los suyos en menos de 2 minutos.",
    "page_file_image": "Ver la imagen",
    "page_file_audio": "Bajar el audio",
    "page_file_video": "Ver el video",
    "page_file_download": "Bajar: {kind}",
    "page_file_map": "Ver el lugar en el mapa",
    "page_file_expired": "Ya no está disponible (Meta borra los archivos a los 7 días)",
    # The ticket's page: the form.
    "page_form_title": "Te toca",
    "page_form_text": "Mensaje para el cliente",
    "page_form_note": "Nota para el equipo",
    "page_form_text_hint": "Le llega por WhatsApp tal como lo escribes, hasta {most} caracteres. Obligatorio para Responder y Preguntar, opcional para lo demás.",
    "page_form_language_hint": "Esta persona habla {language}.",
    "page_form_window_hint": (
        "Si no te escribió en las últimas 24 horas, WhatsApp solo deja pasar una plantilla: "
        "le llega el comienzo en una línea, y lo demás cuando vuelva a escribir."
    ),
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
    "page_delivery": "Le llega por WhatsApp en 1 o 2 minutos; lo que hagas hasta entonces va en un solo mensaje.",
    "page_delivery_erased": "Esta persona borró sus datos: lo que hagas aquí queda en el ticket, pero ya no le llega.",
    "page_delivery_gone": "Ya no tenemos cómo escribirle: lo que hagas aquí queda en el ticket, pero no le llega.",
    # The ticket's page: why an action was not done.
    "page_go_to_new": "Ver lo nuevo",
    "page_go_to_form": "Ir al formulario",
    "page_text_kept": "Tu texto sigue en el formulario.",
    "page_problem_stale": "Mientras tanto pasó algo más y no hicimos nada. Míralo y, si todavía corresponde, prueba otra vez.",
    "page_problem_illegal": "Eso ya no se puede: el ticket está en «{status}». No hicimos nada.",
    "page_problem_text_missing": "Falta el mensaje: escribe qué le quieres decir.",
    "page_problem_long": "Es demasiado largo: entran {most} caracteres. Acórtalo un poco; está todo aquí.",
    "page_problem_refused": "Ese texto no se pudo guardar. Quítale lo que no sean letras, números o emojis y prueba otra vez.",
    "page_problem_action": "No cambió nada: elige uno de los botones.",
    # Plain pages: a title, a sentence, at most one button.
    "page_link_invalid_title": "Este enlace no es válido",
    "page_link_invalid_body": "Puede que se haya cortado al copiarlo. Ábrelo otra vez desde el correo del ticket.",
    "page_link_expired_title": "Este enlace ya venció",
    "page_link_expired_body": "Los enlaces de los correos valen un tiempo limitado. El ticket sigue en su lugar.",
    "page_fresh_link_button": "Pedir un enlace nuevo",
    "page_fresh_link_sent_title": "Revisa el correo",
    "page_fresh_link_sent_body": (
        "Si el ticket existe, el enlace nuevo llega en un par de minutos al correo de los técnicos. "
        "Sale como mucho uno cada diez minutos."
    ),
    "page_too_many_links_title": "Son muchos pedidos",
    "page_too_many_links_body": "Llegaron demasiados seguidos. Prueba otra vez en un minuto.",
    "page_ticket_missing_title": "No encontramos este ticket",
    "page_ticket_missing_body": "El enlace es válido, pero el ticket {code} ya no existe.",
    "page_unavailable_title": "No podemos leerlo ahora",
    "page_unavailable_body": "La base de datos no contesta. El ticket sigue en su lugar: prueba otra vez en un momento.",
    "page_unconfirmed_title": "No pudimos confirmar la acción",
    "page_unconfirmed_body": "La base de datos no contestó. Prueba otra vez: no se aplicará dos veces.",
    "page_try_again": "Probar otra vez",
    "page_foreign_form_title": "Este formulario no se envió desde nuestra página",
    "page_foreign_form_body": "No hicimos nada. Abre el ticket desde su correo y hazlo ahí.",
    "page_file_expired_title": "Este archivo ya no está",
    "page_file_expired_body": "Meta guarda los archivos 7 días. Las fotos y los audios suelen ir también adjuntos en el correo del ticket.",
    "page_file_unavailable_title": "No pudimos traer el archivo",
    "page_file_unavailable_body": "Meta no lo entregó, o pesa más de 10 MB. Prueba otra vez en un rato o búscalo adjunto en el correo del ticket.",
    "page_file_missing_title": "Aquí no hay ningún archivo",
    "page_file_missing_body": "Este ticket no tiene ese archivo. Vuelve al ticket y ábrelo desde ahí.",
}
