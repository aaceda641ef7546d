"""Which of our three languages a customer writes in, or lives with."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from state.tagging import words_of


class Language(StrEnum):
    """A language that we have texts for."""

    ES = "es"
    EN = "en"
    PT = "pt"


# Folded spelling. A word that two languages list proves nothing and is dropped by _evidence(), so each list
# may be honest about its own language. Loan words (wifi, laptop, ticket, password) stay out of all three.
_WORDS: Final[dict[Language, str]] = {
    Language.ES: """
        a al algo alguien alguna algunas alguno algunos anda andaba andan andar ante antes apaga apago aqui
        aca ahora arranca arranco arreglaron arreglo atras aun ayer ayuda ayudar ayudame ayudarme ayudenme
        baja bien borrar buen bueno buenos buenas cada cambiar cargador castellano caso casos celu chao chau
        colgo cancelar como compu computador computadora computadoras con consigo hablo abro tenia tenes tienes eres somos nuestro nuestra quieren queremos sirve sirven carga cargo error pc entra abre contrasena da correo cosa cual cuando
        cuanto cuelga cuenta cuando dale dan dame dar datos de deja dejalo dejo del desde despues dias dice
        dijo disculpa disculpe dos e el ella ellos email en enciende encender entonces entrar equipo era es
        esa ese eso esos esas esta estaba estan estas este esto estos estoy estado espanol favor fue funciona
        funcionan funcionando gracias guey ha hablar hace hacer hacia han hasta hay he hola holi hoy idioma
        igual impresora imprime ingles inicio internet ir jala jalando la las le les linea lista listo lo los
        llamen llamenme llamar luego mal mande manana mas me mejor menos mensaje mensajes mi mia mil mio mis
        mismo momento mucha muchas mucho muy murio nada nadie necesito ni ningun ninguna no noches nomas nos
        novedad novedades nueva nuevo nunca o ok ola olvida olvidalo ordenador os otra otras otro otros
        pantalla para parlante parte pasa paso pero persona pifio poco por porque portatil portugues prende
        prendo primero problema problemas puede pueden puedo pues que queda quedo quien quiero quiere quisiera
        raton reclamo reclamos reportar rompio rota roto saber sale salio salir saludos se segun ser si siempre
        sigue siguen sin sobre solo son sos soy su suena sus tal tambien tampoco tan tarde tardes te teclado
        tengo tiene tienen tildo tio toca toda todas todavia todo todos trabo trata tu tus un una unas uno unos
        usa usted ustedes va vale van ve veces venden verdad ver vez vi viene volver vos voy wey y ya yo
        pedi mando veo escucho imprimir mirar hablen agente humano agenda chamba onda orale andale chido
        tardo abri abrir compre cargar carga llego tuve quien cuesta cuanto aplicacion actualizacion
        bateria celular rapido lento conecta bajo nota mire mira che capo genial maestro buenisimo
        perfecto queria hice hizo pude cambio listo eliminar dados sacar pongo puse ponga instalar quede
        nomas vamos hagan hagas tenga quede quedado sido siguiente reparacion listos lista solucion
        solucionar solucionado resuelto resolvieron tecnico tecnicos
    """,
    Language.EN: """
        a about account again agent all also am an and another any anyone anything appreciate are arent as at
        ate back battery be because been before being black bought boot boots broke broken but by bye call came
        can cancel cant charge charger charging cheers check come computer could couldnt cracked crashes
        crashing data day dead delete did didnt do does doesnt done dont each else english erase even evening
        every everything exit fine first fix fixed for forget freezes freezing from frozen get gets getting go
        goes going gone good goodbye got great had has have havent he hello help her here hey hi him his how hows i
        id if ill im in into is isnt issue it its ive just keep keeps keyboard know language later leave let like
        list look lost make many may me mind mine morning much my need needs never new news no nobody none nope
        not nothing now of off okay old on one only open or other our out over phone please pls plz printer
        problem put quit real really remove report right said say says screen see send she should show shows
        shut shuts slow so some someone something sorry sound speak spanish start starting started still stop
        stopped stuck such support sure take talk tell than thank thanks that thats the their them then there
        these they thing this those time to today told too tried try trying turn turned turns ty u unsubscribe
        up ur us use used using very wait want wanna was way we well went were what whats when where which while
        who why will with without wont work worked working works would wouldnt wrong yeah yep yes yesterday yet
        you your youre yup nah thx human person gonna gotta lol pretty afternoon close chat won broken
        yours keeps dies died restarting sale son sin once used
    """,
    Language.PT: """
        a agente agora ai ainda ajuda ajudar ajudem algo alguem algum alguma ali alo amanha andamento ao aos apaga
        apagar aparece aparecendo aqui as ate atendente ate ativar aula beleza blz boa boas bom bons brigada
        brigado cada caiu cancelar cara carregando carregar carrega cade celular certo chamado chamados cliquei
        coisa com como computador computadores conecta consegue conseguem conseguindo consegui consigo conserto
        consertou conta da dados dando das de deixa dela dele demora depois desculpa desculpe desde desliga desligando
        desligou deu devagar dia dias diz do dois dos e ela ele eles em email entao entrar era essa esse esses
        esta estao estava este estou eu excluir faco fala falar fala faz fazendo fazer fica ficando ficou fiz foi fone
        fones gente hoje humano iai idioma igual impressora imprime imprimir ingles internet ir isso isto ja
        jeito la lento liga ligar ligou ligue liguem lingua mais manda mandar mas me mesmo meu meus mim minha
        minhas moca moco morreu mudar muita muitas muito na nada nao nas naum nem nenhum nenhuma ninguem no nos
        noite nova novas novidade novidades novo novos num numa nunca o obg obrigada obrigado oi ola onde ontem opa
        os ou outra outras outro outros para parar parou pega pegando pela pelo pessoa pessoal pode podem poderia
        por porque portugues posso pq pra pras preciso preta primeiro pro problema problemas pros quais qual
        quando quanto quase que quebrada quebrado quebrou queimou quem queria quer quero resolveu saber sai
        sair saiu sao se seguinte sei sem senha ser seu seus sim sinal so sobre som sou sozinha sozinho sua suas
        ta tal tambem tarde tchau te teclado tela tem tempo tenho ter teve tinha tirar to toda todas todo todos
        trava travada travado travando travou trocar tudo tive um uma umas uns valeu vc vcs veio vem vez vezes
        vlw voce voces voltar vou usa uai tava tou manutencao atualizacao favor fechar abri abrir espanhol
        descadastrar esqueci comprei bateria cargar aplicativo rapido minhas nota ver ok obrigadao
        problema pede comigo conversar tao resolvido resolver resolveram tecnico tecnicos carregador instalar
        mouse perfeito fui vamos encerrar pelos pelas deram desse dessa deste desta nisso disso aquele aquela
    """,
}

# Letters that only one of the three writes.
_MARKS: Final = (
    (Language.ES, re.compile(r"[ñ¿¡]")),
    (Language.PT, re.compile(r"[ãõçâêôà]|\bolá\b|\bé\b|\btô\b|\btá\b")),
)

_READ_CHARACTERS: Final = 1_000  # enough to know a language; the rest of a long text adds nothing

# Dominican Republic and Puerto Rico share the +1 of the United States and Canada.
_SPANISH_UNDER_1: Final = ("1809", "1829", "1849", "1787", "1939")

_PHONE_PREFIXES: Final[dict[Language, str]] = {
    Language.ES: "34 51 52 53 54 56 57 58 240 502 503 504 505 506 507 591 593 595 598",
    Language.EN: "1 27 44 61 64 65 91 233 234 254 255 256 260 263 353 356 592",
    Language.PT: "55 238 239 244 245 258 351",
}

_COUNTRIES: Final[dict[Language, str]] = {
    Language.ES: "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE",
    Language.EN: "AU BZ CA GB GH GY IE IN JM KE MT NG NZ PH SG TT TZ UG US ZA ZM ZW",
    Language.PT: "AO BR CV GW MZ PT ST",
}


def _evidence() -> dict[str, Language]:
    lists = {language: frozenset(listed.split()) for language, listed in _WORDS.items()}
    return {
        word: language
        for language, listed in lists.items()
        for word in listed
        if not any(word in other for name, other in lists.items() if name is not language)
    }


_LANGUAGE_OF_WORD: Final = _evidence()
_PREFIXES: Final = {language: tuple(listed.split()) for language, listed in _PHONE_PREFIXES.items()}
_LANGUAGE_OF_COUNTRY: Final = {
    code: language for language, codes in _COUNTRIES.items() for code in codes.split()
}


def detect_language(text: str) -> Language | None:
    """Name the language of a text, or None when unsure: a wrong switch is worse than none."""
    text = text[:_READ_CHARACTERS].lower()
    votes = dict.fromkeys(Language, 0)
    for word in words_of(text):
        language = _LANGUAGE_OF_WORD.get(word)
        if language is not None:
            votes[language] += 1
    for language, mark in _MARKS:
        votes[language] += bool(mark.search(text))
    return _clear_winner(votes)


def _clear_winner(votes: dict[Language, int]) -> Language | None:
    (first, most), (_, second), _ = sorted(votes.items(), key=lambda vote: vote[1], reverse=True)
    return first if most >= 1 + 2 * second else None


def language_of_country(user_id: str | None, wa_id: str | None) -> Language | None:
    """Guess from the country: the prefix of a BSUID ("MX.8123"), else that of the phone number."""
    if user_id is not None and user_id[2:3] == ".":
        return _LANGUAGE_OF_COUNTRY.get(user_id[:2].upper())
    return _language_of_phone((wa_id or "").lstrip("+"))


def _language_of_phone(digits: str) -> Language | None:
    if digits.startswith(_SPANISH_UNDER_1):
        return Language.ES
    for language, prefixes in _PREFIXES.items():
        # No prefix of the table begins another country's: ITU codes are prefix-free.
        if digits.startswith(prefixes):
            return language
    return None
