"""The words and phrases that customers use, by tag, all languages together."""

from typing import Final

# By tag. In the spelling of tagging.fold(); "*" ends a stem; a phrase wins over its words. No entry twice: a word
# with two meanings gets the tag that the rules need.
VOCABULARY: Final[dict[str, str]] = {
    "hello": """
        hola, holi*, hla, ola, buenas, buen dia, buenos dias, buena tarde, buenas tardes, buenas noches, que
        onda, quiubo, epa, alo, bom dia, boa tarde, boa noite, oi, oie, opa, salve, eae, eai, iai, e ai, oi
        gente, hi, hello, hey, hiya, helo, good morning, good afternoon, good evening, morning, hi there,
        hey there, que hubo, wenas, ey, hello there, bom diaa, ei, como estas, como estan, que tal, q tal,
        how are you, hows it going, how is it going, whats up, sup, como andan, como andas, greetings, como
        estao as coisas, how r u, que mas, como te va, como les va, good day, buen dia a todos
    """,
    "how": """
        como va, como vai, como esta, todo bien, tudo bem, tudo bom, tudo certo, como vao, beleza pura, como
        anda, como va todo, como vai tudo
    """,
    "question": """
        una consulta, una pregunta, tengo una consulta, tengo una pregunta, una duda, tengo una duda, uma
        duvida, tenho uma duvida, uma pergunta, a question, i have a question, consulta, quick question,
        tirar uma duvida, tirar duvida, hacer una consulta, hacer una pregunta, fazer uma pergunta, ask a
        question, ask something, hacerte una pregunta
    """,
    "menu": """
        menu, inicio, start, main menu, menu principal, menu inicial, menu anterior, opciones, opcoes,
        options, empezar, comenzar, comecar, comeco, reiniciar chat, voltarmenu, menu de opciones, opcion,
        volta menu, volver al inicio, voltar ao inicio
    """,
    "help": """
        ayuda, ajuda, ayudar, ayudame, ayudenme, ayuden, ayudas, ayudan, ayude, ayudarme, ajudar, ajude,
        ajudem, me ajuda, soporte, suporte, support, assistance, asistencia, assistencia, soporte tecnico,
        suporte tecnico, tech support, technical support, help desk, helpdesk, help, meajuda
    """,
    "please": """
        please, pls, plz, por favor, porfa, porfis, porfavor, favor, pfv, pf, pfvr, por gentileza, xfa,
        xfavor, che, bro, amigo, amiga, genio, maestro, mano, cara, mate, guys, parce, wey, guey, nomas, no
        mas, mais nada, disculpe, disculpa, perdon, sorry, desculpa, desculpe, com licenca, tio, man, dude,
        team, gente, pessoal, senor, senora, senhor, senhora, sir, madam, maam, doctor, jefe, chefe, capo
    """,
    "filler": """
        me, te, le, les, lo, la, los, las, un, una, unos, de, del, con, en, al, a, o, os, as, um, uma, uns,
        do, da, dos, das, em, na, nas, eu, vc, vcs, voce, voces, the, an, i, you, u, your, it, to, for, of,
        on, in, at, with, is, im, are, be, es, esta, estan, ta, que, q, por, usted, ustedes, yo, tu, vos,
        nos, us, we, ustd, id, am, this, esto, ese, esa, este, isto, that, pelo, pela, pra, pro, para, com,
        there, hay, ha, tem, aqui, aca, ahi, here, so, then, pues, entonces, entao, up, bien, ser, sea, su,
        sus, seu, sua, minimo, just, e, has, have, was, do you, d, ao, aos, num, numa, estoy, estou,
        estamos, estas, real, mejor, melhor, my dear, segundo andar, primeiro andar, terceiro andar, quarto
        andar, andar de cima, from, does, did, been, muy, tan, bem, also, tambien, tambem, like, ele, ela,
        el, no caso, ir, lets, let us, lo de, mas o menos
    """,
    "my": "mi, mis, my, meu, minha, meus, minhas, mio, mia, nuestro, nuestra, our, nosso, nossa",
    "mine": "lo mio, lo nuestro, o meu, mine, my stuff, mi tema, mi asunto",
    "and": "y, and, porque, pq, xq, because, si no, desde que, since, after, despues de, depois de",
    "but": "pero, but, mas, porem, aunque, however, sin embargo",
    "not": """
        no, nao, naum, not, n, dont, doesnt, didnt, wont, isnt, arent, wasnt, aint, hasnt, havent, nunca,
        never, tampoco, tampouco, ni, sin, sem, without, jamas, ya no, no longer, nao mais, do not, does
        not, will not
    """,
    "nope": """
        nop, nope, nah, nel, nones, nada, nadita, negativo, mejor no, melhor nao, para nada, de jeito
        nenhum, not really, not at all, not yet, todavia no, aun no, ainda nao, no todavia, nada ainda,
        thats not it, nao e isso, no it isnt, no its not, its not, que va, la verdad que no, no senor, claro
        que no, nao mesmo, sigue igual, continua igual, igual que antes, same as before, no way, jamais,
        nada de nada, no creo, acho que nao, i dont think so, nope not yet, no it doesnt, no it didnt,
        nenhum, ninguno, ninguna, not that one, nem, nada no, nao precisa, no hace falta, no es necesario,
        nothing, still nothing, todavia nada, nada todavia, aun nada, not that, no need, no fue eso, not
        fixed, nao e necessario, no es eso, not quite, incorrecto, incorreto, falso
    """,
    "cant": """
        cant, cannot, can not, couldnt, could not, unable, not able, no puedo, no me puedo, no se puede, no
        podemos, no pude, no puede, no logro, no consigo, nao consigo, nao consegui, nao consegue, n
        consigo, nao da pra, nao da para, nao posso, nao estou conseguindo, nao to conseguindo, no hay
        forma, nao tem como, no hay manera, wont let, no me deja, no deja, nao deixa, nao me deixa, no nos
        deja, doesnt let, no permite, nao permite, no me permite
    """,
    "works": """
        anda*, funcion*, funsion*, jala, jalan, jalo, jalar, jalando, sirve, sirven, servir, prend*,
        enciend*, ensiend*, encend*, hanciende, arranca*, arranco, carga, cargan, cargar, cargo, cargando,
        levanta*, agarra*, conect*, abrirlo, abro, imprim*, suena, suenan, respond*, reconoc*, reconhec*,
        detect*, entrar, entro, inici*, instal*, actualiz*, atualiz*, lee, veo, ve, ven, escuch*, oye, oyen,
        marcha, toma, llega, llegan, llego, recib*, receb*, envi*, manda, mandar, guard*, gravar, salv*,
        escanea*, digitaliz*, sincroniz*, vincul*, pare*, acced*, acess*, ingres*, logue*, login, log in,
        sign in, get in, liga, ligar, ligando, ligou, ligam, pega, pegar, pegando, pegam, abrindo, entrando,
        sai, saindo, sale, dura, duran, toca, tocar, aparece, aparecen, enfria, hace nada, faz nada, hace
        caso, work, works, working, worked, boot, boots, booting, turn on, turning on, turns on, power on,
        charges, charging, print, prints, printing, opens, opening, load, loads, loading, pair, pairs, sync,
        syncs, scan, scans, update, install*, recogn*, access, hear, send, sends, sending, receive,
        receives, receiving, come on, go on, ring, rings, show up, save, get into, download*, descarg*,
        baixar, baja nada, hold a charge, segura, ler, le o, da video, da imagen, da senal, da imagem, da
        sinal, da para entrar, ouvir, ouco, escuto, ouve, enxerga, marca, mueve*, move, moves, compila*,
        rueda, tira, furula, carbura, rula, chuta, logar, resolveu, resolvio, soluciono, arreglo, arregla,
        resolve, help*, lanza, corre, rodar, roda, run, runs, running, entra, log into, ha funcionado,
        apareceu, aparecio, salieron, mexe*, digit*, type*, gira*, tomar, graba*, carrega*, charge, oigo,
        sonar, vibra*, lanzar, refresc*, connect*, escrib*, funca, funcan, funke, accept*, wake up, wakes
        up, waking up, acept*, aceit*, registering, reproduc*, reproduz*, mount, eject
    """,
    "goes": "va, vai, going, go, goes",
    "stopped": """
        dejo de, dejaron de, ha dejado de, deja de, parou de, pararam de, deixou de, stopped, quit on, para
        de, paro de
    """,
    "keeps": "keeps, keep, no para de, nao para de, no deja de, vive, fica, ficam, se la pasa, wont stop, kept",
    "fault": """
        pifi*, travou, travado, travada, travando, trava, travam, travei, trabo, trabado, trabada, se traba,
        traba, se me traba, tildo, tilda, tildado, tildada, colgo, cuelga, colgado, colgada, cuelgan, se
        colgo, congel*, crash*, cuelgue, freez*, froze*, bricke*, brick, bsod, pantalla negra, pantalla
        azul, pantallazo*, pantalla en negro, pantalla en azul, pantalla verde, pantalla rosa, pantalla en
        blanco, tela preta, tela azul, tela branca, tela verde, tela piscando, tela trincada, black screen,
        blue screen, white screen, screen is black, screen is blue, screen went black, screen of death,
        hojas en blanco, blank pages, hackea*, hacke*, jaque*, virus, malware, ransomware, sobrecalient*, se
        calienta, se recalienta, overheat*, superaquec*, esquentando, esquenta, se apaga, se me apaga, se
        apago, se me apago, se apagan, se reinicia, se me reinicia, se corta, se me corta, se cierra, se me
        cierra, se desconecta, se me desconecta, se cae, se bloqueo, se me bloqueo, se bugueo, liga e
        desliga, se borraron, se me borraron, se me borro, se borro, se me perdio, perdi el archivo, perdi
        mis archivos, perdi meus arquivos, perdi los archivos, files disappeared, lost my files, lost my
        work, sumiram, olvide mi, olvide la, olvide el, se me olvido, no me acuerdo, no recuerdo, me olvide,
        esqueci, forgot*, nao lembro, no recuerda, atasc*, enrosc*, jammed, paper jam, papel atascado,
        atolamento, bugou, bugado, bugada, deu pau, dando pau, deu ruim, da error, dando erro, deu erro, me
        da error, tira error, sale error, sale un error, error code, se quedo la pantalla, se murio, se me
        murio, se rompio, se me rompio, se quebro, se me quebro, se me cayo, se cayo, se jodio, se chingo,
        se me chingo, se descompuso, se me descompuso, se averio, se estropeo, se me estropeo, se danio, se
        dano, se me dano, se arruino, se quemo, se me quemo, se malogro, se me malogro, se frego, se echo a
        perder, cago, se cago, peto, se ha roto, se me ha roto, se mojo, se me mojo, molhei, molhou,
        derrame, se me derramo, se volco, caiu cafe, caiu agua, derramei, spilled, spilt, got wet, water
        damage, quebrou, queimou, pifou, estragou, trincou, rachou, pisca*, parpadea*, flicker*, glitch*,
        pixelad*, rayas, listras, lines on, cracked, shattered, smashed, huele a quemado, cheiro de
        queimado, smells like burning, burning smell, smells burnt, echa humo, saiu fumaca, smoke, sparks,
        cierra solo, cierra sola, apaga solo, apaga sola, reinicia solo, reinicia sola, apaga cada, locked
        out, is locked, account is locked, cuenta bloqueada, conta bloqueada, fora do ar, se cayo el
        sistema, system is down, is down, caido el, esta caido, esta caida, caiu a internet, net caiu,
        internet caiu, internet caindo, caindo direto, cae a cada rato, clicking noise, ruido raro, ruidos
        raros, barulho estranho, ruido horrible, not responding, no responde, hace un pitido, bootloop, boot
        loop, stuck on, quedo en el logo, queda en el logo, se queda en, se queda cargando, fica na tela,
        fica reiniciando, dando vueltas, shuts down, shuts off, shut down by itself, restarting by itself,
        restarts by itself, turns off by itself, turns itself off, keeps dropping, keeps disconnecting,
        keeps restarting, keeps shutting, keeps closing, disconnects, desconfigur*, entrecortado,
        distorsion*, crackling, viciada, se descarga, descarga rapido, dies in, dies fast, drains,
        contrasena incorrecta, senha incorreta, wrong password, invalid password, password incorrect, fuera
        de servicio, fuera de linea, gets hot, gets really hot, gets too hot, red light, luz roja, luz
        vermelha, luz naranja, anda para atras, va para atras, bluescreen, wont start, doesnt start, not
        start, not starting, didnt start, cant start, does not start, will not start, cuando quiere, quando
        quer, when it wants, se puso rosa, se puso azul, se puso verde, se puso negra, se puso blanca, se
        puso en negro, ficou preta, ficou azul, ficou verde, travar, trabarse, trabado todo, colgarse,
        tildarse, apaguei, deleted by mistake, accidentally deleted, borre sin querer, indisponivel,
        indisponibilidade, se desconfiguro, no signal found, perdi o acesso, perdi el acceso, lost access,
        perdi acceso, perdi acesso, error 404, a 404, 404, a 500, 502, 503, unresponsive, stopped
        responding, sin espacio, sem espaco, no space, out of space, storage full, out of memory, sem
        memoria, sin memoria, memoria llena, sin papel, sem papel, out of paper, sin tinta, sem tinta, out
        of ink, sin bateria, sem bateria, pitando, beeping, weird noise, weird sound, strange noise, only
        works, only work, snapped off, keeps asking, over and over, liga e apaga, se prende y se apaga, se
        enciende y se apaga, se enciende y apaga, turns on and off, broke down, gave up, kaput, fritz, on
        the fritz, hizo corto, cortocircuito, short circuit, chispas, phishing, ventanas emergentes, pop
        ups, popups, estafa, hackead*, se incendio, on fire, caught fire, pegou fogo, se prendio fuego, se
        incendia, desliga sozinho, desliga sozinha, reinicia sozinho, reinicia sozinha, fecha sozinho, fecha
        sozinha, 0x*, error 400, error 401, error 403, error 500, error 502, error 503, queda pegado, queda
        pegada, quedo pegado, quedo pegada, quedo trabado, quedo trabada
    """,
    "bad": """
        rot*, lent*, lentisim*, mal, falla, fallan, fallando, fallo, falhando, falha, falhou, broken, broke,
        bad, slow, laggy, lag, lags, dead, died, dying, muert*, murio, morreu, morto, morta, quebrad*,
        quemad*, queimad*, danad*, daniad*, averiad*, descompuest*, estropead*, malograd*, jodid*, chingad*,
        chafa, bloquead*, locked, stuck, offline, down, damaged, fail*, faulty, defectuos*, com defeito,
        defeito, error, errores, erro, erros, errors, ruido, ruidos, barulho, noise, noises, caliente,
        calienta*, quente, hot, flojo, floja, frouxo, rayad*, manch*, borros*, desconfig*, inestable,
        instavel, unstable, intermit*, weird, raro, rara, estranho, estranha, awful, horrible, terrible,
        disappeared, desaparec*, sumiu, perdio, vazando, hinchad*, inchad*, swollen, caido, caida, cayo,
        caiu, caindo, dropped, drop, drops, dropping, parou, parada, trancad*, tranc*, pegad*, loose, bent,
        missing, infected, infectad*, blank, wrong, enciende sola, glitchy, buggy, devagar, pitido, pita,
        beeps, roja, fatal, negro, negra, reinicia, reiniciando, restarts, restarting, closes, cierra,
        fecha, desconecta, desliga, desligando, cae, borro, invalid*, reiniciarse, bug, bugs, desligado,
        desligada, se fue, se me fue, se va, se me va, foi embora, falso contacto, mau contato, mal contato,
        llen*, cheio, cheia, full, acabou, acabo, esgotou, se acabo, vencio, vencida, vencido, expired,
        expirou, venceu, me pide, pide, pede, asks for, asking for, swell*, fell, snapped, ripped, torn,
        chia*, buzz*, rattl*, grinding, zumb*, corrupt*, corrompid*, danific*, limited, desactualiz*,
        duplicad*, invertid*, raj*, estour*, explot*, sucio, mojad*, molhad*, wet, atrasad*, demora*, tarda,
        takes forever, takes ages, eterna, cortad*, cortando, corta, caidas, deform*, oscur*, escur*, dark,
        dim, silent, mudo, muted, hung, hangs, hanging, acting up, acting weird, messed up, screwed,
        apagad*, loud, suspended, suspendid*, suspensa, banned, robaron, roubaram, stolen, morrendo,
        muriendo, tort*, torcid*, de un lado, de um lado, on one side, going black, goes black, goes blank,
        tartaruga, come las hojas, come el papel, embacad*, randomly, random, smoking, frozen up, crooked,
        stuttering, delay, retraso, eternidad, eternidade
    """,
    "device": """
        compu, compus, computador, computadora, computadoras, computadores, ordenador, ordenadores, pc, pcs,
        cpu, lap, laptop*, notebook*, note, portatil, portatiles, netbook, mac, macbook, imac, chromebook,
        celu, celular*, cel, movil, moviles, telefono, telefonos, telefone, smartphone, phone*, samsung,
        motorola, xiaomi, tablet*, ipad, impresora*, impressora*, printer*, scanner, escaner, multifuncion,
        epson, modem, roteador, repetidor, monitor*, pantalla*, tela, telas, screen*, display, teclado*,
        teclas, keyboard*, keys, mouse, raton, touchpad, trackpad, touch, tactil, camera, webcam, microfono,
        microfone, mic, microphone, parlante*, altavoz, altavoces, speaker*, caixa de som, auricular*,
        audifono*, fone, fones, headphone*, headset, earbuds, cargador*, carregador*, charger*, cable*,
        cabo, bateria*, battery, batteries, disco*, hard drive, ssd, hd, pendrive*, usb, memoria, placa*,
        fuente, fonte, ventilador*, cooler, fan, servidor*, server, proyector, projetor, projector, tele,
        tv, televisor, smart tv, consola, play, computer*, desktop, computing, equipo, maquina, aparelho,
        aparato, dispositivo, device, tecla, puerto, porta usb, port, boton de encendido, power button,
        windows, office, excel, word, outlook, teams, zoom, chrome, programa*, program*, software, sistema*,
        system, app, apps, aplicacion*, aplicativo*, application*, correo, correos, mail, mails, email*, e
        mail, gmail, vpn, pagina*, site, website, sitio, web, contrasena, password, clave, senha, usuario,
        facebook, archivo*, arquivo*, files, file, carpeta*, pasta, driver*, navegador, browser, bluetooth,
        sesion, touchscreen, nobreak, ups, lectora, toner, cartucho*, tinta, ink, chip, antivirus,
        powerpoint, pdf, zapatilla, firewall, base de datos, actualizacion, atualizacao, licencia, licenca,
        license, bisagra, dobradica, hinge, huella, portal, whatsapp, whatsapp web, anexo, adjunto,
        attachment, intranet, erp, sap, drive, onedrive, dropbox, nube, nuvem, cloud, access point, antena,
        xbox, playstation, ps4, ps5, smartwatch, airpods, hdmi, disco duro, disco rigido, video card, gpu,
        ram, motherboard, placa madre, placa mae, bios, firmware, formulario, planilla, planilha,
        spreadsheet, sharepoint, skype, slack, meet, youtube, instagram, iphone, android, ios, linux,
        ubuntu, vidrio, folder, folders, pastas, shared folder, shared drive, router*, impresion, camara*,
        tarjeta sim, dvd, sensor, joystick, control remoto, controle remoto, sim card
    """,
    "service": """
        internet, wifi, wi fi, senal, sinal, signal, sonido, som, sound, audio, imagen, imagem, video,
        conexion, conexao, connection, red, rede, network, net, luz, power, energia, datos moviles, dados
        moveis, volumen, volume, picture, linea
    """,
    "ticket": """
        ticket, tiket, tique, caso, reclamo, reclamacao, reclamacion, reporte, chamado, case, solicitud,
        solicitacao, queja, folio, service request, support request, request, protocolo, ordem de servico,
        orden, queixa, incident, incidente, incidencia, pedido
    """,
    "tickets": """
        tickets, tikets, casos, reclamos, reportes, chamados, cases, solicitudes, solicitacoes, requests,
        reclamacoes, protocolos, folios, incidents, incidentes, incidencias
    """,
    "repair": "reparacion, repair, repairs, conserto, reparo, manutencao, mantenimiento",
    "fix": """
        arreglar*, reparar*, consertar, arrumar, fix, solucionar, resolver, componer, solve, closed,
        cerraron, cerrado, fechado, fecharam, entreg*, devuelv*, devolv*
    """,
    "ready": """
        listo, lista, listos, ready, pronto, pronta, arreglaron, repararon, consertaram, arrumaram, fixed,
        quedo, arreglado, arreglada, consertado, resolvieron, resolveram, solucionaron, finished, done,
        terminaron, saiu do conserto, compusieron
    """,
    "when": """
        quando, when, cuanto falta, cuanto tarda, cuanto va a tardar, cuanto va a demorar, cuanto demora,
        para cuando, quanto tempo, falta mucho, que dia, pra quando, when will, cuanto tiempo, cuando, how
        long until, how long till, how long will, how much longer, cuanto mas
    """,
    "now": """
        ya, ja, now, ahora, agora, yet, already, por fin, finally, finalmente, todavia, aun, ainda, still,
        de nuevo, again, de novo
    """,
    "all": """
        todo, todos, todas, tudo, all, it all, everything, mucho, muito, very much, alot, a lot, mas nada,
        abiertos, abertos, open ones, so much, demais, muchisimo, de mas
    """,
    "some": "alguna, algun, alguno, algo, any, some, alguma, algum, something, un poco, anything, other",
    "news": """
        novedad, novedades, noticia, noticias, news, updates, any update, novidade, novidades, an update,
        update on, updates on, update me, saben algo, sabes algo, se sabe algo, alguma noticia, noticias do,
        seguimiento, que paso con, o que aconteceu com, que hubo con, whats happening with, what happened
        with, what happened to, whats going on with, en que va, en que quedo, en que estado, como sigue, a
        quantas anda, deu em que, em que pe, how is, hows, cual es el estado, fixed yet, ready yet, done
        yet, any progress, alguna respuesta, alguma resposta, any answer, any reply, any response, hay
        respuesta, alguna noticia, en que anda, tem retorno, algum retorno, algun avance, alguna
        actualizacion, alguma atualizacao, waiting on, waiting for, still waiting, sigo esperando, esperando
        respuesta, esperando resposta, esperando, hows it going with, how is it going with, como viene, como
        viene lo, tem previsao, alguma previsao, previsao, where are we, what has happened with, what has
        happened to
    """,
    "status": """
        estado, status, estatus, andamento, avance, progress, situacao, situacion, acompanhar,
        acompanhamento, rastrear, track
    """,
    "see": """
        ver, veo mis, consultar, consulto, check, see, show, mostrame, muestrame, mostra, mostre, listar,
        listame, list, lista de, saber, know, revisar, quais sao, cuales son, cuales, quais, which, how
        many, cuantos, quantos, historial de, view, en que, o que, muestra, mostrar, checking in on,
        checking on, checking up on, look up, looked at, looking at, look at
    """,
    "want": """
        quiero, quisiera, queria, quero, want, wanna, want to, necesito, nesecito, necesitamos, preciso,
        precisamos, need, would like, like to, gostaria, ocupo, deseo, desejo, me gustaria, requiero, vengo
        a, vine a, tengo ganas de, queremos, exijo, let me, deixa eu, dejame, solicito, quisiera que, dame,
        give me, give us, me da, me de, deme, denme, get me, consigueme, quero que, puedo tener, id rather,
        rather, would rather, prefiero, prefiro, prefer
    """,
    "can": """
        puedo, puede, pueden, puedes, podes, podria, podrian, podrias, podemos, posso, podem, poderia, can,
        could, can we, may i, se puede, da para, would you, will you, can i, can you
    """,
    "have": """
        tengo, tenemos, tuve, tenia, i have, have a, having, got, got a, tenho, temos, tive, estou com, to
        com, tou com, estamos com, ive got, i got, we have, i am having, facing, have another, surgio, have
        an, got another, estou tendo, estoy teniendo, im having
    """,
    "report": "reportar, reporto, relatar, relato, informar, denunciar, report, avisar",
    "open": "abrir, abran, abre, abra, open, abren",
    "new": "nuevo, nueva, novo, nova, new, otro, otra, outro, outra, another, mas un, mais um, un nuevo",
    "problem": """
        issue, issues, inconveniente, inconvenientes, drama, quilombo, avaria, averia, trouble, dificultad,
        dificuldade, bronca, un tema, problem*
    """,
    "talk": """
        hablar, hablo, charlar, platicar, talk, speak, talking, speaking, falar, falo, conversar,
        comuniqueme, pasame, pasas, paseme, pasar, passa, derivame, derivar, conectame, chama, chamar, me
        atienda, hablen, hablan, hablas, hablamos, fala, falam, write, escribir, escreva, quiero un, ponme,
        chat with, charlar con, ponerme, ponerme en contacto, poner en contacto, contacto, le hablo,
        conectarme con, conectar con, atiend*, atend*, transf*, comunic*, connect me, connect with, put me
        through, put me through to, pass me to, patch me through
    """,
    "person": """
        persona, personas, humano, humana, human, humans, person, pessoa, pessoas, agente, agentes, agent,
        asesor, asesora, asesores, operador, operadora, operator, representante, representative, rep,
        ejecutivo, supervisor, supervisora, gerente, encargado, encargada, tecnico, tecnica, technician,
        atendente, atendentes, atencion humana, soporte humano, human being, real person, persona real,
        persona de verdad, alguien de verdad, alguem de verdade, customer service, atencion al cliente, ser
        humano, manager, someone real, real human, live agent, atendimento, humanos, empleado, empleados,
        servicio al cliente, servicio tecnico, central de relacionamento, central de atendimento, human
        agent, a human, personal de soporte, recepcionista, mesa de ayuda, gente de verdad, gente real,
        atendimento humano
    """,
    "someone": "alguien, alguem, someone, somebody, anyone, anybody",
    "anyone_there": """
        is anyone there, anyone there, is anybody there, anybody there, hay alguien, alguien ahi, hay
        alguien ahi, tem alguem ai, tem alguem, alguem ai
    """,
    "callme": """
        me llamen, llamenme, llamame, llameme, que me llame, me llame, me llamas, me pueden llamar, me puede
        llamar, me podrian llamar, puede llamarme, pueden llamarme, call me, give me a call, me liga, me
        ligue, me liguem, me ligar, me ligam, call me back, phone me, me marquen, marquenme, me marcan,
        podem me ligar
    """,
    "bot": "bot, robot, robo, machine, robots, bots, chatbot, contestador, ia",
    "cancel": """
        cancelar, cancela, cancelo, cancele, cancelen, cancel, cancela eso, anular, anula, salir, sair,
        exit, quit, dejalo, dejala, olvidalo, olvidate, olvida, nevermind, never mind, nvm, forget it,
        forget about it, forget that, leave it, no importa, nao importa, ya fue, deixa pra la, deixa para
        la, deixa quieto, deixa, deja, esquece, esquece isso, desistir, desisto, me arrepenti, abortar,
        abort, doesnt matter, dejalo ahi, dejalo asi, go back, volver, voltar, atras, back, dejemoslo, no
        matter, forget, sal de aqui, deixe pra la, deja asi, esqueca, regresar, salgo, cancelalo, cancelala,
        scrap that, no longer needed, not needed anymore, ya no lo necesito, ya no necesito, nao quero mais,
        no quiero mas, ya no quiero, nao preciso mais, deixa ja era, ja era, not needed, no longer need it,
        i dont need it anymore, dont worry about it, dont bother, no te preocupes, no se preocupe, nao
        precisa mais, ya no hace falta, cancel it, let it go, i changed my mind, changed my mind, cambie de
        opinion, cambie de idea, mudei de ideia, deixar pra la, deja ya esta, deixa pra depois, lets not
    """,
    "thanks": """
        gracias, grax, grcs, thanks, thank you, thank u, thx, ty, thnks, tks, tnx, tanks, cheers, obrigado,
        obrigada, obg, obgd, brigado, brigada, brigadao, obrigadao, valeu, vlw, agradezco, agradeco,
        appreciate it, much appreciated, se agradece, te agradezco, muy amable, muito obrigado, muito
        obrigada, muchas gracias, mil gracias, many thanks, gracias totales, thanks a lot, appreciate,
        thanku, agradecido, agradecida, grato, grata, muchisimas gracias, muchisima gracias, thankyou, super
        gracias, gracias mil
    """,
    "bye": """
        chau, chao, adios, bye, goodbye, hasta luego, nos vemos, hasta manana, hasta pronto, see you, see
        ya, cya, tchau, ate mais, ate logo, falou, flw, bye bye, saludos, buen fin de semana, thats all, eso
        es todo, e so isso, era so isso, eso era todo, have a nice day, take care, que tengas buen dia,
        abrazo, ate breve, ate a proxima, see you around, see you later, see you soon, buh bye, see u, ate
        depois, ate amanha, cuidate, hasta la vista, hasta la proxima, que este bien, bom descanso, have a
        good one, have a good day, que te vaya bien, que descanses, um abraco, abracos, nos hablamos
    """,
    "irony": """
        gracias por nada, thanks for nothing, thank you for nothing, obrigado por nada, obrigada por nada,
        valeu por nada, thanks for absolutely nothing, gracias de nada, thanks a bunch for nothing
    """,
    "good": """
        perfecto, perfect, perfeito, joya, genial, excelente, excellent, awesome, great, buenisimo, otimo,
        maravilha, barbaro, super, cool, nice, amazing, de diez, crack, idolo, bueno, bom, good, servicio,
        atencion, service, buena, excelente servicio, impecable, que bueno, que bom, resuelto, resolvido,
        solved, solucionado, viu, mesmo, linda, lindo, querido, joia, massa
    """,
    "yes": """
        si, go ahead, yes, yep, yeah, yup, sip, sipi, yes please, ok, okay, okey, oka, okis, dale, de una,
        claro, claro que si, claro que sim, por supuesto, exacto, exato, exactly, correcto, correto,
        correct, obvio, asi es, eso mismo, eso, isso, isso mesmo, isso ai, e isso, aham, uhum, ajam, aja,
        pode ser, com certeza, beleza, blz, sure, sure thing, of course, thats right, thats it, right,
        absolutely, definitely, afirmativo, vale, va que va, sale y vale, bueno dale, sim por favor, orale,
        simon, sep, ya esta si, indeed, positivo, certo, listo dale, ta bom, tudo bem sim, hagale, de
        acuerdo, perfecto dale, affirmative, de fato, certamente, sem duvida, please do, yes i would, sin
        duda, ciertamente, efectivamente, tal cual, certainly, pode, eso es, that is, yes it is, yea, isso
        e, si eso, sim
    """,
    "language": "idioma, idiomas, language, languages, lengua, lingua, lenguaje",
    "es": "espanol, espanhol, spanish, castellano, castelhano, esp",
    "en": "ingles, english, inglish, eng",
    "pt": "portugues, portuguese, portugese, brasileiro, brasileno, brazilian",
    "change": """
        cambiar, cambia, cambio, cambie, cambiame, change, switch, mudar, muda, mude, trocar, troca, troque,
        set, poner en, pasar a
    """,
    "unsubscribe": """
        stop, baja, unsubscribe, darme de baja, dar de baja, dame de baja, denme de baja, darse de baja,
        baja por favor, opt out, optout, descadastrar, descadastre, desuscribirme, desuscribir,
        desinscrever, parar, remove me, take me off, me tira da lista, me tirem da lista, sacame de la
        lista, saquenme de la lista, sacarme de la lista, quitame de la lista, quitenme, cancelar
        suscripcion, cancelar la suscripcion, cancelar inscricao, remover meu numero, me remove, me removam,
        bajenme, forget my data, forget me, forget about me, remove me from your list, from your list,
        remove me from the list, me descadastra, descadastra, me descadastrar
    """,
    "erase": """
        borrar, borra, borren, borre, borrame, borrenme, eliminar, elimina, eliminen, elimine, delete,
        erase, remove, apagar, apaga, apague, apaguem, excluir, excluam, deletar, deleta, delete all,
        suprimir, olvidar, wipe, remover, exclui, exclua, borrar todo, borrame todo
    """,
    "data": """
        datos, mis datos, dados, meus dados, data, informacion, informacao, informacoes, info, information,
        historial, historico, sobre mi, about me, registros, todo lo mio, datos personales, dados pessoais,
        personal data, personal, everything you have on me, everything about me, todo lo que tienen, tudo
        que voces tem, tudo que tem sobre mim, sobre mim
    """,
    "quiet": """
        escribirme, escribas, me escriban, recibir mas mensajes, recibir mensajes, mas mensajes, manden
        mensajes, manden nada, molesten, receber mensagens, receber mais mensagens, mais mensagens, mais
        mensagem, messaging, messaging me, texting, texting me, text me, message me, contact me, contacting
        me, contacten, receive messages, receiving messages, more messages, mandem mensagem, mandem
        mensagens, incomodem, spam, publicidad, recibir notificaciones, receber notificacoes, mas
        notificaciones, mais notificacoes, mandar notificacoes, mandar notificaciones, mandar mensagens,
        mandar mensagem, mandar mensajes, enviar mensajes, enviarme, enviar mensagens, receive
        notifications, notifications, recibir mas, receber mais, contactar, sending me messages, sending me,
        escriban
    """,
    "halt": "dejen de, paren de, parem de, parar de",
    "offtopic": """
        auto, coche, carro, moto, car, novia, novio, girlfriend, boyfriend, namorada, namorado, esposa,
        marido, wife, husband, perro, vida, life, amor, friend, bike, camion, truck, netflix, heladera,
        fridge, washing machine, lavarropas, lavadora, geladeira, clima, weather, pizza
    """,
    "price": """
        cuanto sale, cuanto cuesta, cuanto vale, cuanto esta, cuanto cobran, que precio, precio, precios,
        how much, price, prices, cost, quanto custa, quanto e, quanto sai, preco, comprar, venden, vende,
        vendo, vendes, venta, buy, sell, vendem, a venda, presupuesto, orcamento, quote, horario, horarios,
        direccion, endereco, address, cierran, a que hora, que horas, que hora, what time, how long does a,
        how long do, how long does it usually, cuanto demoran, cuanto tardan, quanto tempo demora pra,
        quanto tempo demora para, quanto tempo leva, cuanto tiempo lleva, cuanto tiempo tarda, quanto custam
    """,
    "account": "cuenta, account, conta, cuentas, profile, perfil",
    "se": "se",
    "make": """
        hacer, poner, crear, crea, create, generar, genera, criar, gerar, raise, log, submit, levantar,
        levanto, registrar, fazer, iniciar, presentar, ingresar, meter, log a, raise a, start a, dar de
        alta, colocar, enviar un, mandar un
    """,
    "identity": """
        are you a, are you an, are you, am i talking to, arent you, you are a, eres, eres un, eres una, sos,
        sos un, sos una, estoy hablando con, voce e, voce e um, voce e uma, vc e, vc e um, vc e uma, estou
        falando com, es un, soy, sou
    """,
    "alone": """
        solo, sola, solos, solas, sozinho, sozinha, sozinhos, by itself, on its own, by themselves, itself,
        only
    """,
    "doing": "usando",
    "angry": """
        verguenza, vergonha, vergonzoso, absurdo, absurda, inaceptable, inaceitavel, unacceptable, ridiculo,
        ridicula, ridiculous, disgrace, disgraceful, descaso, palhacada, harto, harta, hartos, cansado de
        esperar, cansada de esperar, fed up, sick of, palhaco, una burla, payasada, una falta de respeto, falta de
        respeito, indignado, indignada, indignante, furioso, furiosa, furious, angry, enojado, enojada, tercera vez,
        terceira vez, third time, nadie me contesta, nadie contesta, nadie responde, nadie me responde, nadie hace
        nada, ninguem responde, ninguem resolve, ninguem faz nada, nobody answers, nobody replies, no one answers,
        mierda, merda, shit, carajo, caralho, porra, puta, la chingada, ni la chingan, joder, cono, fuck, fucking,
        wtf, lpm, ptm, estafa de servicio, pesimo servicio, pessimo atendimento, terrible service, worst service
    """,
}
