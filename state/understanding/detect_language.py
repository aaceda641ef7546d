"""Detect which of the desk's languages a text is written in."""

import re
from collections.abc import Iterable
from typing import Final

from state.model.language import Language
from state.understanding.tagging import tokens_of

# In the spelling of tagging.fold(). A word of two lists proves nothing and is dropped by _words_of_one_language().
# Loan words (wifi, laptop, ticket, password) are in no list.
_WORDS: Final[dict[Language, str]] = {
    Language.ES: """
        a abre abri abrir abro aca actualizacion agenda agente ahora al algo alguien alguna algunas alguno
        algunos anda andaba andale andan andar ante antes apaga apago aplicacion aqui arranca arranco
        arreglaron arreglo atras aun ayer ayuda ayudame ayudar ayudarme ayudenme baja bajo bateria bien
        borrar buen buenas buenisimo bueno buenos cada cambiar cambio cancelar capo carga cargador cargar
        cargo caso casos castellano celu celular chamba chao chau che chido colgo como compre compu
        computador computadora computadoras con conecta consigo contrasena correo cosa cual cuando cuanto
        cuelga cuenta cuesta da dados dale dame dan dar datos de deja dejalo dejo del desde despues dia dias
        dice dijo disculpa disculpe dos e el eliminar ella ellos email en encender enciende entonces entra
        entrar equipo era eres error es esa esas escucho ese eso esos espanol esta estaba estado estan estas
        este esto estos estoy favor fin fue funciona funcionan funcionando genial gracias guey ha hablar
        hablen hablo hace hacer hacia hagan hagas han hasta hay he hice hizo hola holi hoy humano idioma
        igual impresora imprime imprimir ingles inicio instalar internet ir jala jalando la las le lento les
        linda lindo linea lista listo listos llamar llamen llamenme llego lo los luego maestro mal manana
        mande mando mas me mejor menos mensaje mensajes mi mia mil mio mira mirar mire mis mismo momento
        mucha muchas mucho murio muy nada nadie necesito ni ningun ninguna no noches nomas nos nota novedad
        novedades nuestra nuestro nueva nuevo nunca o ok ola olvida olvidalo onda orale ordenador os otra
        otras otro otros pantalla para parlante parte pasa paso pedi perfecto pero persona pifio poco ponga
        pongo por porque portatil portugues prende prendo primero problema problemas pude puede pueden puedo
        pues puse que queda quedado quede quedo queremos queria quien quiere quieren quiero quisiera rapido
        raton reclamo reclamos reparacion reportar resolvieron resuelto rompio rota roto saber sacar sale
        salio salir saludos se segun ser si sido siempre sigue siguen siguiente sin sirve sirven sobre solo
        solucion solucionado solucionar somos son sos soy su suena sus tal tambien tampoco tan tarde tardes
        tardo te teclado tecnico tecnicos tenes tenga tengo tenia tiene tienen tienes tildo tio toca toda
        todas todavia todo todos trabo trata tu tus tuve un una unas uno unos usa usted ustedes va vale
        vamos van ve veces venden veo ver verdad vez vi viene volver vos voy wey y ya yo
    """,
    Language.EN: """
        a about account afternoon again agent all also am an and another any anyone anything appreciate are
        arent as at ate back battery be because been before being black boot boots bought broke broken but
        by bye call came can cancel cant charge charger charging check cheers close come computer could
        couldnt cracked crashes crashing data day dead delete did didnt died dies do does doesnt done dont
        each else english erase even evening every everything exit fine first fix fixed for forget freezes
        freezing from frozen get gets getting go goes going gone gonna good goodbye got gotta great had has
        have havent he hello help her here hey hi him his how hows human i id if ill im in into is isnt
        issue it its ive just keep keeps keyboard know language later leave let like list lol look lost make
        many may me mind mine morning much my nah need needs never new news no nobody none nope not nothing
        now of off okay old on once one only open or other our out over person phone please pls plz pretty
        printer problem put quit real really remove report restarting right said sale say says screen see
        send she should show shows shut shuts sin slow so some someone something son sorry sound spanish
        speak start started starting still stopped stuck such support sure take talk tell than thank thanks
        that thats the their them then there these they thing this those thx time to today told too tried
        try trying turn turned turns ty u unsubscribe up ur us use used using very wait wanna want was way
        we well went were what whats when where which while who why will with without won wont work worked
        working works would wouldnt wrong yeah yep yes yesterday yet you your youre yours yup
    """,
    Language.PT: """
        a abri abrir agente agora ai ainda ajuda ajudar ajudem algo alguem algum alguma ali amanha andamento
        ao aos apaga apagar aparece aparecendo aplicativo aquela aquele aqui as ate atendente ativar
        atualizacao aula bateria beleza blz boa boas bom bons brigada brigado cada cade caiu cancelar cara
        cargar carrega carregador carregando carregar celular certo chamado chamados cliquei coisa com
        comigo como comprei computador computadores conecta consegue conseguem consegui conseguindo conserto
        consertou consigo conta conversar da dados dando das de deixa dela dele demora depois deram
        descadastrar desculpa desculpe desde desliga desligando desligou dessa desse desta deste deu devagar
        dia dias disso diz do dois dos e ela ele eles em email encerrar entao entrar era espanhol esqueci
        essa esse esses esta estao estava este estou eu excluir faco fala falar favor faz fazendo fazer
        fechar fica ficando ficou fim fiz foi fone fones fui gente hoje humano iai idioma igual impressora
        imprime imprimir ingles inicio instalar internet ir isso isto ja jeito la lento liga ligar ligou
        ligue liguem linda lindo lingua lista mais manda mandar manutencao mas me mesmo meu meus mim minha
        minhas moca moco morreu mouse mudar muita muitas muito na nada nao nas naum nem nenhum nenhuma
        ninguem nisso no noite nos nota nova novas novidade novidades novo novos num numa nunca o obg
        obrigada obrigadao obrigado oi ok ola onde ontem opa os ou outra outras outro outros para parar
        parou pede pega pegando pela pelas pelo pelos perfeito pessoa pessoal pode podem poderia por porque
        portugues posso pq pra pras preciso preta primeiro pro problema problemas pros quais qual quando
        quanto quase que quebrada quebrado quebrou queimou quem quer queria quero rapido resolver resolveram
        resolveu resolvido saber sai sair saiu sao se seguinte sei sem senha ser seu seus sim sinal so sobre
        som sou sozinha sozinho sua suas ta tal tambem tao tarde tava tchau te teclado tecnico tecnicos tela
        tem tempo tenho ter teve tinha tirar tive to toda todas todo todos tou trava travada travado
        travando travou trocar tudo uai um uma umas uns usa valeu vamos vc vcs veio vem ver vez vezes vlw
        voce voces voltar vou
    """,
}

