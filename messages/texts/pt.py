"""What the desk says in Portuguese: Brazil, você."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Bubbles. {words}: what the customer wrote, quoted, and how many files came with it.
    "welcome": (
        "👋 Olá! Sou o assistente automático do suporte técnico.\n\n"
        "Me conte o que está falhando, com suas palavras, e eu abro um chamado para os técnicos. "
        "Você também pode mandar fotos, áudios ou vídeos.\n\n"
        "Já tem um chamado? Escreva o código quando quiser e eu digo como está."
    ),
    "ask_problem": (
        "Me conte o que está acontecendo: em qual aparelho ou programa, o que ele faz e desde quando. "
        "Escreva ou mande um áudio, e com isso eu abro o chamado.\n\n"
        "Se tiver fotos ou um vídeo, mande antes."
    ),
    "confirm_problem": (
        "Abro um chamado com isto?\n\n{words}\n\nSe faltar algo, mande antes: texto, fotos, áudios ou vídeos."
    ),
    "file_received": (
        "Recebi.\n\n{words}\n\nAbro um chamado com isto? Ajuda muito se você escrever também o que está falhando."
    ),
    "maybe_problem": (
        "Não sei se entendi bem. O problema é este?\n\n{words}\n\n"
        "Se for, eu abro um chamado. Se faltar algo, escreva; ou escolha falar com alguém."
    ),
    "offer_human": (
        "Ainda não entendi direito. Isto é o que eu tenho:\n\n{words}\n\n"
        "Posso abrir um chamado assim como está, ou pedir que um técnico escreva para você."
    ),
    "file_kept": (
        "Guardado.\n\n{words}\n\n"
        "Me conte o que está acontecendo, por escrito ou em um áudio, e eu abro o chamado. Ou abro assim como está?"
    ),
    "too_many_files": (
        "Um relato leva até 10 anexos e já estão todos aí, então este último eu não guardei. "
        "Posso abrir o chamado? Depois você pode mandar mais."
    ),
    "report_waits": (
        "Você já abriu muitos chamados nesta hora e por enquanto não posso abrir outro. O seu não se perde:\n\n{words}\n\n"
        "Daqui a pouco, toque em *Sim, abrir*. Se faltar algo, mande enquanto isso."
    ),
    "too_many_tickets": (
        "Você já abriu muitos chamados nesta hora e por enquanto não posso abrir outro. "
        "Se for sobre um que você já tem, escolha na lista e mande ali o que falta; se não, tente daqui a pouco."
    ),
    "ticket_opened": (
        "✅ Pronto, seu chamado é *{code}*.\n\n{words}\n\n"
        "Os técnicos recebem o aviso por e-mail e vão ler; a resposta chega neste chat. "
        "O que você escrever ou mandar aqui agora entra neste chamado.\n\n"
        "Para saber como está, escreva o código quando quiser."
    ),
    "human_opened": (
        "🙋 Seu pedido é o chamado *{code}*.\n\n{words}\n\n"
        "Neste momento não há ninguém ao vivo no chat. Um técnico recebe o aviso por e-mail e vai escrever "
        "para você aqui, neste chat; não posso prometer a que horas.\n\n"
        "Enquanto isso, me conte o que está acontecendo: o que você escrever ou mandar entra no chamado."
    ),
    "human_asked": (
        "🙋 Pedi que uma pessoa escreva para você sobre o chamado *{code}*.\n\n"
        "Neste momento não há ninguém ao vivo no chat. Um técnico recebe o aviso por e-mail e vai escrever "
        "para você aqui, neste chat; não posso prometer a que horas.\n\n"
        "O que você escrever ou mandar enquanto isso entra no chamado."
    ),
    "note_added": (
        "📌 Incluí no chamado *{code}*, onde os técnicos veem. Se você mandar mais alguma coisa, também entra.\n\n"
        "Era outro problema? Toque no botão e eu abro outro chamado."
    ),
    "ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\nAberto: {created}\nÚltima mudança: {updated}\n\n{next}",
    "ticket_closed": (
        "Esse chamado já foi encerrado, então não adicionei nada a ele. "
        "Quer que eu reabra com isto ou abra um novo?\n\n{words}"
    ),
    "answer_added": (
        "📨 Pronto, sua resposta está no chamado *{code}* e os técnicos vão receber. "
        "Se quiser acrescentar algo, escreva aqui.\n\nEra outro problema? Toque no botão e eu abro outro chamado."
    ),
    "closed_by_owner": "Pronto, encerrei o chamado *{code}*. Se voltar a falhar, reabra pelo botão.",
    "fixed": "🎉 Que bom! Encerrei o chamado *{code}*.\n\nComo foi o atendimento? É opcional e ajuda a melhorar.",
    "reopened": (
        "🔄 Reabri o chamado *{code}* e os técnicos vão ser avisados.\n\n{words}\n\n"
        "Conte aqui o que acontece agora: o que você escrever ou mandar entra no chamado."
    ),
    "rated": "Obrigado! Vou passar para a equipe.",
    "not_rated": "Sem problema. Estou aqui quando algo falhar.",
    "code_and_problem": (
        "O chamado *{code}* não está entre os seus. Abro um novo com isto?\n\n{words}\n\n"
        "Se era para um chamado seu, confira o código e escreva de novo."
    ),
    "ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\nAberto: {created}\nÚltima mudança: {updated}\n\n"
        "Seu novo relato continua aqui. Abro o chamado?"
    ),
    "choose_ticket": "Estes são seus chamados mais recentes. Qual você quer ver? Também pode escrever um código.",
    "no_tickets": "Você ainda não tem chamados neste chat. Se algo falhar, me conte e eu abro um.",
    "code_unknown": (
        "Não encontro *{code}* entre os seus chamados. Confira o código e escreva de novo, ou veja a lista dos seus."
    ),
    "code_mistyped": (
        "O código *{code}* tem algum erro: depois de TK vêm oito letras ou números. "
        "Confira e escreva de novo, ou veja a lista dos seus."
    ),
    "cancelled": "Certo, ficamos por aqui. Se você já tinha chamados, continuam iguais. Quando algo falhar, me conte.",
    "you_are_welcome": "De nada! Estou aqui quando algo falhar.",
    "choose_language": "Em qual idioma continuamos? / ¿En qué idioma seguimos? / Which language?",
    "language_changed": "Certo, continuamos em português. Me conte o que está falhando ou escolha uma opção.",
    "erase_explained": (
        "Apago seus dados?\n\n"
        "*São apagados* seu nome, seu número, esta conversa e os arquivos que você mandou.\n\n"
        "*Ficam* seus chamados e o que você escreveu neles, sem seu nome nem seu número: você não poderá mais consultá-los. "
        "Os e-mails que os técnicos já receberam não podem ser recolhidos.\n\n"
        "Não dá para desfazer."
    ),
    "erase_press": "Para apagar, toque no botão *Apagar meus dados*: assim ninguém apaga por engano. Se não, não apago nada.",
    "erased": (
        "Pronto: apaguei seu nome, seu número, esta conversa e os arquivos. "
        "O que aparece no seu telefone é você quem apaga. Se escrever de novo, começamos do zero."
    ),
    "kept": "Não apaguei nada. Tudo continua como estava.",
    "stale": "Esse botão é de uma mensagem anterior e não vale mais. O que você precisa agora?",
    "unsupported_sticker": "Figurinhas eu não entendo 🙂 Escreva, ou mande uma foto, um áudio ou um vídeo.",
    "unsupported_edit": "Vi que você editou uma mensagem, mas não consigo ler a mudança. Escreva em uma mensagem nova.",
    "unsupported_poll": "Enquetes eu não consigo ler. Escreva, ou mande uma foto, um áudio ou um vídeo.",
    "unsupported_contact": "Contatos eu não consigo guardar. Se esse dado for necessário, escreva em uma mensagem.",
    "unsupported_other": "Isso eu não consigo ler. Escreva, ou mande uma foto, um áudio, um vídeo ou um documento.",
    "throttled": (
        "Chegaram muitas mensagens seguidas e não li a última que você mandou. "
        "Espere um minuto e escreva de novo."
    ),
    # Buttons and the list.
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
    "language_es": "Español",
    "language_en": "English",
    "language_pt": "Português",
    "list_button": "Ver meus chamados",
    "rate_5": "★★★★★ Excelente",
    "rate_4": "★★★★ Bom",
    "rate_3": "★★★ Regular",
    "rate_2": "★★ Ruim",
    "rate_1": "★ Muito ruim",
    "list_fixed": "Avaliar",
    # Tickets.
    "status_open": "Aberto",
    "status_in_progress": "Em andamento",
    "status_waiting_customer": "Espera sua resposta",
    "status_resolved": "Resolvido",
    "status_closed": "Encerrado",
    "next_open": "Ninguém o assumiu ainda. O que você escrever ou mandar aqui entra neste chamado.",
    "next_in_progress": "Um técnico está cuidando dele. O que você escrever ou mandar aqui entra neste chamado.",
    "next_waiting_customer": "O técnico espera sua resposta. Escreva aqui e ela entra neste chamado.",
    "next_resolved": "Ficou resolvido? Responda com um botão: se não, eu reabro.",
    "next_closed": "Está encerrado. Se voltar a falhar, você pode reabrir.",
    "next_human": "Você pediu para falar com alguém: um técnico vai escrever para você neste chat.",
    "said_by_technician": "Última mensagem da equipe técnica:",
    "no_words": "(sem texto)",
    "files_one": "📎 {count} anexo",
    "files_many": "📎 {count} anexos",
    # The template that Meta approves: for when the customer's 24 hours are over. {line} is one of the lines below.
    "template_language": "pt_BR",
    "template_body": (
        "Olá. Há novidades sobre o seu chamado {code}. Isto é o mais recente:\n\n{line}\n\n"
        "Responda a esta mensagem e continuamos por aqui."
    ),
    # The one line of a template message.
    "line_opened": "Está aberto e os técnicos vão ler: {words}",
    "line_human": "Um técnico vai escrever para você neste chat.",
    "line_note": "Incluímos o que você mandou.",
    "line_closed": "Encerramos seu chamado, como você pediu.",
    "line_reopened": "Reabrimos e os técnicos já foram avisados.",
    # Dates.
    "months": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "date": "{day} de {month}, {hour}:{minute}",
    # The e-mail to the technicians.
    "mail_new": "Chamado novo",
    "mail_wants_human": "Quer falar com uma pessoa",
    "mail_customer": "Cliente",
    "mail_phone": "Telefone",
    "mail_language": "Idioma",
    "mail_when": "Data",
    "mail_description": "O que escreveu",
    "mail_files": "Anexos",
    "mail_no_name": "sem nome",
    "mail_no_phone": "sem número",
    "mail_longer": "O texto continua no chamado.",
    "mail_button": "Abrir o chamado",
    "mail_link": "Se o botão não abrir, copie este link:",
    "mail_footer": "Se você responder a este e-mail, quem lê são seus colegas, não o cliente. Ao cliente, responda pela página do chamado.",
    "digest_headline": "Mais chamados do que cabem em e-mails avulsos",
    "digest_subject": "Chamados sem e-mail próprio: {count}",
    "digest_why": (
        "Chegaram muitos de uma vez, então estes não têm um e-mail próprio. "
        "O que cada cliente escreveu e os arquivos estão na página do chamado."
    ),
    "spoken_es": "espanhol",
    "spoken_en": "inglês",
    "spoken_pt": "português",
    "kind_image": "Imagem",
    "kind_voice": "Mensagem de voz",
    "kind_audio": "Áudio",
    "kind_video": "Vídeo",
    "kind_document": "Documento",
    "kind_location": "Localização",
    # The pages a technician may land on.
    "page_invalid_title": "Este link não é válido",
    "page_invalid": "Talvez tenha sido cortado ao copiar. Abra de novo a partir do e-mail do chamado.",
    "page_expired_title": "Este link expirou",
    "page_expired": "Os links dos e-mails valem por tempo limitado. O chamado continua no lugar.",
    # What the technicians did, to the ticket's owner. {who}: who did it, {ticket}: "notice_yours_code" or "notice_it".
    "notice_who": "{name}, da equipe técnica,",
    "notice_team": "A equipe técnica",
    "notice_yours": "seu chamado",
    "notice_yours_code": "seu chamado *{code}*",
    "notice_it": "o chamado",
    "notice_take": "{who} assumiu {ticket}.",
    "notice_ask": "{who} tem uma pergunta sobre {ticket}:",
    "notice_wait": "{who} espera sua resposta sobre {ticket}.",
    "notice_answer": "{who} responde sobre {ticket}:",
    "notice_resolve": "{who} marcou {ticket} como resolvido.",
    "notice_close": "{who} encerrou {ticket}.",
    "notice_reopen": "{who} reabriu {ticket}.",
    "notice_back": "{who} devolveu {ticket} para a fila, à espera de que alguém o assuma.",
    "notice_state": "Status: *{status}*.",
    "notice_reply": "Responda aqui mesmo, por escrito ou com uma foto ou um áudio, e eu repasso.",
    "notice_add": "O que você escrever ou mandar aqui entra no chamado.",
    "notice_fixed": "Ficou resolvido?",
    "notice_fixed_plain": "Ficou resolvido? Responda *sim* ou *não*.",
    "notice_again": "Se continuar igual ou voltar a falhar, você pode reabrir.",
    "notice_again_plain": "Se continuar igual ou voltar a falhar, escreva o código *{code}* e você pode reabrir.",
    "notice_more": "(O texto continua, mas não cabe inteiro em uma mensagem.)",
    "notice_line_ask": "{who} pergunta: {words}",
    "notice_line_say": "{who} diz: {words}",
    "notice_line_fixed": "Ficou resolvido? Responda sim ou não.",
    # The e-mails about a ticket that is there already.
    "mail_status_open": "Aberto",
    "mail_status_in_progress": "Em andamento",
    "mail_status_waiting_customer": "Espera o cliente",
    "mail_status_resolved": "Resolvido",
    "mail_status_closed": "Encerrado",
    "mail_state": "Status",
    "mail_person": "pede uma pessoa",
    "mail_news": "Novidades do cliente",
    "mail_reopened": "O cliente reabriu o chamado",
    "mail_fixed": "O cliente confirma que ficou resolvido",
    "mail_closed": "O cliente encerrou o chamado",
    "mail_rated": "O cliente avaliou o atendimento",
    "mail_asks": "O cliente pede para falar com uma pessoa",
    "mail_link_new": "Link novo",
    "mail_link_why": "Alguém pediu a partir de um link vencido. Este vale por 30 dias.",
    "mail_did_note": "Acrescentou",
    "mail_did_human": "Pediu para falar com uma pessoa",
    "mail_did_close": "Encerrou o chamado",
    "mail_did_fixed": "Confirmou que ficou resolvido",
    "mail_did_reopen": "Reabriu o chamado: continua igual ou voltou a falhar",
    "mail_did_rating": "Avaliou com {stars} ({rating} de 5)",
    "mail_more_did": "Há mais no chamado.",
    # The ticket's page.
    "page_human": "Quer falar com uma pessoa",
    "page_customer": "Cliente",
    "page_somebody": "Alguém da equipe",
    "page_erased_person": "Apagou os dados",
    "page_gone_person": "Não temos mais como escrever para esta pessoa.",
    "page_no_phone": "Sem número",
    "page_assignee": "Quem atende",
    "page_nobody": "Ninguém ainda",
    "page_opened": "Aberto em",
    "page_changed": "Última mudança",
    "page_rating": "Avaliação",
    "page_stars": "{rating} de 5",
    "page_history": "O que aconteceu até agora",
    "page_new": "Novo",
    "page_event_created": "{who} abriu o chamado",
    "page_event_note": "{who} escreveu",
    "page_event_sent": "{who} mandou",
    "page_event_human": "{who} pediu para falar com uma pessoa",
    "page_event_returned": "{who} respondeu: {was} → {became}",
    "page_event_take": "{who} assumiu o chamado",
    "page_event_ask": "{who} perguntou",
    "page_event_answer": "{who} respondeu",
    "page_event_resolve": "{who} marcou como resolvido",
    "page_event_close": "{who} encerrou o chamado",
    "page_event_reopen": "{who} reabriu o chamado",
    "page_event_fixed": "{who} confirmou que ficou resolvido",
    "page_event_rating": "{who} avaliou o atendimento: {rating} de 5",
    "page_event_erased": "{who} apagou os dados: nome, número e arquivos",
    "page_event_hand": "Mudança feita no banco de dados: {was} → {became}",
    "page_notified_message": "✓ Enviado pelo WhatsApp",
    "page_notified_template": "✓ Enviado pelo WhatsApp, com modelo",
    "page_notified_failed": "Não foi possível entregar",
    "page_waiting": "Há mensagens ou e-mails por sair; os do cliente levam menos de 2 minutos.",
    "page_file_image": "Ver a imagem",
    "page_file_audio": "Baixar o áudio",
    "page_file_video": "Ver o vídeo",
    "page_file_link": "Baixar: {kind}",
    "page_file_map": "Ver o lugar no mapa",
    "page_file_gone": "A Meta guardava por 7 dias e já não está",
    "page_jump": "Responder",
    "page_turn": "Sua vez",
    "page_text": "Mensagem para o cliente",
    "page_note": "Nota para a equipe",
    "page_text_hint": "Chega pelo WhatsApp exatamente como você escreve, até {most} caracteres. Responder e Perguntar precisam dela; com os outros botões, se quiser.",
    "page_speaks": "Esta pessoa fala {language}.",
    "page_window": (
        "Se ela não escreveu nas últimas 24 horas, o WhatsApp só deixa passar um modelo: "
        "chega o começo em uma linha, e o resto quando ela escrever de novo."
    ),
    "page_author": "Quem é você?",
    "page_author_hint": "Seu nome: o cliente e a equipe veem. Este navegador lembra.",
    "page_do_take": "Assumir",
    "page_do_take_hint": "Você atende",
    "page_do_ask": "Perguntar",
    "page_do_ask_hint": "E esperar a resposta",
    "page_do_answer": "Responder",
    "page_do_answer_hint": "Mandar sua mensagem",
    "page_do_resolve": "Resolvido",
    "page_do_resolve_hint": "Pergunta se deu certo",
    "page_do_close": "Encerrar",
    "page_do_close_hint": "Terminar o chamado",
    "page_do_reopen": "Reabrir",
    "page_do_reopen_hint": "Volta a ficar aberto",
    "page_after": "Chega pelo WhatsApp em 1 ou 2 minutos; o que você fizer até lá vai em uma mensagem só.",
    "page_after_erased": "Esta pessoa apagou os dados: o que você fizer aqui fica no chamado, mas não chega mais até ela.",
    "page_after_gone": "Não temos mais como escrever para esta pessoa: o que você fizer aqui fica no chamado, mas não chega até ela.",
    "page_see_new": "Ver o que há de novo",
    "page_see_form": "Ir ao formulário",
    "page_text_kept": "Seu texto continua no formulário.",
    "page_problem_stale": "Enquanto isso aconteceu mais uma coisa e não fizemos nada. Veja e, se ainda valer, faça de novo.",
    "page_problem_illegal": "Isso já não é possível: o chamado está em “{status}”. Não fizemos nada.",
    "page_problem_wordless": "Falta a mensagem: escreva o que quer dizer.",
    "page_problem_long": "É longa demais: cabem {most} caracteres. Encurte um pouco; está tudo aqui.",
    "page_problem_refused": "Não foi possível salvar esse texto. Tire o que não for letra, número ou emoji e tente de novo.",
    "page_problem_action": "Nada mudou: escolha um dos botões.",
    "page_missing_title": "Este chamado não está aqui",
    "page_missing": "O link vale, mas já não existe o chamado {code}.",
    "page_away_title": "Não conseguimos ler agora",
    "page_away": "O banco de dados não responde. O chamado continua no lugar: tente de novo daqui a pouco.",
    "page_unsaved_title": "Não sabemos se foi feito",
    "page_unsaved": "O banco de dados não respondeu. Tente de novo: se já estava feito, não se faz duas vezes.",
    "page_again": "Tentar de novo",
    "page_foreign_title": "Isso veio de outra página",
    "page_foreign": "Não fizemos nada. Abra o chamado a partir do e-mail e faça por lá.",
    "page_fresh_button": "Pedir um link novo",
    "page_fresh_title": "Confira o e-mail",
    "page_fresh": (
        "Se o chamado existe, o link novo chega em um ou dois minutos ao e-mail dos técnicos. "
        "Sai no máximo um a cada dez minutos."
    ),
    "page_busy_title": "São muitos pedidos",
    "page_busy": "Chegaram pedidos demais em seguida. Tente de novo em um minuto.",
    "page_file_gone_title": "Este arquivo já não está",
    "page_file_gone_body": "A Meta guarda os arquivos por 7 dias. As fotos e os áudios costumam ir também anexos no e-mail do chamado.",
    "page_file_away_title": "Não conseguimos trazer o arquivo",
    "page_file_away_body": "A Meta não entregou, ou ele tem mais de 10 MB. Tente de novo mais tarde ou procure o anexo no e-mail do chamado.",
    "page_file_none_title": "Aqui não há nenhum arquivo",
    "page_file_none_body": "Este chamado não tem esse arquivo. Volte ao chamado e abra por lá.",
}
