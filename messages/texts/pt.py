"""The texts in Portuguese: Brazil, você."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Welcome, menu and language.
    "reply_welcome": (
        "👋 Olá! Sou o assistente automático do suporte técnico.\n\n"
        "Me conte o que está falhando, com suas palavras, e eu abro um chamado para os técnicos. "
        "Você também pode mandar fotos, áudios ou vídeos.\n\n"
        "Já tem um chamado? Escreva o código quando quiser e eu digo como está."
    ),
    "reply_choose_language": "Em qual idioma continuamos?",
    "reply_language_changed": "Certo, continuamos em português. Me conte o que está falhando ou escolha uma opção.",
    "reply_you_are_welcome": "De nada! Estou aqui quando algo falhar.",
    "reply_cancelled": "Certo, ficamos por aqui. Se você já tinha chamados, continuam iguais. Quando algo falhar, me conte.",
    "reply_stale": "Esse botão é de uma mensagem anterior e não vale mais. O que você precisa agora?",
    "throttled": (
        "Chegaram centenas de mensagens suas em uma hora. Tudo o que veio antes ficou guardado; esta última não, "
        "e nesse ritmo as próximas também não. Espere alguns minutos e escreva o que faltar em uma só mensagem."
    ),
    "reply_unsupported_sticker": "Figurinhas eu não entendo 🙂 Escreva, ou mande uma foto, um áudio ou um vídeo.",
    "reply_unsupported_edit": "Vi que você editou uma mensagem, mas não consigo ler a mudança. Escreva em uma mensagem nova.",
    "reply_unsupported_poll": "Enquetes eu não consigo ler. Escreva, ou mande uma foto, um áudio ou um vídeo.",
    "reply_unsupported_contact": "Contatos eu não consigo guardar. Se esse dado for necessário, escreva em uma mensagem.",
    "reply_unsupported_other": "Isso eu não consigo ler. Escreva, ou mande uma foto, um áudio, um vídeo ou um documento.",
    # A report, until it is a ticket. {words}: what the customer wrote, quoted, and how many files came with it.
    "reply_ask_problem": (
        "Me conte o que está acontecendo: em qual aparelho ou programa, o que ele faz e desde quando. "
        "Escreva ou mande um áudio, e com isso eu abro o chamado.\n\n"
        "Se tiver fotos ou um vídeo, mande antes."
    ),
    "reply_confirm_problem": (
        "Abro um chamado com isto?\n\n{words}\n\nSe faltar algo, mande antes: texto, fotos, áudios ou vídeos."
    ),
    "reply_file_received": (
        "Recebi.\n\n{words}\n\nAbro um chamado com isto? Ajuda muito se você escrever também o que está falhando."
    ),
    "reply_maybe_problem": (
        "Não sei se entendi bem. O problema é este?\n\n{words}\n\n"
        "Se for, eu abro um chamado. Se faltar algo, escreva; ou escolha falar com alguém."
    ),
    "reply_offer_human": (
        "Ainda não entendi direito. Isto é o que eu tenho:\n\n{words}\n\n"
        "Posso abrir um chamado assim como está, ou pedir que um técnico escreva para você."
    ),
    "reply_file_kept": (
        "Guardado.\n\n{words}\n\n"
        "Me conte o que está acontecendo, por escrito ou em um áudio, e eu abro o chamado. Ou abro assim como está?"
    ),
    "reply_too_many_files": (
        "Um relato leva até 10 anexos e já estão todos aí, então este último eu não guardei. "
        "Posso abrir o chamado? Depois você pode mandar mais."
    ),
    "reply_report_waits": (
        "Você já abriu muitos chamados nesta hora e por enquanto não posso abrir outro. O seu não se perde:\n\n{words}\n\n"
        "Daqui a pouco, toque em *Sim, abrir*. Se faltar algo, mande enquanto isso."
    ),
    "reply_too_many_tickets": (
        "Você já abriu muitos chamados nesta hora e por enquanto não posso abrir outro. "
        "Se for sobre um que você já tem, escolha na lista e mande ali o que falta; se não, tente daqui a pouco."
    ),
    "reply_code_and_problem": (
        "O chamado *{code}* não está entre os seus. Abro um novo com isto?\n\n{words}\n\n"
        "Se era para um chamado seu, confira o código e escreva de novo."
    ),
    "no_text": "(sem texto)",
    "attachments_one": "📎 {count} anexo",
    "attachments_many": "📎 {count} anexos",
    # A ticket is opened, changed, closed, rated.
    "reply_ticket_opened": (
        "✅ Pronto, seu chamado é *{code}*.\n\n{words}\n\n"
        "Os técnicos recebem o aviso por e-mail e vão ler; a resposta chega neste chat. "
        "O que você escrever ou mandar aqui agora entra neste chamado.\n\n"
        "Para saber como está, escreva o código quando quiser."
    ),
    "reply_human_opened": (
        "🙋 Seu pedido é o chamado *{code}*.\n\n{words}\n\n"
        "Neste momento não há ninguém ao vivo no chat. Um técnico recebe o aviso por e-mail e vai escrever "
        "para você aqui, neste chat; não posso prometer a que horas.\n\n"
        "Enquanto isso, me conte o que está acontecendo: o que você escrever ou mandar entra no chamado."
    ),
    "reply_human_asked": (
        "🙋 Pedi que uma pessoa escreva para você sobre o chamado *{code}*.\n\n"
        "Neste momento não há ninguém ao vivo no chat. Um técnico recebe o aviso por e-mail e vai escrever "
        "para você aqui, neste chat; não posso prometer a que horas.\n\n"
        "O que você escrever ou mandar enquanto isso entra no chamado."
    ),
    "reply_note_added": (
        "📌 Incluí no chamado *{code}*, onde os técnicos veem. Se você mandar mais alguma coisa, também entra.\n\n"
        "Era outro problema? Toque no botão e eu abro outro chamado."
    ),
    "reply_answer_added": (
        "📨 Pronto, sua resposta está no chamado *{code}* e os técnicos vão receber. "
        "Se quiser acrescentar algo, escreva aqui.\n\nEra outro problema? Toque no botão e eu abro outro chamado."
    ),
    "reply_ticket_closed": (
        "Esse chamado já foi encerrado, então não adicionei nada a ele. "
        "Quer que eu reabra com isto ou abra um novo?\n\n{words}"
    ),
    "reply_closed_by_owner": "Pronto, encerrei o chamado *{code}*. Se voltar a falhar, reabra pelo botão.",
    # Asks for the rating.
    "reply_fixed": "🎉 Que bom! Encerrei o chamado *{code}*.\n\nComo foi o atendimento? É opcional e ajuda a melhorar.",
    "reply_reopened": (
        "🔄 Reabri o chamado *{code}* e os técnicos vão ser avisados.\n\n{words}\n\n"
        "Conte aqui o que acontece agora: o que você escrever ou mandar entra no chamado."
    ),
    "reply_rated": "Obrigado! Vou passar para a equipe.",
    "reply_not_rated": "Sem problema. Estou aqui quando algo falhar.",
    # The ticket card and the list of tickets.
    "reply_ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\nAberto: {created}\nÚltima mudança: {updated}\n\n{next}",
    "reply_ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\nAberto: {created}\nÚltima mudança: {updated}\n\n"
        "Seu novo relato continua aqui. Abro o chamado?"
    ),
    "card_technician_wrote": "Última mensagem da equipe técnica:",
    "card_next_open": "Ninguém o assumiu ainda. O que você escrever ou mandar aqui entra neste chamado.",
    "card_next_in_progress": "Um técnico está cuidando dele. O que você escrever ou mandar aqui entra neste chamado.",
    "card_next_waiting_customer": "O técnico espera sua resposta. Escreva aqui e ela entra neste chamado.",
    "card_next_resolved": "Ficou resolvido? Responda com um botão: se não, eu reabro.",
    "card_next_closed": "Está encerrado. Se voltar a falhar, você pode reabrir.",
    "card_next_human": "Você pediu para falar com alguém: um técnico vai escrever para você neste chat.",
    "status_open": "Aberto",
    "status_in_progress": "Em andamento",
    "status_waiting_customer": "Espera sua resposta",
    "status_resolved": "Resolvido",
    "status_closed": "Encerrado",
    "reply_choose_ticket": "Estes são seus chamados mais recentes. Qual você quer ver? Também pode escrever um código.",
    "reply_no_tickets": "Você ainda não tem chamados neste chat. Se algo falhar, me conte e eu abro um.",
    "reply_code_unknown": (
        "Não encontro *{code}* entre os seus chamados. Confira o código e escreva de novo, ou veja a lista dos seus."
    ),
    "reply_code_mistyped": (
        "O código *{code}* tem algum erro: depois de TK vêm oito letras ou números. "
        "Confira e escreva de novo, ou veja a lista dos seus."
    ),
    # Erasing the customer's data.
    "reply_erase_explained": (
        "Apago seus dados?\n\n"
        "*São apagados* seu nome, seu número, esta conversa e os arquivos que você mandou.\n\n"
        "*Ficam* seus chamados e o que você escreveu neles, sem seu nome nem seu número: você não poderá mais consultá-los. "
        "Os e-mails que os técnicos já receberam não podem ser recolhidos.\n\n"
        "Não dá para desfazer."
    ),
    "reply_erase_press": "Para apagar, toque no botão *Apagar meus dados*: assim ninguém apaga por engano. Se não, não apago nada.",
    "reply_erased": (
        "Pronto: apaguei seu nome, seu número, esta conversa e os arquivos. "
        "O que aparece no seu telefone é você quem apaga. Se escrever de novo, começamos do zero."
    ),
    "reply_kept": "Não apaguei nada. Tudo continua como estava.",
    # Buttons (at most 20 UTF-16 units) and lists.
    "button_report": "Reportar problema",
    "button_tickets": "Meus chamados",
    "button_human": "Falar com alguém",
    "button_menu": "Menu",
    "button_view": "Ver chamado",
    "button_yes": "Sim, abrir",
    "button_cancel": "Cancelar",
    "button_other": "É outro problema",
    "button_erase": "Apagar meus dados",
    "button_keep": "Não, melhor não",
    "button_close": "Encerrar chamado",
    "button_fixed": "Sim, resolveu",
    "button_not_fixed": "Não, continua",
    "button_reopen": "Reabrir",
    "button_new": "Abrir um novo",
    "button_skip": "Prefiro não avaliar",
    "list_title_tickets": "Ver meus chamados",
    "list_title_rating": "Avaliar",
    "rate_5": "★★★★★ Excelente",
    "rate_4": "★★★★ Bom",
    "rate_3": "★★★ Regular",
    "rate_2": "★★ Ruim",
    "rate_1": "★ Muito ruim",
    # Notifications: what the technicians did. {who}: the author or the team; {ticket}: one of the three names below.
    "notification_author": "{name}, da equipe técnica,",
    "notification_team": "A equipe técnica",
    "notification_your_ticket": "seu chamado",
    "notification_your_ticket_code": "seu chamado *{code}*",
    "notification_the_ticket": "o chamado",
    "notification_take": "{who} assumiu {ticket}.",
    "notification_ask": "{who} tem uma pergunta sobre {ticket}:",
    "notification_wait": "{who} espera sua resposta sobre {ticket}.",
    "notification_answer": "{who} responde sobre {ticket}:",
    "notification_resolve": "{who} marcou {ticket} como resolvido.",
    "notification_close": "{who} encerrou {ticket}.",
    "notification_reopen": "{who} reabriu {ticket}.",
    "notification_back_to_queue": "{who} devolveu {ticket} para a fila, à espera de que alguém o assuma.",
    "notification_status": "Status: *{status}*.",
    "notification_reply_here": "Responda aqui mesmo, por escrito ou com uma foto ou um áudio, e eu repasso.",
    "notification_add_here": "O que você escrever ou mandar aqui entra no chamado.",
    "notification_is_it_fixed": "Ficou resolvido?",
    "notification_is_it_fixed_no_buttons": "Ficou resolvido? Responda *sim* ou *não*.",
    "notification_reopen_hint": "Se continuar igual ou voltar a falhar, você pode reabrir.",
    "notification_reopen_hint_no_buttons": "Se continuar igual ou voltar a falhar, escreva o código *{code}* e você pode reabrir.",
    "notification_cut": "(O texto continua, mas não cabe inteiro em uma mensagem.)",
    # The status template, for when the 24-hour window is over. Meta approves its body; {line} is one of the lines below it.
    "template_language": "pt_BR",
    "template_body": (
        "Olá. Há novidades sobre o seu chamado {code}. Isto é o mais recente:\n\n{line}\n\n"
        "Responda a esta mensagem e continuamos por aqui."
    ),
    "template_line_opened": "Está aberto e os técnicos vão ler: {words}",
    "template_line_human": "Um técnico vai escrever para você neste chat.",
    "template_line_note": "Incluímos o que você mandou.",
    "template_line_closed": "Encerramos seu chamado, como você pediu.",
    "template_line_reopened": "Reabrimos e os técnicos já foram avisados.",
    "template_line_asks": "{who} pergunta: {words}",
    "template_line_says": "{who} diz: {words}",
    "template_line_is_it_fixed": "Ficou resolvido? Responda sim ou não.",
    # Dates.
    "months": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "date": "{day} de {month}, {hour}:{minute}",
    # Technicians: in e-mails and on the page.
    "customer": "Cliente",
    "language": "Idioma",
    "wants_human": "Quer falar com uma pessoa",
    "status_waiting_customer_technician": "Espera o cliente",
    "kind_image": "Imagem",
    "kind_voice": "Mensagem de voz",
    "kind_audio": "Áudio",
    "kind_video": "Vídeo",
    "kind_document": "Documento",
    "kind_location": "Localização",
    # E-mails: all of them.
    "email_phone": "Telefone",
    "email_status": "Status",
    "email_date": "Data",
    "email_no_name": "sem nome",
    "email_no_phone": "sem número",
    "email_subject_human": "pede uma pessoa",
    "email_button": "Abrir o chamado",
    "email_copy_link": "Se o botão não abrir, copie este link:",
    "email_footer": "Se você responder a este e-mail, quem lê são seus colegas, não o cliente. Ao cliente, responda pela página do chamado.",
    # E-mail: a new ticket.
    "email_new_ticket": "Chamado novo",
    "email_description": "O que escreveu",
    "email_text_continues": "O texto continua no chamado.",
    "email_attachments": "Anexos",
    # E-mail: what the customer did since.
    "email_update": "Novidades do cliente",
    "email_human": "O cliente pede para falar com uma pessoa",
    "email_reopened": "O cliente reabriu o chamado",
    "email_fixed": "O cliente confirma que ficou resolvido",
    "email_closed": "O cliente encerrou o chamado",
    "email_rated": "O cliente avaliou o atendimento",
    "email_event_note": "Acrescentou",
    "email_event_human": "Pediu para falar com uma pessoa",
    "email_event_close": "Encerrou o chamado",
    "email_event_fixed": "Confirmou que ficou resolvido",
    "email_event_reopen": "Reabriu o chamado: continua igual ou voltou a falhar",
    "email_event_rating": "Avaliou com {stars} ({rating} de 5)",
    "email_more_in_ticket": "Há mais no chamado.",
    # E-mail: a fresh link to the page.
    "email_fresh_link": "Link novo",
    "email_fresh_link_why": "Alguém pediu a partir de um link vencido. Este vale por 30 dias.",
    # E-mail: the digest.
    "email_digest_subject": "Chamados sem e-mail próprio: {count}",
    "email_digest_headline": "Mais chamados do que cabem em e-mails avulsos",
    "email_digest_why": (
        "Chegaram muitos de uma vez, então estes não têm um e-mail próprio. "
        "O que cada cliente escreveu e os arquivos estão na página do chamado."
    ),
    # The ticket's page: the ticket.
    "page_customer_erased": "Apagou os dados",
    "page_customer_gone": "Não temos mais como escrever para esta pessoa.",
    "page_no_phone": "Sem número",
    "page_assignee": "Quem atende",
    "page_nobody": "Ninguém ainda",
    "page_opened": "Aberto em",
    "page_last_change": "Última mudança",
    "page_rating": "Avaliação",
    "page_rating_value": "{rating} de 5",
    # The ticket's page: its history.
    "page_history": "O que aconteceu até agora",
    "page_new": "Novo",
    "page_unnamed_technician": "Alguém da equipe",
    "page_event_created": "{who} abriu o chamado",
    "page_event_note": "{who} escreveu",
    "page_event_sent": "{who} mandou",
    "page_event_human": "{who} pediu para falar com uma pessoa",
    "page_event_reply": "{who} respondeu: {was} → {became}",
    "page_event_take": "{who} assumiu o chamado",
    "page_event_ask": "{who} perguntou",
    "page_event_answer": "{who} respondeu",
    "page_event_resolve": "{who} marcou como resolvido",
    "page_event_close": "{who} encerrou o chamado",
    "page_event_reopen": "{who} reabriu o chamado",
    "page_event_fixed": "{who} confirmou que ficou resolvido",
    "page_event_rating": "{who} avaliou o atendimento: {rating} de 5",
    "page_event_erased": "{who} apagou os dados: nome, número e arquivos",
    "page_event_by_hand": "Mudança feita no banco de dados: {was} → {became}",
    "page_notified_message": "✓ Enviado pelo WhatsApp",
    "page_notified_template": "✓ Enviado pelo WhatsApp, com modelo",
    "page_notified_failed": "Não foi possível entregar",
    "page_unsent": "Há mensagens a enviar; o cliente recebe as dele em menos de 2 minutos.",
    "page_file_image": "Ver a imagem",
    "page_file_audio": "Baixar o áudio",
    "page_file_video": "Ver o vídeo",
    "page_file_download": "Baixar: {kind}",
    "page_file_map": "Ver o lugar no mapa",
    "page_file_expired": "Não está mais disponível (a Meta apaga os arquivos após 7 dias)",
    # The ticket's page: the form.
    "page_form_title": "Sua vez",
    "page_form_text": "Mensagem para o cliente",
    "page_form_note": "Nota para a equipe",
    "page_form_text_hint": "Chega pelo WhatsApp exatamente como você escreve, até {most} caracteres. Obrigatória para Responder e Perguntar, opcional para o resto.",
    "page_form_language_hint": "Esta pessoa fala {language}.",
    "page_form_window_hint": (
        "Se ela não escreveu nas últimas 24 horas, o WhatsApp só deixa passar um modelo: "
        "chega o começo em uma linha, e o resto quando ela escrever de novo."
    ),
    "page_form_author": "Quem é você?",
    "page_form_author_hint": "Seu nome: o cliente e a equipe veem. Este navegador lembra.",
    "page_action_take": "Assumir",
    "page_action_take_hint": "Você atende",
    "page_action_ask": "Perguntar",
    "page_action_ask_hint": "E esperar a resposta",
    "page_action_answer": "Responder",
    "page_action_answer_hint": "Mandar sua mensagem",
    "page_action_resolve": "Resolvido",
    "page_action_resolve_hint": "Pergunta se deu certo",
    "page_action_close": "Encerrar",
    "page_action_close_hint": "Terminar o chamado",
    "page_action_reopen": "Reabrir",
    "page_action_reopen_hint": "Volta a ficar aberto",
    "page_delivery": "Chega pelo WhatsApp em 1 ou 2 minutos; o que você fizer até lá vai em uma mensagem só.",
    "page_delivery_erased": "Esta pessoa apagou os dados: o que você fizer aqui fica no chamado, mas não chega mais até ela.",
    "page_delivery_gone": "Não temos mais como escrever para esta pessoa: o que você fizer aqui fica no chamado, mas não chega até ela.",
    # The ticket's page: why an action was not done.
    "page_go_to_new": "Ver o que há de novo",
    "page_go_to_form": "Ir ao formulário",
    "page_text_kept": "Seu texto continua no formulário.",
    "page_problem_stale": "Enquanto isso aconteceu mais uma coisa e não fizemos nada. Veja e, se ainda fizer sentido, tente de novo.",
    "page_problem_illegal": "Isso já não é possível: o chamado está em “{status}”. Não fizemos nada.",
    "page_problem_text_missing": "Falta a mensagem: escreva o que quer dizer.",
    "page_problem_long": "É longa demais: cabem {most} caracteres. Encurte um pouco; está tudo aqui.",
    "page_problem_refused": "Não foi possível salvar esse texto. Tire o que não for letra, número ou emoji e tente de novo.",
    "page_problem_action": "Nada mudou: escolha um dos botões.",
    # Plain pages: a title, a sentence, at most one button.
    "page_link_invalid_title": "Este link não é válido",
    "page_link_invalid_body": "Talvez tenha sido cortado ao copiar. Abra de novo a partir do e-mail do chamado.",
    "page_link_expired_title": "Este link expirou",
    "page_link_expired_body": "Os links dos e-mails valem por tempo limitado. O chamado continua no lugar.",
    "page_fresh_link_button": "Pedir um link novo",
    "page_fresh_link_sent_title": "Confira o e-mail",
    "page_fresh_link_sent_body": (
        "Se o chamado existe, o link novo chega em um ou dois minutos ao e-mail dos técnicos. "
        "Sai no máximo um a cada dez minutos."
    ),
    "page_too_many_links_title": "São muitos pedidos",
    "page_too_many_links_body": "Chegaram pedidos demais em seguida. Tente de novo em um minuto.",
    "page_ticket_missing_title": "Chamado não encontrado",
    "page_ticket_missing_body": "O link é válido, mas o chamado {code} não existe mais.",
    "page_unavailable_title": "Não conseguimos ler agora",
    "page_unavailable_body": "O banco de dados não responde. O chamado continua no lugar: tente de novo daqui a pouco.",
    "page_unconfirmed_title": "Não foi possível confirmar a ação",
    "page_unconfirmed_body": "O banco de dados não respondeu. Tente de novo: não será aplicada duas vezes.",
    "page_try_again": "Tentar de novo",
    "page_foreign_form_title": "Este formulário não foi enviado da nossa página",
    "page_foreign_form_body": "Não fizemos nada. Abra o chamado a partir do e-mail e faça por lá.",
    "page_file_expired_title": "Este arquivo já não está",
    "page_file_expired_body": "A Meta guarda os arquivos por 7 dias. As fotos e os áudios costumam ir também anexos no e-mail do chamado.",
    "page_file_unavailable_title": "Não conseguimos trazer o arquivo",
    "page_file_unavailable_body": "A Meta não entregou, ou ele tem mais de 10 MB. Tente de novo mais tarde ou procure o anexo no e-mail do chamado.",
    "page_file_missing_title": "Aqui não há nenhum arquivo",
    "page_file_missing_body": "Este chamado não tem esse arquivo. Volte ao chamado e abra por lá.",
}
