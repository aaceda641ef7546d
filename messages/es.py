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
        "En este momento no hay nadie en vivo en el chat. Un técnico recibe el aviso por correo y te va a "
        "escribir aquí, en este chat; no puedo prometerte a qué hora.\n\n"
        "Mientras tanto, cuéntame qué pasa: lo que escribas o mandes se agrega al ticket."
    ),
    "human_asked": (
        "🙋 Pedí que te escriba una persona por el ticket *{code}*.\n\n"
        "En este momento no hay nadie en vivo en el chat. Un técnico recibe el aviso por correo y te va a "
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
    "page_later_title": "Todavía no hay página",
    "page_later": (
        "La página del ticket {code} llega en una versión posterior. "
        "Hasta entonces, atiéndelo en Supabase Studio, en la tabla tickets."
    ),
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
    "notice_back": "{who} devolvió {ticket} a la fila: lo va a tomar otra persona.",
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
}
