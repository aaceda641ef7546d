"""The texts in Portuguese: Brazil, você."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    # Welcome, menu and language. {me}: one of the two lines below it.
    "reply_welcome": (
        "👋 Olá! {me}\n\n"
        "Me conte qual é o problema, por texto, foto ou áudio, e eu abro um chamado para os técnicos.\n\n"
        "Já tem um chamado? Me mande o código e eu digo como está."
    ),
    "me": "Sou o assistente virtual do suporte técnico.",
    "me_of_desk": "Sou o assistente virtual do suporte *{desk}*.",
    "reply_choose_language": "Em qual idioma continuamos?",
    "reply_language_changed": "Certo, continuamos em português. Me conte o que está acontecendo ou escolha uma opção.",
    "reply_you_are_welcome": "De nada! Precisando, é só chamar.",
    "reply_goodbye": "Até logo! É só chamar quando precisar.",
    "reply_quiet": (
        "Entendi. Só escrevo se você me escrever ou se houver novidade em um chamado seu.\n\n"
        "Se também quiser que eu apague seus dados, escreva *apagar meus dados*."
    ),
    "reply_enough_for_today": (
        "Por hoje já respondi muitas vezes, então vou fazer uma pausa. Pode continuar escrevendo: guardo o que você mandar, e a "
        "equipe lê. Se houver novidades de um chamado, eu aviso."
    ),
    "reply_not_ours": (
        "Com isso não consigo ajudar: aqui só cuidamos de problemas técnicos. "
        "Quer que eu passe sua mensagem para uma pessoa?\n\n{words}"
    ),
    "regret": "Sinto muito pelo transtorno.",
    "reply_cancelled": "Certo, ficamos por aqui. Se você tem chamados, eles continuam como estão. Precisando, é só chamar.",
    "reply_cancelled_kept": "Certo, não abri nenhum chamado. Guardo por um tempo o que você mandou, caso mude de ideia.",
    "reply_stale": "Esse botão é de uma mensagem anterior e não funciona mais. Do que você precisa agora?",
    "throttled": (
        "Recebi centenas de mensagens suas em uma hora. Guardei tudo o que veio antes, mas não esta última e, nesse ritmo, "
        "também não as próximas. Espere alguns minutos e mande o que faltar em uma só mensagem."
    ),
    "reply_unsupported_sticker": "Figurinhas eu não entendo 🙂 Escreva, ou mande uma foto, um áudio ou um vídeo.",
    "reply_unsupported_edit": "Vi que você editou uma mensagem, mas não consigo ler a mudança. Escreva em uma mensagem nova.",
    "reply_unsupported_poll": "Enquetes eu não consigo ler. Escreva, ou mande uma foto, um áudio ou um vídeo.",
    "reply_unsupported_contact": "Contatos eu não consigo guardar. Se esse dado for necessário, escreva em uma mensagem.",
    "reply_unsupported_too_large": "Esse arquivo não chegou: tem mais de 100 MB. Mande um menor e escreva de novo o texto que ia com ele.",
    "reply_unsupported_other": "Isso eu não consigo ler. Escreva, ou mande uma foto, um áudio, um vídeo ou um documento.",
    # Before the reply to the words that came with it.
    "missing_too_large": "O arquivo não chegou: tem mais de 100 MB. Mande um menor; o texto eu já tenho.",
    "missing_other": "Dessa mensagem só consegui ler o texto.",
    # A report, until it is a ticket. {words}: what the customer wrote, quoted, and how many files came with it.
    "reply_ask_problem": (
        "Claro. O que está acontecendo, em qual aparelho ou programa, e desde quando? "
        "Escreva ou mande um áudio; fotos e vídeos também ajudam."
    ),
    "reply_ask_again": (
        "Claro, posso ajudar. O que está acontecendo e em qual aparelho? Por exemplo: “A impressora não imprime desde ontem”."
    ),
    "reply_more_needed": "Anotado.\n\n{words}\n\nE qual é o problema?",
    "reply_confirm_problem": (
        "Posso abrir um chamado com isso?\n\n{words}\n\nSe faltar algo, mande antes de tocar em *Sim, abrir*."
    ),
    "reply_file_received": (
        "Recebi.\n\n{words}\n\nPosso abrir um chamado com isso? Ajuda muito se você escrever também qual é o problema."
    ),
    "reply_kept_draft": (
        "👋 Olá de novo! Guardei o que você mandou:\n\n{words}\n\nO que faço com isso? Se for outra coisa, me conte."
    ),
    "reply_wait": "Sem pressa, eu espero. Guardei o que você mandou.",
    "reply_wait_ticket": "Sem pressa, eu espero aqui.",
    "reply_unsure": "Não sei se entendi bem. O que faço com isso?\n\n{words}",
    "reply_unsure_again": (
        "Desculpe, ainda não entendi. Posso abrir um chamado com isso do jeito que está, mostrar os que você já tem "
        "ou pedir que uma pessoa fale com você.\n\n{words}"
    ),
    "reply_too_many_files": (
        "Cabem 10 arquivos por relato e você já chegou ao máximo: os que passam disso eu não guardo, só o que você escrever. "
        "Posso abrir o chamado? Depois você pode mandar os outros."
    ),
    "reply_report_full": (
        "Seu relato já está cheio: a última coisa que você escreveu não cabe e não guardei; o que veio antes, sim. "
        "Posso abrir o chamado? Depois me mande o que faltar e eu incluo lá."
    ),
    "reply_report_waits": (
        "Você abriu muitos chamados na última hora e por enquanto não posso abrir outro. Guardei este relato:\n\n{words}\n\n"
        "Daqui a pouco, toque em *Sim, abrir*. Se faltar algo, mande enquanto isso."
    ),
    "reply_ticket_full": "O chamado *{code}* já recebeu tudo o que cabe em um dia: isto não foi guardado, nem será o que você adicionar hoje. Os técnicos veem isso no chamado. Amanhã você pode adicionar mais.",
    "reply_too_many_tickets": (
        "Você abriu muitos chamados na última hora e por enquanto não posso abrir outro. "
        "Se for sobre um que você já tem, escolha na sua lista e me conte ali; se não, tente daqui a pouco."
    ),
    "reply_code_and_problem": (
        "O chamado *{code}* não está entre os seus. Posso abrir um novo com isso?\n\n{words}\n\n"
        "Se era para um chamado seu, confira o código e mande de novo."
    ),
    "no_text": "(sem texto)",
    "attachments_one": "📎 {count} arquivo",
    "attachments_many": "📎 {count} arquivos",
    # A ticket is opened, changed, closed, rated.
    "reply_ticket_opened": (
        "✅ Seu chamado é *{code}*.\n\n{words}\n\n"
        "Já avisei os técnicos e eles respondem aqui. Se quiser acrescentar algo, é só mandar."
    ),
    "reply_human_opened": (
        "🙋 Pedi que uma pessoa fale com você. Seu chamado é *{code}*.\n\n{words}\n\n"
        "No momento não tem ninguém on-line; alguém escreve aqui assim que puder. Enquanto isso, pode me contar mais."
    ),
    "reply_human_asked": (
        "🙋 Pedi que uma pessoa fale com você sobre o chamado *{code}*.\n\n"
        "No momento não tem ninguém on-line; alguém escreve aqui assim que puder. Enquanto isso, pode me contar mais."
    ),
    "reply_note_added": "📌 Adicionei ao chamado *{code}*.",
    "reply_note_other": (
        "📌 Adicionei ao chamado *{code}*.\n\nOu é outro problema? Toque em *É outro problema* e eu abro outro chamado."
    ),
    "reply_human_asked_aside": (
        "🙋 Pedi que uma pessoa escreva para você sobre o chamado *{code}*, assim que puder.\n\n"
        "Seu novo relato continua aqui. Posso abrir o chamado?"
    ),
    "reply_noted_in_report": "📌 Adicionei ao chamado *{code}*.\n\nSeu novo relato continua aqui. Posso abrir o chamado?",
    "reply_noted_before_report": "📌 Adicionei ao chamado *{code}*.\n\nE o novo problema, qual é?",
    "reply_noted_in_another": "📌 Adicionei ao chamado *{code}*.\n\nO que você escrever sem citar continua indo para o chamado *{current}*.",
    "reply_same_problem": "Certo, fica no mesmo chamado.",
    "reply_answer_added": "📨 Pronto, passei sua resposta para os técnicos (chamado *{code}*).",
    "reply_ticket_closed": "O chamado *{code}* já está encerrado. Quer que eu reabra com isso ou abra um novo?\n\n{words}",
    "reply_reopen_question": "Então reabro o chamado *{code}* com isso, certo?\n\n{words}",
    "reply_tried": "Claro. Quando testar, me conte.",
    "reply_close_question": "Entendi, anotei no chamado *{code}*. Posso encerrar?",
    "reply_stays_open": "Certo, o chamado *{code}* continua aberto. Se algo mudar, me conte aqui.",
    "reply_closed_by_owner": "Pronto, encerrei o chamado *{code}*. Se voltar a acontecer, reabra pelo botão.",
    # Asks for the rating.
    "reply_fixed": "🎉 Que bom! Encerrei o chamado *{code}*.\n\nComo foi o atendimento? (opcional)",
    "reply_rate_again": "Eu que agradeço! E quantas estrelas você nos dá? (opcional)",
    "reply_reopened": (
        "🔄 Reabri o chamado *{code}* e já avisei os técnicos.\n\n{words}\n\n"
        "Se houver mais alguma coisa que eles devam saber, mande aqui."
    ),
    "reply_rated": "Obrigado! Vou passar para a equipe.",
    "reply_not_rated": "Sem problema. Precisando, é só chamar.",
    # The ticket card and the list of tickets.
    "reply_ticket_card": "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nCriado: {created}\n{latest}\n\n{next}",
    "reply_status_noted": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nCriado: {created}\n{latest}\n\n{next}\n\n"
        "Não sei quando vai ficar pronto. Passei sua pergunta para os técnicos e eles respondem aqui."
    ),
    "reply_ticket_glance": (
        "*{code}* · {status}\n\n{words}\n\n{said}\n\n{assignee}\nCriado: {created}\n{latest}\n\n"
        "Seu novo relato continua aqui. Posso abrir o chamado?"
    ),
    "card_technician_wrote": "{who} escreveu para você:",
    "card_next_open": "Está na fila, esperando um técnico. O que você mandar aqui vai para o chamado.",
    "card_next_in_progress": "Um técnico está cuidando dele. O que você mandar aqui vai para o chamado.",
    "card_next_assigned": "O que você mandar aqui vai para o chamado.",
    "card_next_waiting_customer": "O técnico aguarda sua resposta: mande aqui.",
    "card_next_resolved": "Resolveu? Se não, eu reabro.",
    "card_next_closed": "Se voltar a acontecer, você pode reabrir.",
    "card_next_human": "Você pediu para falar com alguém: um técnico vai escrever para você neste chat.",
    # Of a card: who has it, and what happened last; {who}: the technician's name or the team, {at}: when.
    "card_assignee": "Quem atende: {name}",
    "card_team": "a equipe técnica",
    "card_latest": "Por último: {what} ({at})",
    "card_you_created": "você abriu",
    "card_you_note": "você adicionou algo",
    "card_you_human": "você pediu para falar com alguém",
    "card_you_close": "você encerrou",
    "card_you_fixed": "você disse que resolveu",
    "card_you_reopen": "você reabriu",
    "card_you_rating": "você nos avaliou",
    "card_you_correction": "você corrigiu uma mensagem",
    "card_they_take": "{who} assumiu",
    "card_they_created": "{who} abriu para você",
    "card_they_ask": "{who} fez uma pergunta para você",
    "card_they_answer": "{who} respondeu para você",
    "card_they_resolve": "{who} marcou como resolvido",
    "card_they_close": "{who} encerrou",
    "card_they_merge": "{who} juntou com outro chamado",
    "card_they_reopen": "{who} reabriu",
    "card_they_wait": "{who} aguarda sua resposta",
    "card_they_return": "{who} devolveu para a fila",
    "status_open": "Aberto",
    "status_in_progress": "Em andamento",
    "status_waiting_customer": "Aguarda sua resposta",
    "status_resolved": "Resolvido",
    "status_closed": "Encerrado",
    "reply_choose_ticket": "Estes são seus chamados mais recentes. Qual você quer ver? Também pode me mandar um código.",
    "reply_no_tickets": "Você ainda não tem chamados neste chat. Me conte qual é o problema e eu abro um.",
    "reply_code_unknown": (
        "Não encontro *{code}* entre os seus chamados. Confira o código e mande de novo, ou veja a sua lista."
    ),
    "reply_code_mistyped": (
        "O código *{code}* tem algum erro: depois de TK vêm oito letras ou números. "
        "Confira e mande de novo, ou veja a sua lista."
    ),
    # Erasing the customer's data.
    "reply_erase_explained": (
        "Apago seus dados? Não dá para desfazer.\n\n"
        "*São apagados* seu nome, seu número, esta conversa e os arquivos que você mandou.\n\n"
        "*Ficam* seus chamados e o que você escreveu neles, sem seu nome nem seu número: você não poderá mais vê-los. "
        "Os e-mails que os técnicos já receberam não podem ser apagados."
    ),
    "reply_erase_press": "Para apagar, toque em *Apagar meus dados*: assim ninguém apaga por engano. Se não, não apago nada.",
    "reply_erased": "Pronto, apaguei seus dados. A cópia no seu celular é você quem apaga. Se escrever de novo, começamos do zero.",
    "reply_kept_with_draft": "Não apaguei nada. O que você escreveu continua guardado.",
    "reply_kept": "Não apaguei nada. Tudo continua como estava.",
    # Buttons (at most 20 UTF-16 units) and lists.
    "button_report": "Relatar problema",
    "button_tickets": "Meus chamados",
    "button_human": "Falar com alguém",
    "button_menu": "Menu",
    "button_view": "Ver chamado",
    "button_open": "Abrir um chamado",
    "button_yes": "Sim, abrir",
    "button_cancel": "Cancelar",
    "button_other": "É outro problema",
    "button_erase": "Apagar meus dados",
    "button_keep": "Não apagar",
    "button_close": "Encerrar chamado",
    "button_close_yes": "Sim, encerrar",
    "button_close_no": "Não, deixar aberto",
    "button_fixed": "Sim, resolveu",
    "button_not_fixed": "Não, continua igual",
    "button_reopen": "Reabrir",
    "button_reopen_yes": "Sim, reabrir",
    "button_reopen_no": "Não, já resolveu",
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
    "notification_another_ticket": "outro chamado",
    "notification_ask": "{who} tem uma pergunta sobre {ticket}:",
    "notification_wait": "{who} aguarda sua resposta sobre {ticket}.",
    "notification_answer": "{who} responde sobre {ticket}:",
    "notification_resolve": "{who} marcou {ticket} como resolvido.",
    "notification_close": "{who} encerrou {ticket}.",
    "notification_merge": "{who} juntou {ticket} com *{other}*: continuamos em *{other}*.",
    "notification_reopen": "{who} reabriu {ticket}.",
    "notification_opened": "📝 Abrimos o chamado *{code}* para você:\n\n> {words}\n\nOs técnicos já estão com ele e respondem nesta conversa. O que você mandar aqui entra no chamado.",
    "notification_status": "Status: *{status}*.",
    "notification_reply_here": "Responda aqui mesmo, por texto, foto ou áudio, e eu repasso.",
    "notification_add_here": "O que você mandar aqui vai para o chamado.",
    "notification_is_it_fixed": "Resolveu?",
    "notification_is_it_fixed_no_buttons": "Resolveu? Responda *sim* ou *não*.",
    "notification_reopen_hint": "Se continuar igual ou voltar a acontecer, você pode reabrir.",
    "notification_reopen_hint_no_buttons": "Se continuar igual ou voltar a acontecer, mande o código *{code}* e você pode reabrir.",
    "notification_cut": "(O texto continua, mas não cabe inteiro em uma mensagem.)",
    # The status template, for when the 24-hour window is over. Meta approves its body; {line} is one of the lines below it.
    "template_language": "pt_BR",
    "template_body": (
        "Olá. Há novidades sobre o seu chamado {code}. Última atualização:\n\n{line}\n\n"
        "Responda a esta mensagem e continuamos por aqui."
    ),
    "template_line_opened": "Já avisamos os técnicos: {words}",
    "template_line_opened_for": "Abrimos para você: {words}",
    "template_line_human": "Um técnico vai escrever para você neste chat.",
    "template_line_note": "Adicionamos o que você mandou.",
    "template_line_closed": "Encerramos seu chamado, como você pediu.",
    "template_line_reopened": "Reabrimos e já avisamos os técnicos.",
    "template_line_asks": "{who} pergunta: {words}",
    "template_line_says": "{who} diz: {words}",
    "template_line_is_it_fixed": "Resolveu? Responda sim ou não.",
    # Dates.
    "months": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "date": "{day} de {month}, {hour}:{minute}",
    "span_now": "menos de um minuto",
    "span_minutes": "{count} min",
    "span_hours": "{count} h",
    "span_day": "1 dia",
    "span_days": "{count} dias",
    # Technicians: in e-mails and on the page.
    "customer": "Cliente",
    "language": "Idioma",
    "wants_human": "Quer falar com uma pessoa",
    "status_waiting_customer_technician": "Aguardando o cliente",
    "kind_image": "Imagem",
    "kind_voice": "Mensagem de voz",
    "kind_audio": "Áudio",
    "kind_video": "Vídeo",
    "kind_document": "Documento",
    "kind_location": "Localização",
    # E-mails: all of them.
    "email_phone": "Telefone",
    "email_status": "Status",
    "email_about": "É sobre",
    "email_date": "Data",
    "email_no_name": "sem nome",
    "email_no_phone": "sem número",
    "email_button": "Abrir o chamado",
    "email_copy_link": "Se o botão não funcionar, copie este link:",
    "email_footer": "Se você responder a este e-mail, quem lê são seus colegas, não o cliente. Para responder ao cliente, use a página do chamado.",
    # E-mail: a new ticket.
    "email_new_ticket": "Novo chamado",
    "email_description": "O que a pessoa escreveu",
    "email_description_for": "O que contou",
    "email_opened_by": "Quem abriu",
    "email_opened_for": "{who}, pelo cliente",
    "email_text_continues": "O texto continua no chamado.",
    "email_attachments": "Anexos",
    # E-mail: what the customer did since.
    "email_update": "Novidades do cliente",
    "email_human": "O cliente pede para falar com uma pessoa",
    "email_reopened": "O cliente reabriu o chamado",
    "email_fixed": "O cliente confirma que resolveu",
    "email_closed": "O cliente encerrou o chamado",
    "email_rated": "O cliente avaliou o atendimento",
    "email_handed_over": "O chamado foi passado para você",
    "email_taken_over": "Um colega assumiu seu chamado",
    "email_internal": "Nota interna",
    "email_event_note": "Adicionou",
    "email_event_correction": "Editou uma mensagem; agora diz",
    "email_event_deletion": "Apagou uma mensagem",
    "email_event_deleted": "Apagou esta mensagem",
    "email_event_human": "Pediu para falar com uma pessoa",
    "email_event_close": "Encerrou o chamado",
    "email_event_fixed": "Confirmou que resolveu",
    "email_event_reopen": "Reabriu o chamado: continua igual ou voltou a acontecer",
    "email_event_rating": "Avaliou com {stars} ({rating} de 5)",
    "email_event_hand_over": "{who} passou para você",
    "email_event_take": "{who} assumiu",
    "email_event_internal": "{who} deixou uma nota interna (o cliente não vê)",
    "email_more_in_ticket": "Há mais no chamado.",
    "email_more_events": "E mais {count} na página do chamado.",
    # E-mail: what a technician wrote did not reach the customer.
    "email_undelivered": "Sua mensagem não chegou ao cliente",
    "email_event_undelivered": "{who} escreveu",
    "email_undelivered_why": "O motivo: {why}. O texto continua no chamado; se precisar, procure a pessoa por outro meio.",
    # E-mail: a fresh link to the page.
    "email_fresh_link": "Novo link",
    "email_fresh_link_why": "Você pediu a partir de um link expirado. Este vale por 30 dias.",
    # E-mail: the digest.
    "email_digest_subject": "Chamados sem e-mail próprio: {count}",
    "email_digest_headline": "Mais chamados do que cabem em e-mails separados",
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
    "page_assignee_away": "{name}, que está fora",
    "page_greeting": "Olá, {name}.",
    "page_opened": "Aberto em",
    "page_last_change": "Última atualização",
    "page_rating": "Avaliação",
    "page_rating_value": "{rating} de 5",
    "page_category": "Categoria",
    "page_urgent": "Urgente",
    "page_another_ticket": "outro chamado",
    "page_others": "Outros chamados desta pessoa: {count}",
    "page_others_latest": "Aparecem os {count} mais recentes, primeiro os que seguem abertos.",
    "page_all_tickets": "Todos os chamados",
    "page_next_ticket": "Próximo",
    "page_all_tickets_hint": "Enviamos a você por e-mail um link para a lista",
    "page_turn_untaken": "Ninguém atende: o cliente espera há {span}",
    "page_turn_yours": "Sua vez: o cliente espera há {span}",
    "page_turn_theirs": "É a vez de {who}: o cliente espera há {span}",
    "page_turn_answered": "Em andamento: escrevemos há {span}",
    "page_turn_customer": "Esperando o cliente há {span}",
    "page_turn_confirm": "Resolvido há {span}: esperamos o cliente confirmar",
    "page_turn_closed": "Encerrado há {span}",
    "page_turn_merged": "Encerrado: era o mesmo problema de {other}",
    "page_turn_nobody": "Não há mais a quem responder",
    # The ticket's page: its history.
    "page_history": "O que aconteceu até agora",
    "page_new": "Novo",
    "page_unnamed_technician": "Alguém da equipe",
    "page_event_created": "{who} abriu o chamado",
    "page_event_created_for": "{who} abriu o chamado pelo cliente",
    "page_event_note": "{who} escreveu",
    "page_event_sent": "{who} mandou",
    "page_event_human": "{who} pediu para falar com uma pessoa",
    "page_event_reply": "{who} respondeu: {was} → {became}",
    "page_event_take": "{who} assumiu o chamado",
    "page_event_hand_over": "{who} passou o chamado para {to}",
    "page_event_give_back": "{who} devolveu o chamado: está sem ninguém",
    "page_event_ask": "{who} perguntou",
    "page_event_answer": "{who} respondeu",
    "page_event_resolve": "{who} marcou como resolvido",
    "page_event_close": "{who} encerrou o chamado",
    "page_event_reopen": "{who} reabriu o chamado",
    "page_event_fixed": "{who} confirmou que resolveu",
    "page_event_rating": "{who} avaliou o atendimento: {rating} de 5",
    "page_event_correction": "{who} editou uma mensagem; agora diz",
    "page_event_deletion": "{who} apagou uma mensagem no WhatsApp",
    "page_event_full": "O chamado ficou cheio por hoje: o que o cliente adicionou depois não foi guardado",
    "page_event_internal": "Nota interna de {who}: o cliente não vê",
    "page_event_urgent": "{who} marcou como urgente",
    "page_event_not_urgent": "{who} tirou a urgência",
    "page_event_category": "{who} escolheu a categoria “{category}”",
    "page_event_no_category": "{who} tirou a categoria",
    "page_event_merge": "{who} juntou este chamado com {other}",
    "page_event_merged": "{who} juntou {other} com este chamado",
    "page_event_deleted": "{who} apagou esta mensagem",
    "page_event_erased": "{who} apagou os dados: nome, número e arquivos",
    "page_event_unreachable": "O número ficou muito tempo sem escrever e hoje pode ser de outra pessoa",
    "page_event_by_hand": "Alteração feita no banco de dados: {was} → {became}",
    # Below what a technician wrote or did: where it is on its way to the customer.
    "page_told_waiting": "⏳ Sai em um minuto",
    "page_told_leaving": "⏳ A caminho",
    "page_told_held": "⏳ Em espera: o WhatsApp não aceita o modelo. Sai quando isso for corrigido, ou quando a pessoa escrever",
    "page_told_first_message": "⏳ Sai quando escrever pela primeira vez",
    "page_told_sent": "✓ Enviado",
    "page_told_delivered": "✓✓ Entregue",
    "page_told_read": "✓✓ Lido",
    "page_told_failed": "✗ Não foi entregue",
    "page_told_as_template": "{state}, como aviso; o texto completo, quando a pessoa escrever",
    "page_event_undelivered": "Não foi possível entregar: {why}",
    "undelivered_number": "esse número não está no WhatsApp, ou bloqueou o nosso",
    "undelivered_window": "passaram mais de 24 horas desde que a pessoa escreveu, e o modelo também não saiu",
    "undelivered_gone": "não temos mais como escrever para esta pessoa",
    "undelivered_dropped": "o envio foi cancelado à mão",
    "undelivered_never_written": "não escreveu em 30 dias, e antes disso só podemos mandar o código",
    "undelivered_other": "o WhatsApp não aceitou ({error})",
    "page_file_image": "Ver a imagem",
    "page_file_audio": "Baixar o áudio",
    "page_file_video": "Ver o vídeo",
    "page_file_download": "Baixar: {kind}",
    "page_file_map": "Ver o lugar no mapa",
    "page_file_expired": "Não está mais disponível (a Meta apaga os arquivos após 7 dias)",
    # The ticket's page: the form.
    "page_form_title_answer": "Sua resposta",
    "page_form_title_alone": "Continuar o chamado",
    "page_form_title_closed": "O chamado está encerrado",
    "page_form_text": "Mensagem para o cliente",
    "page_form_note": "Nota para a equipe",
    "page_form_text_hint": "Chega pelo WhatsApp exatamente como você escreve, até {most} caracteres. Obrigatória para Responder e Perguntar; opcional ao resolver, encerrar ou reabrir.",
    "page_form_language_hint": "Esta pessoa fala {language}.",
    "page_form_author": "Quem é você?",
    "page_form_author_hint": "Seu nome: o cliente e a equipe veem. Fica salvo neste navegador.",
    "page_action_take": "Assumir",
    "page_action_take_hint": "Você atende",
    "page_action_ask": "Perguntar",
    "page_action_ask_hint": "E esperar a resposta",
    "page_action_answer": "Responder",
    "page_action_answer_hint": "Mandar sua mensagem",
    "page_action_resolve": "Resolvido",
    "page_action_resolve_hint": "Pergunta se resolveu",
    "page_action_close": "Encerrar",
    "page_action_close_hint": "Finalizar o chamado",
    "page_action_reopen": "Reabrir",
    "page_action_reopen_hint": "Volta a ficar aberto",
    "page_action_hand_over": "Passar",
    "page_action_hand_over_hint": "A pessoa recebe um e-mail; o cliente não fica sabendo",
    "page_action_give_back": "Devolver",
    "page_action_give_back_hint": "Fica para quem assumir",
    "page_hands": "Passar ou devolver",
    "page_hands_to": "Colega",
    "page_hands_choose": "Escolha quem",
    "page_delivery": "Uma mensagem, ou Resolvido, sai na hora pelo WhatsApp; encerrar e reabrir esperam um minuto e vão juntos. Quem assumiu o chamado, a pessoa fica sabendo com a próxima coisa que você escrever.",
    "page_delivery_template": (
        "Faz mais de 24 horas que a pessoa não escreve: sai na hora como aviso, com modelo e em uma linha; "
        "o texto completo, quando ela escrever."
    ),
    "page_delivery_first": "Ainda não escreveu para nós: pelo WhatsApp só recebe o código do chamado. O que você fizer aqui sai quando escrever pela primeira vez.",
    "page_action_internal": "Salvar nota interna",
    "page_action_internal_hint": "Para a equipe: o cliente não vê",
    "page_action_urgent": "Marcar como urgente",
    "page_action_not_urgent": "Não é mais urgente",
    "page_action_category": "Salvar categoria",
    "page_action_merge": "Juntar e encerrar este",
    "page_merge_label": "É o mesmo problema de",
    "page_action_merge_hint": "Este é encerrado, e o cliente continua no outro: nós avisamos.",
    "page_choose": "Escolha…",
    "page_no_category": "Sem categoria",
    "page_answers_label": "Resposta salva",
    "page_answers_button": "Pôr na caixa",
    "page_more": "Mais: urgente, categoria, juntar",
    "page_see_in_history": "Ver na conversa",
    "page_done_answer": "Pronto: sua mensagem está a caminho do cliente.",
    "page_done_ask": "Pronto: perguntamos, e o chamado espera a resposta.",
    "page_done_take": "Pronto: você atende.",
    "page_done_resolve": "Pronto: ficou resolvido, e perguntamos ao cliente se é isso mesmo.",
    "page_done_close": "Pronto: o chamado está encerrado.",
    "page_done_reopen": "Pronto: o chamado está aberto de novo.",
    "page_done_hand_over": "Pronto: agora está com seu colega.",
    "page_done_give_back": "Pronto: fica para quem assumir.",
    "page_done_merge": "Pronto: este chamado está encerrado, e o cliente continua em {other}.",
    "page_done_internal": "Nota salva. O cliente não vê.",
    "page_done_urgent": "Pronto: é urgente.",
    "page_done_not_urgent": "Pronto: não é mais urgente.",
    "page_done_category": "Pronto: categoria salva.",
    "page_done_kept": "Pronto: ficou no chamado.",
    "page_done_first": "Pronto: sai quando o cliente escrever pela primeira vez.",
    "page_done_opened": "Chamado aberto: {code}. Avisamos o cliente pelo WhatsApp.",
    "page_done_opened_first": "Chamado aberto: {code}. O cliente recebe o código pelo WhatsApp; o resto chega quando ele escrever pela primeira vez.",
    "page_delivery_erased": "Esta pessoa apagou os dados: o que você fizer aqui fica no chamado, mas não chega mais até ela.",
    "page_delivery_gone": "Não temos mais como escrever para esta pessoa: o que você fizer aqui fica no chamado, mas não chega até ela.",
    # The ticket's page: why an action was not done.
    "page_go_to_new": "Ver o que há de novo",
    "page_go_to_form": "Ir para o formulário",
    "page_text_kept": "Seu texto continua no formulário.",
    "page_problem_stale": "O chamado mudou enquanto você escrevia e nada foi salvo. Confira e, se ainda fizer sentido, tente de novo.",
    "page_problem_illegal": "Isso não é mais possível: o chamado está em “{status}”. Nada foi alterado.",
    "page_problem_text_missing": "Falta a mensagem: escreva o que quer dizer.",
    "page_problem_long": "É longa demais: o limite é de {most} caracteres. Encurte um pouco; está tudo aqui.",
    "page_problem_refused": "Não foi possível salvar esse texto. Tire o que não for letra, número ou emoji e tente de novo.",
    "page_problem_action": "Nada mudou: escolha um dos botões.",
    "page_problem_whom": "Nada mudou: escolha para quem você quer passar.",
    "page_problem_choice": "Nada mudou: escolha um da lista.",
    "page_problem_note_missing": "Falta a nota: escreva na caixa.",
    # Plain pages: a title, a sentence, at most one button.
    "page_link_invalid_title": "Este link não é válido",
    "page_link_invalid_body": "Talvez tenha sido cortado ao copiar. Abra de novo a partir do e-mail do chamado.",
    "page_link_expired_title": "Este link expirou",
    "page_link_expired_body": "Os links dos e-mails valem por tempo limitado. O chamado continua lá.",
    "page_fresh_link_button": "Pedir um novo link",
    "page_fresh_link_sent_title": "Confira o e-mail",
    "page_fresh_link_sent_body": (
        "Se o chamado existir, o novo link chega em um ou dois minutos ao seu e-mail. "
        "É enviado no máximo um a cada dez minutos."
    ),
    "page_too_many_links_title": "Muitos links",
    "page_too_many_links_body": "Muitos links foram pedidos na última hora. Tente de novo mais tarde.",
    "page_ticket_missing_title": "Chamado não encontrado",
    "page_ticket_missing_body": "O link é válido, mas o chamado {code} não existe mais.",
    "page_unavailable_title": "Não conseguimos mostrar agora",
    "page_unavailable_body": "O banco de dados não responde. O chamado continua lá: tente de novo daqui a pouco.",
    "page_unconfirmed_title": "Não foi possível confirmar a ação",
    "page_unconfirmed_body": "O banco de dados não respondeu. Tente de novo: se já foi feito, não será feito de novo.",
    "page_try_again": "Tentar de novo",
    "page_foreign_form_title": "Este formulário não foi enviado da nossa página",
    "page_foreign_form_body": "Nada foi alterado. Abra o chamado a partir do e-mail e faça por lá.",
    "page_file_expired_title": "Este arquivo não está mais disponível",
    "page_file_expired_body": "A Meta guarda os arquivos por 7 dias. As fotos e os áudios costumam ir também anexos no e-mail do chamado.",
    "page_earlier": "Ver o que veio antes",
    "page_latest": "Ver o mais recente",
    "page_file_busy_title": "Há muitos arquivos abertos",
    "page_file_busy_body": "Abra de novo em alguns segundos.",
    "page_file_unavailable_title": "Não conseguimos abrir o arquivo",
    "page_file_unavailable_body": "A Meta não entregou, ou ele tem mais de 10 MB. Tente de novo mais tarde ou procure o anexo no e-mail do chamado.",
    "page_file_missing_title": "Arquivo não encontrado",
    "page_file_missing_body": "Este chamado não tem esse arquivo. Volte ao chamado e abra por lá.",
    "page_back_to_ticket": "Voltar ao chamado",
    "page_nothing_here_title": "Aqui não há nada",
    "page_nothing_here_body": "O link pode ter sido cortado ao copiar. Abra de novo pelo e-mail do chamado.",
    # The list of tickets: the e-mail with its link.
    "email_desk_link_subject": "Seu link para a lista de chamados",
    "email_desk_link": "A lista de chamados",
    "email_desk_link_hello": "Olá, {name}:",
    "email_desk_link_why": "Alguém pediu este link para o seu endereço. Ele vale por 15 minutos e abre a lista no navegador em que você apertar o botão.",
    "email_desk_link_not_you": "Se não foi você, não precisa fazer nada: sem este e-mail ninguém entra.",
    "email_desk_link_button": "Abrir a lista",
    # The list of tickets: its page.
    "desk_title": "Chamados",
    "desk_open": "Abrir um chamado",
    "desk_hello": "Olá, {name}",
    "desk_tabs": "Partes da lista",
    "desk_tab_untaken": "Sem responsável",
    "desk_tab_mine": "Meus",
    "desk_tab_our_turn": "Nossa vez",
    "desk_tab_waiting": "Aguardam o cliente",
    "desk_tab_resolved": "Resolvidos",
    "desk_tab_all": "Todos",
    "desk_tab_drafts": "Sem confirmação",
    "desk_search": "Código, palavras, nome ou número",
    "desk_search_button": "Buscar",
    "desk_results": "Resultados",
    "desk_leave_search": "Voltar à lista",
    "desk_drafts_why": "Estas pessoas contaram um problema e não confirmaram o chamado. Se escreverem de novo, ele é oferecido outra vez.",
    "desk_me": "Você",
    "desk_urgent": "Urgente",
    "desk_wants_human": "Pede uma pessoa",
    "desk_no_customer": "Não está mais aqui",
    "desk_files": "Arquivos: {count}",
    "desk_waits_us": "Espera resposta há {time}",
    "desk_waits_answered": "Respondemos há {time}",
    "desk_waits_customer": "Esperamos o cliente há {time}",
    "desk_waits_resolved": "Resolvido há {time}",
    "desk_waits_closed": "Encerrado há {time}",
    "desk_left": "Ficou assim há {time}",
    "desk_now": "menos de 1 min",
    "desk_minutes": "{count} min",
    "desk_hours": "{count} h",
    "desk_days": "{count} d",
    "desk_next": "Próximos",
    "desk_empty_untaken": "Tudo tem quem atenda. Muito bem!",
    "desk_empty_mine": "Você não tem chamados pendentes. Em “Sem responsável” pode haver algum para você.",
    "desk_empty_our_turn": "Ninguém espera por nós. Bom trabalho.",
    "desk_empty_waiting": "Não esperamos resposta de nenhum cliente.",
    "desk_empty_resolved": "Nenhum espera a confirmação do cliente.",
    "desk_empty_all": "Ainda não há chamados. O primeiro vai aparecer aqui.",
    "desk_empty_drafts": "Não há relatos sem confirmação.",
    "desk_empty_search": "Não encontramos nada. Tente com menos palavras, ou com parte do nome ou do número.",
    "desk_empty_later": "Não há mais.",
    # The list of tickets: the form that opens a ticket for somebody.
    "open_title": "Abrir um chamado",
    "open_number": "Número do WhatsApp",
    "open_number_hint": "Com o código do país: +55 11 98888-7777, +54 9 11 5555-0102.",
    "open_name": "Nome (opcional)",
    "open_text": "O que está acontecendo",
    "open_text_hint": "Com as palavras do cliente: é assim que ele lê no chamado.",
    "open_language": "Idioma do cliente",
    "open_takes": "Fico com ele",
    "open_button": "Abrir o chamado",
    "open_told": "O cliente recebe o código pelo WhatsApp. Se nunca escreveu para nós, o resto chega quando escrever.",
    "open_problem_number": "Esse número não pode ser: escreva com o código do país, como +55 11 98888-7777.",
    "open_problem_own_number": "Esse é o número deste balcão: escreva o do cliente.",
    "open_problem_text_missing": "Falta o que está acontecendo: escreva em poucas palavras.",
    "open_problem_long": "Está longo demais: o máximo são {most} caracteres. Encurte um pouco; está tudo aqui.",
    "open_problem_category": "Essa categoria não existe mais: escolha outra.",
    "open_problem_too_many": "Muitos chamados foram abertos para este número na última hora. Junte isto a um que já existe, ou tente mais tarde.",
    "open_problem_refused": "Não foi possível guardar esse texto. Tire o que não for letra, número ou emoji e tente de novo.",
    # The list of tickets: how one comes in.
    "desk_ask_title": "A lista de chamados",
    "desk_ask_body": "Escreva seu endereço de e-mail: se você é da equipe, chega um link para entrar.",
    "desk_address": "Seu e-mail",
    "desk_ask_button": "Enviar o link para mim",
    "desk_link_sent_title": "Confira seu e-mail",
    "desk_link_sent_body": "Se o endereço é de alguém da equipe, o link chega em um minuto e vale por 15. Sai no máximo um a cada dez minutos.",
    "desk_link_expired_title": "Este link expirou",
    "desk_link_expired_body": "Eles valem por 15 minutos. Peça outro com seu endereço de e-mail.",
    "desk_link_invalid_title": "Este link não é válido",
    "desk_link_invalid_body": "Talvez tenha sido cortado ao copiar. Abra de novo pelo seu e-mail ou peça outro.",
    "desk_enter_title": "Olá, {name}",
    "desk_enter_body": "Entre neste navegador; ele vai lembrar de você por 30 dias. Em um computador que não é seu, melhor não.",
    "desk_enter_button": "Abrir a lista de chamados",
    "desk_unavailable_title": "Não podemos mostrar a lista agora",
    "desk_unavailable_body": "O banco de dados não responde. Os chamados continuam no lugar: tente de novo daqui a pouco.",
    "desk_foreign_form_title": "Este formulário não foi enviado da nossa página",
    "desk_foreign_form_body": "Nada foi feito. Abra a lista e faça por lá.",
}