# Letters and words that only one language writes.
_MARKS: Final = (
    (Language.ES, re.compile(r"[ñ¿¡]")),
    (Language.PT, re.compile(r"[ãõçâêôà]|\bolá\b|\bé\b|\btô\b|\btá\b")),
)

# Quotation marks around more than a word. An apostrophe stands in the middle of one.
_QUOTED: Final = re.compile(
    r"""(?<!\w)(?:"[^"\n]{8,}"|'[^'\n]{8,}'|“[^”\n]{8,}”|‘[^’\n]{8,}’|«[^»\n]{8,}»|`[^`\n]{8,}`)(?!\w)"""
)
_MAX_CHARACTERS: Final = 1_000  # of a text; more adds nothing
# What a machine says: an error message that was copied from a screen says nothing about who sends it.
_ERROR_MESSAGE: Final = re.compile(
    r"""\b0x[0-9a-f]{4,}\b | \b[a-z]+(?:_[a-z]+)+\b | \b(?:http|errno|code|error|stop|status)\W{0,3}-?\d+
      | \berror\b\s*[:\[(] | \bexception\b | \bfatal\b | \b(?:failed|unable)\ to\b | \bcould(?:\ not|n't)\ be\b
      | \b(?:access\ (?:is\ |was\ )?denied|permission\ denied|timed\ out|has\ expired|is\ incorrect|not\ recognized)\b
      | \b(?:has\ stopped\ working|ran\ into\ a\ problem|has\ been\ detected|an\ error\ (?:has\ )?occurred|went\ wrong)\b
      | \b(?:is\ not\ responding|is\ unavailable|is\ offline|not\ found|cannot\ (?:access|find|open|read|start|connect))\b
      | \b(?:boot\ device|operating\ system|paper\ jam|try\ again|press\ any\ key|click\ ok|invalid\ \w+|running\ out\ of|failure\ predicted)\b
      | \b(?:this\ site\ can't|connection\ is\ not|you\ (?:do\ not|don't|may\ not)\ have)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_PERSON_SPEAKS: Final = frozenset(
    "i im ive id my me mine our hello hi hey pls plz thanks thank help says keeps shows when".split()
)


def _words_of_one_language() -> dict[str, Language]:
    lists = {language: frozenset(listed.split()) for language, listed in _WORDS.items()}
    found: dict[str, Language] = {}
    for language, words in lists.items():
        others = (listed for other, listed in lists.items() if other is not language)
        found |= dict.fromkeys(words.difference(*others), language)
    return found


_LANGUAGE_OF_WORD: Final = _words_of_one_language()


def detect_language(text: str) -> Language | None:
    """Return the language of a text, or None when unsure: a wrong switch is worse than none.

    What it quotes is an error message or somebody else's words, and counts for nothing. So does an error message alone.
    """
    text = _QUOTED.sub(" ", text[:_MAX_CHARACTERS])
    words = tokens_of(text)
    votes = dict.fromkeys(Language, 0)
    for word in words:
        language = _LANGUAGE_OF_WORD.get(word)
        if language is not None:
            votes[language] += 1
    lower = text.lower()
    for language, mark in _MARKS:
        votes[language] += bool(mark.search(lower))
    language = _clear_winner(votes)
    return None if language is Language.EN and _is_error_message(text, words) else language


def _is_error_message(text: str, words: Iterable[str]) -> bool:
    """True for an error message, most of which are in English, without a word of the person who sends it."""
    return _PERSON_SPEAKS.isdisjoint(words) and _ERROR_MESSAGE.search(text.replace("’", "'")) is not None


def _clear_winner(votes: dict[Language, int]) -> Language | None:
    *_, (_, second), (first, most) = sorted(votes.items(), key=lambda vote: vote[1])
    return first if most > 2 * second else None
