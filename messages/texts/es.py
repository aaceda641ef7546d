"""What the desk says in Spanish: neutral Latin American, tú."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Bubbles. {words}: what the customer wrote, quoted, and how many files came with it.
    "welcome": (
        "👋 ¡Hola! Soy el asistente automático de soporte técnico.\n\n"
        "Cuéntame qué falla, con tus palabras, y abro un ticket para los técnicos. "
        "También puedes mandar fotos, audios o videos.\n\n"
        "¿Ya tienes un ticket? Escribe su código cuando quieras y te digo cómo va."
    ),
    "ask_problem": (
        "Cuéntame qué pasa: en qué equipo o programa, qué hace y desde cuándo. "
        "Escríbelo o manda un audio, y con eso abro el ticket.\n\n"
        "Si tienes fotos o un video, mándalos antes."
    ),
    "confirm_problem": (
        "¿Abro un ticket con esto?\n\n{words}\n\nSi falta algo, agrégalo antes: texto, fotos, audios o videos."
    ),
    "file_received": (
        "Lo recibí.\n\n{words}\n\n¿Abro un ticket con esto? Ayuda mucho que escribas también qué falla."
    ),
    "maybe_problem": (
        "No sé si entendí bien. ¿Es este el problema?\n\n{words}\n\n"
        "Si lo es, abro un ticket. Si falta algo, escríbelo; o elige hablar con alguien."
    ),
    "offer_human": (
        "Sigo sin entender del todo. Esto es lo que tengo:\n\n{words}\n\n"
        "Puedo abrir un ticket así como está, o pedir que te escriba un técnico."
    ),
    "file_kept": (
        "Guardado.\n\n{words}\n\n"
        "Cuéntame qué pasa, por escrito o en un audio, y abro el ticket. ¿O lo abro así como está?"
    ),
    "too_many_files": (
        "Un reporte lleva hasta 10 adjuntos y ya están todos, así que este último no lo guardé. "
        "¿Abro el ticket? Después podrás agregarle más."
    ),
    "report_waits": (
        "Ya abriste muchos tickets en esta hora y por ahora no puedo abrir otro. Lo tuyo no se pierde:\n\n{words}\n\n"
        "Dentro de un rato, toca *Sí, abrirlo*. Si falta algo, agrégalo mientras tanto."
    ),
    "too_many_tickets": (
        "Ya abriste muchos tickets en esta hora y por ahora no puedo abrir otro. "
        "Si es sobre uno que ya tienes, elígelo en la lista y agrega ahí lo que falte; si no, prueba dentro de un rato."
    ),
    "ticket_opened": (
        "✅ Listo, tu ticket es *{code}*.\n\n{words}\n\n"
        "Los técnicos reciben el aviso por correo y lo van a leer; la respuesta llega a este chat. "
        "Lo que escribas o mandes aquí ahora se agrega a este ticket.\n\n"
        "Para saber cómo va, escribe el código cuando quieras."
    ),
    "human_opened": (
        "🙋 Tu pedido es el ticket *{code}*.\n\n{words}\n\n"
        "Ahora no hay nadie conectado en el chat. Un técnico recibe el aviso por correo y te va a "
        "escribir aquí, en este chat; no puedo prometerte a qué hora.\n\n"
        "Mientras tanto, cuéntame qué pasa: lo que escribas o mandes se agrega al ticket."
    ),
    "human_asked": (
        "🙋 Pedí que te escriba una persona por el ticket *{code}*.\n\n"
        "Ahora no hay nadie conectado en el chat. Un técnico recibe el aviso por correo y te va a "
        "escribir aquí, en este chat; no puedo prometerte a qué hora.\n\n"
        "Lo que escribas o mandes mientras tanto se agrega al ticket."
    ),
    "note_added": (
        "📌 Agregado al ticket *{code}*: los técnicos lo ven ahí. Si mandas algo más, también se agrega.\n\n"
        "¿Era otro problema? Dímelo con el botón y abro otro ticket."
    ),
    "ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\nAbierto: {created}\nÚltimo cambio: {updated}\n\n{next}",
    "ticket_closed": (
        "Ese ticket ya está terminado, así que no le agregué nada. ¿Lo reabro con esto o abro uno nuevo?\n\n{words}"
    ),
    "answer_added": (
        "📨 Listo, tu respuesta quedó en el ticket *{code}* y los técnicos la reciben. "
        "Si quieres agregar algo, escríbelo aquí.\n\n¿Era otro problema? Dímelo con el botón y abro otro ticket."
    ),
    "closed_by_owner": "Listo, cerré el ticket *{code}*. Si vuelve a fallar, ábrelo otra vez con el botón.",
    "fixed": "🎉 ¡Qué bueno! Cerré el ticket *{code}*.\n\n¿Cómo fue la atención? Es opcional y ayuda a mejorar.",
    "reopened": (
        "🔄 Reabrí el ticket *{code}* y los técnicos reciben el aviso.\n\n{words}\n\n"
        "Cuéntame aquí qué pasa ahora: lo que escribas o mandes se agrega al ticket."
    ),
    "rated": "¡Gracias! Se lo paso al equipo.",
    "not_rated": "Sin problema. Aquí estoy cuando algo falle.",
    "code_and_problem": (
        "El ticket *{code}* no está entre los tuyos. ¿Abro uno nuevo con esto?\n\n{words}\n\n"
        "Si era para un ticket tuyo, revisa el código y escríbelo otra vez."
    ),
    "ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\nAbierto: {created}\nÚltimo cambio: {updated}\n\n"
        "Tu reporte nuevo sigue aquí. ¿Abro el ticket?"
    ),
    "choose_ticket": "Estos son tus tickets más recientes. ¿Cuál quieres ver? También puedes escribir un código.",
    "no_tickets": "En este chat todavía no tienes tickets. Si algo falla, cuéntamelo y abro uno.",
    "code_unknown": (
        "Entre tus tickets no encuentro el *{code}*. Revisa el código y escríbelo otra vez, o mira la lista de los tuyos."
    ),
    "code_mistyped": (
        "El código *{code}* tiene algún error: después de TK van ocho letras o números. "
        "Revísalo y escríbelo otra vez, o mira la lista de los tuyos."
    ),
    "cancelled": "Listo, lo dejamos aquí. Si ya tenías tickets, siguen igual. Cuando algo falle, cuéntamelo.",
    "you_are_welcome": "¡De nada! Aquí estoy cuando algo falle.",
    "choose_language": "¿En qué idioma seguimos? / Which language? / Qual idioma?",
    "language_changed": "Listo, seguimos en español. Cuéntame qué falla o elige una opción.",
    "erase_explained": (
        "¿Borro tus datos?\n\n"
        "*Se borran* tu nombre, tu número, esta conversación y los archivos que mandaste.\n\n"
        "*Quedan* tus tickets y lo que escribiste en ellos, sin tu nombre ni tu número: ya no podrás consultarlos. "
        "Los correos que ya recibieron los técnicos no se pueden retirar.\n\n"
        "No se puede deshacer."
    ),
    "erase_press": "Para borrarlos, toca el botón *Borrar mis datos*: así nadie los borra por error. Si no, no borro nada.",
    "erased": (
        "Listo: borré tu nombre, tu número, esta conversación y los archivos. "
        "Lo que ves en tu teléfono lo borras tú. Si vuelves a escribir, empezamos de cero."
    ),
    "kept": "No borré nada. Todo sigue como estaba.",
    "stale": "Ese botón es de un mensaje anterior y ya no sirve. ¿Qué necesitas ahora?",
    "unsupported_sticker": "Los stickers no los entiendo 🙂 Escríbelo, o manda una foto, un audio o un video.",
    "unsupported_edit": "Vi que editaste un mensaje, pero no puedo leer el cambio. Escríbelo en un mensaje nuevo.",
    "unsupported_poll": "Las encuestas no las puedo leer. Escríbelo, o manda una foto, un audio o un video.",
    "unsupported_contact": "Los contactos no los puedo guardar. Si hace falta ese dato, escríbelo en un mensaje.",
    "unsupported_other": "Eso no lo puedo leer. Escríbelo, o manda una foto, un audio, un video o un documento.",
    "throttled": (
        "Llegaron muchos mensajes seguidos y lo último que mandaste no lo leí. "
        "Espera un minuto y escríbelo otra vez."
    ),
    # Buttons and the list.
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
    "language_es": "Español",
    "language_en": "English",
    "language_pt": "Português",
    "list_button": "Ver mis tickets",
    "rate_5": "★★★★★ Excelente",
    "rate_4": "★★★★ Buena",
    "rate_3": "★★★ Regular",
    "rate_2": "★★ Mala",
    "rate_1": "★ Muy mala",
    "list_fixed": "Calificar",
    # Tickets.
    "status_open": "Abierto",
    "status_in_progress": "En curso",
    "status_waiting_customer": "Espera tu respuesta",
    "status_resolved": "Resuelto",
    "status_closed": "Cerrado",
    "next_open": "Todavía no lo tomó nadie. Lo que escribas o mandes aquí se agrega a este ticket.",
    "next_in_progress": "Un técnico lo está viendo. Lo que escribas o mandes aquí se agrega a este ticket.",
    "next_waiting_customer": "El técnico espera tu respuesta. Escríbela aquí y se agrega a este ticket.",
    "next_resolved": "¿Quedó resuelto? Dímelo con un botón: si no, lo reabro.",
    "next_closed": "Está cerrado. Si vuelve a fallar, puedes reabrirlo.",
    "next_human": "Pediste hablar con alguien: un técnico te va a escribir en este chat.",
    "said_by_technician": "Lo último del equipo técnico:",
    "no_words": "(sin texto)",
    "files_one": "📎 {count} adjunto",
    "files_many": "📎 {count} adjuntos",
    # The template that Meta approves: for when the customer's 24 hours are over. {line} is one of the lines below.
    "template_language": "es",
    "template_body": (
        "Hola. Hay novedades de tu ticket {code}. Esto es lo último:\n\n{line}\n\n"
        "Responde a este mensaje y seguimos por aquí."
    ),
    # The one line of a template message.
    "line_opened": "Lo abrimos y los técnicos lo van a leer: {words}",
    "line_human": "Un técnico te va a escribir en este chat.",
    "line_note": "Agregamos lo que mandaste.",
    "line_closed": "Cerramos tu ticket, como pediste.",
    "line_reopened": "Lo reabrimos y los técnicos ya tienen el aviso.",
    # Dates.
    "months": "ene feb mar abr may jun jul ago sep oct nov dic",
    "date": "{day} {month}, {hour}:{minute}",
    # The e-mail to the technicians.
    "mail_new": "Ticket nuevo",
    "mail_wants_human": "Quiere hablar con una persona",
    "mail_customer": "Cliente",
    "mail_phone": "Teléfono",
    "mail_language": "Idioma",
    "mail_when": "Fecha",
    "mail_description": "Lo que escribió",
    "mail_files": "Adjuntos",
    "mail_no_name": "sin nombre",
    "mail_no_phone": "sin número",
    "mail_longer": "El texto sigue en el ticket.",
    "mail_button": "Abrir el ticket",
    "mail_link": "Si el botón no abre, copia este enlace:",
    "mail_footer": "Si respondes a este correo te leen tus colegas, no el cliente. Al cliente, contéstale desde la página del ticket.",
    "digest_headline": "Más tickets de los que caben en correos sueltos",
    "digest_subject": "Tickets sin correo propio: {count}",
    "digest_why": (
        "Llegaron muchos a la vez, así que estos no tienen un correo propio. "
        "Lo que escribió cada cliente y sus archivos están en la página del ticket."
    ),
    "spoken_es": "español",
    "spoken_en": "inglés",
    "spoken_pt": "portugués",
    "kind_image": "Imagen",
    "kind_voice": "Nota de voz",
    "kind_audio": "Audio",
    "kind_video": "Video",
    "kind_document": "Documento",
    "kind_location": "Ubicación",
    # The pages a technician may land on.
    "page_invalid_title": "Este enlace no es válido",
    "page_invalid": "Puede que se haya cortado al copiarlo. Ábrelo otra vez desde el correo del ticket.",
    "page_expired_title": "Este enlace ya venció",
    "page_expired": "Los enlaces de los correos valen un tiempo limitado. El ticket sigue en su lugar.",
    # What the technicians did, to the ticket's owner. {who}: who did it, {ticket}: "notice_yours_code" or "notice_it".
    "notice_who": "{name}, del equipo técnico,",
    "notice_team": "El equipo técnico",
    "notice_yours": "tu ticket",
    "notice_yours_code": "tu ticket *{code}*",
    "notice_it": "el ticket",
    "notice_take": "{who} tomó {ticket}.",
    "notice_ask": "{who} te pregunta por {ticket}:",
    "notice_wait": "{who} espera tu respuesta sobre {ticket}.",
    "notice_answer": "{who} te responde sobre {ticket}:",
    "notice_resolve": "{who} dio por resuelto {ticket}.",
    "notice_close": "{who} cerró {ticket}.",
    "notice_reopen": "{who} reabrió {ticket}.",
    "notice_back": "{who} devolvió {ticket} a la fila, a la espera de que alguien lo tome.",
    "notice_state": "Estado: *{status}*.",
    "notice_reply": "Respóndeme aquí mismo, por escrito o con una foto o un audio, y se lo paso.",
    "notice_add": "Lo que escribas o mandes aquí se agrega al ticket.",
    "notice_fixed": "¿Quedó resuelto?",
    "notice_fixed_plain": "¿Quedó resuelto? Respóndeme *sí* o *no*.",
    "notice_again": "Si sigue igual o vuelve a fallar, puedes reabrirlo.",
    "notice_again_plain": "Si sigue igual o vuelve a fallar, escribe el código *{code}* y lo puedes reabrir.",
    "notice_more": "(El texto sigue, pero no cabe entero en un mensaje.)",
    "notice_line_ask": "{who} pregunta: {words}",
    "notice_line_say": "{who} dice: {words}",
    "notice_line_fixed": "¿Quedó resuelto? Responde sí o no.",
    # The e-mails about a ticket that is there already.
    "mail_status_open": "Abierto",
    "mail_status_in_progress": "En curso",
    "mail_status_waiting_customer": "Espera al cliente",
    "mail_status_resolved": "Resuelto",
    "mail_status_closed": "Cerrado",
    "mail_state": "Estado",
    "mail_person": "pide una persona",
    "mail_news": "Novedades del cliente",
    "mail_reopened": "El cliente reabrió el ticket",
    "mail_fixed": "El cliente confirma que quedó resuelto",
    "mail_closed": "El cliente cerró el ticket",
    "mail_rated": "El cliente calificó la atención",
    "mail_asks": "El cliente pide hablar con una persona",
    "mail_link_new": "Enlace nuevo",
    "mail_link_why": "Alguien lo pidió desde un enlace vencido. Este vale por 30 días.",
    "mail_did_note": "Agregó",
    "mail_did_human": "Pidió hablar con una persona",
    "mail_did_close": "Cerró el ticket",
    "mail_did_fixed": "Confirmó que quedó resuelto",
    "mail_did_reopen": "Reabrió el ticket: sigue igual o volvió a fallar",
    "mail_did_rating": "Calificó con {stars} ({rating} de 5)",
    "mail_more_did": "Hay más en el ticket.",
    # The ticket's page.
    "page_human": "Quiere hablar con una persona",
    "page_customer": "Cliente",
    "page_somebody": "Alguien del equipo",
    "page_erased_person": "Borró sus datos",
    "page_gone_person": "Ya no tenemos cómo escribirle.",
    "page_no_phone": "Sin número",
    "page_assignee": "Lo atiende",
    "page_nobody": "Nadie todavía",
    "page_opened": "Se abrió",
    "page_changed": "Último cambio",
    "page_rating": "Calificación",
    "page_stars": "{rating} de 5",
    "page_history": "Lo que pasó hasta ahora",
    "page_new": "Nuevo",
    "page_event_created": "{who} abrió el ticket",
    "page_event_note": "{who} escribió",
    "page_event_sent": "{who} mandó",
    "page_event_human": "{who} pidió hablar con una persona",
    "page_event_returned": "{who} contestó: {was} → {became}",
    "page_event_take": "{who} tomó el ticket",
    "page_event_ask": "{who} preguntó",
    "page_event_answer": "{who} respondió",
    "page_event_resolve": "{who} lo dio por resuelto",
    "page_event_close": "{who} cerró el ticket",
    "page_event_reopen": "{who} reabrió el ticket",
    "page_event_fixed": "{who} confirmó que quedó resuelto",
    "page_event_rating": "{who} calificó la atención: {rating} de 5",
    "page_event_erased": "{who} borró sus datos: nombre, número y archivos",
    "page_event_hand": "Cambio hecho en la base de datos: {was} → {became}",
    "page_notified_message": "✓ Enviado por WhatsApp",
    "page_notified_template": "✓ Enviado por WhatsApp, con plantilla",
    "page_notified_failed": "No se le pudo entregar",
    "page_waiting": "Hay mensajes o correos por salir; los del cliente tardan menos de 2 minutos.",
    "page_file_image": "Ver la imagen",
    "page_file_audio": "Bajar el audio",
    "page_file_video": "Ver el video",
    "page_file_link": "Bajar: {kind}",
    "page_file_map": "Ver el lugar en el mapa",
    "page_file_gone": "Meta lo guardó 7 días y ya lo borró",
    "page_jump": "Responder",
    "page_turn": "Te toca",
    "page_text": "Mensaje para el cliente",
    "page_note": "Nota para el equipo",
    "page_text_hint": "Le llega por WhatsApp tal como lo escribes, hasta {most} caracteres. Con Responder y Preguntar hace falta; con los demás botones, si quieres.",
    "page_speaks": "Esta persona habla {language}.",
    "page_window": (
        "Si no te escribió en las últimas 24 horas, WhatsApp solo deja pasar una plantilla: "
        "le llega el comienzo en una línea, y lo demás cuando vuelva a escribir."
    ),
    "page_author": "¿Quién eres?",
    "page_author_hint": "Tu nombre: lo ven el cliente y el equipo. Lo recuerda este navegador.",
    "page_do_take": "Tomarlo",
    "page_do_take_hint": "Lo atiendes tú",
    "page_do_ask": "Preguntar",
    "page_do_ask_hint": "Y esperar lo que diga",
    "page_do_answer": "Responder",
    "page_do_answer_hint": "Mandar tu mensaje",
    "page_do_resolve": "Resuelto",
    "page_do_resolve_hint": "Le pregunta si quedó bien",
    "page_do_close": "Cerrar",
    "page_do_close_hint": "Terminar el ticket",
    "page_do_reopen": "Reabrir",
    "page_do_reopen_hint": "Vuelve a estar abierto",
    "page_after": "Le llega por WhatsApp en 1 o 2 minutos; lo que hagas hasta entonces va en un solo mensaje.",
    "page_after_erased": "Esta persona borró sus datos: lo que hagas aquí queda en el ticket, pero ya no le llega.",
    "page_after_gone": "Ya no tenemos cómo escribirle: lo que hagas aquí queda en el ticket, pero no le llega.",
    "page_see_new": "Ver lo nuevo",
    "page_see_form": "Ir al formulario",
    "page_text_kept": "Tu texto sigue en el formulario.",
    "page_problem_stale": "Mientras tanto pasó algo más y no hicimos nada. Míralo y, si todavía vale, hazlo otra vez.",
    "page_problem_illegal": "Eso ya no se puede: el ticket está en «{status}». No hicimos nada.",
    "page_problem_wordless": "Falta el mensaje: escribe qué le quieres decir.",
    "page_problem_long": "Es demasiado largo: entran {most} caracteres. Acórtalo un poco; está todo aquí.",
    "page_problem_refused": "Ese texto no se pudo guardar. Quítale lo que no sean letras, números o emojis y prueba otra vez.",
    "page_problem_action": "No cambió nada: elige uno de los botones.",
    "page_missing_title": "Este ticket no está",
    "page_missing": "El enlace sirve, pero ya no hay ningún ticket {code}.",
    "page_away_title": "No podemos leerlo ahora",
    "page_away": "La base de datos no contesta. El ticket sigue en su lugar: prueba otra vez en un momento.",
    "page_unsaved_title": "No sabemos si quedó hecho",
    "page_unsaved": "La base de datos no contestó. Prueba otra vez: si ya estaba hecho, no se hace dos veces.",
    "page_again": "Probar otra vez",
    "page_foreign_title": "Eso vino de otra página",
    "page_foreign": "No hicimos nada. Abre el ticket desde su correo y hazlo ahí.",
    "page_fresh_button": "Pedir un enlace nuevo",
    "page_fresh_title": "Revisa el correo",
    "page_fresh": (
        "Si el ticket existe, el enlace nuevo llega en un par de minutos al correo de los técnicos. "
        "Sale como mucho uno cada diez minutos."
    ),
    "page_busy_title": "Son muchos pedidos",
    "page_busy": "Llegaron demasiados seguidos. Prueba otra vez en un minuto.",
    "page_file_gone_title": "Este archivo ya no está",
    "page_file_gone_body": "Meta guarda los archivos 7 días. Las fotos y los audios suelen ir también adjuntos en el correo del ticket.",
    "page_file_away_title": "No pudimos traer el archivo",
    "page_file_away_body": "Meta no lo entregó, o pesa más de 10 MB. Prueba otra vez en un rato o búscalo adjunto en el correo del ticket.",
    "page_file_none_title": "Aquí no hay ningún archivo",
    "page_file_none_body": "Este ticket no tiene ese archivo. Vuelve al ticket y ábrelo desde ahí.",
}
