"""Texts that say nothing that a ticket has to keep, and texts that add to what was said before: small vocabularies of their own.

Wider rules and the classifier guess what a text is for. These do not: a word that is not listed is one that has to be kept.
"""

import re
from typing import Final

from state.understanding.tagging import fold

_WORD: Final = re.compile(r"[^\W_]+")  # of any alphabet
# In the spelling of tagging.fold(). What says something by itself ("va", "esta", "tarde") stands only within its phrase.
_ASKING_PHRASES: Final = re.compile(
    r"""\b(?:
    como\ (?:va|van|vai|vao|viene|vem|anda|andam|andan|esta|estan|estao|ta|tao|sigue|siguen|ficou|quedo)
    | en\ que\ (?:va|quedo|anda|esta|etapa\ esta|situacion\ esta) | em\ que\ (?:pe|situacao|etapa)(?:\ (?:esta|ta))? | a\ quantas\ anda
    | que\ (?:paso|hay|hubo)(?:\ (?:con|de))? | que\ se\ sabe | (?:se\ sabe|saben|sabes|sabe)\ algo | o\ que\ (?:houve|aconteceu)(?:\ com)?
    | (?:buen|bom)\ dia | buenos\ dias | buenas?\ (?:tardes?|noches?) | boas?\ (?:tardes?|noites?) | tudo\ (?:bem|bom) | todo\ bien
    | good\ (?:morning|afternoon|evening|day) | how\ are\ you | por\ (?:favor|gentileza) | a\ ver
    | how(?:\ is|s)?(?:\ (?:my|the|it|is|ticket|case|request))*\ (?:going|doing|looking|coming\ along)
    | whats?\ (?:is\ )?(?:going\ on|happening|happened|up)(?:\ (?:with|to))? | where\ (?:are\ we|is\ it)(?:\ at)?(?:\ with)?
    | (?:news|updates?|progress|word|check|checking|check\ in|checking\ in|follow\ up|following\ up)\ (?:on|up\ on|about)
    | (?:would|id)\ like(?:\ to)? | (?:aqui|ahi|aca|ai)\ (?:esta|va|vai|ta) | (?:te|le|les|lhe)\ (?:paso|passo|mando|dejo) | segue\ o
    )\b""",
    re.VERBOSE,
)
_ASKING: Final = frozenset(
    """
    estado estatus status situacion situacao andamento seguimiento acompanhamento avance avances progreso progress consulta
    consultar consulto consultas pregunta pregunto perguntar pergunta duvida duda question info informacion informacao
    informacoes informar informame informe novedad novedades novidade novidades noticia noticias news update updates
    actualizacion actualizaciones atualizacao respuesta resposta retorno track check checking follow up
    quiero quisiera queria quero gostaria necesito preciso deseo want need wanted wondering saber conocer ver see know
    puede puedes pueden puedo podria podrias podrian pode podem poderia poderiam posso can could may would
    decir decirme dime digame dizer me te nos dar darme dan das dame da give tell show muestra muestrame mostrar mostra
    como cual qual quais cuales how hows what whats is s es e sao son are hay tem tienen alguna algun algo alguma algum any some
    el la lo los las del de do da dos das o a os as al ao un una um uma the of on about sobre acerca por para pra for with con com y and
    mi mis meu meus minha minhas mio mia my mine i im we our nuestro nuestra nosso nossa it its this that este esta ese eso esse isto isso
    you your u
    ticket tickets tiquete tiquet chamado chamados protocolo caso casos reclamo reclamos reporte reportes pedido pedidos orden ordem
    solicitud solicitudes solicitacao case cases request requests order codigo code numero number nro num n tk
    hola ola holi holis buenas buenos hello hi hey oi oie opa saludos gracias muchas mil muito obrigado obrigada obg brigado brigada
    valeu vlw thanks thank thx ty porfa porfavor porfis pls plz please pf pfv favor ok okay
    disculpa disculpe disculpen perdon perdona perdone desculpa desculpe sorry excuse
    """.split()
)
# Between a code that was wrong and the right one: "era TK-…, perdón: TK-…", "TK-…, no INC0-1234".
_CORRECTING: Final = frozenset(
    "no not nao nope era eran was fue foi sino digo quise decir quis dizer dizer meant mean errei erre equivoque equivoquei mal wrong "
    "right correct correcto correto bien bem bueno mejor melhor".split()
)
_ANOTHERS_CODE: Final = re.compile(r"\b[A-Z]{2,5}[-#]?\d[\w-]{3,}")  # of another system: INC0012345, HD-12345

_ANNOUNCING: Final = frozenset(
    """
    otro otra otros otras outro outra outros outras another other one more new nuevo nueva novo nova segundo segunda second different
    distinto distinta diferente aparte separado separada extra mas mais adicional
    problema problemas problem problems issue issues asunto assunto tema temas cosa coisa thing matter falla falha fallo pregunta
    question consulta duvida caso case ticket tickets chamado reporte reclamo report request solicitud pedido inconveniente pedir
    tengo tenho tenemos temos tem hay i ive have got theres there is es e a an un una um uma uno algo the de del do da
    quiero quisiera queria quero want need necesito preciso would like to reportar relatar abrir hacer fazer open make raise
    ademas tambien tambem alem disso also plus besides encima y and ah oh hola oi hello hi hey ok ya ja por favor porfa please pls
    gracias thanks obrigado obrigada mudando cambiando cambio mudar de me surgio apareceu salio
    """.split()
)

# At the beginning of what is said: it goes on with what was said before.
_ADDS: Final = re.compile(
    r"\W*(?:(?:y|e|and|ah|ahora|agora|now|pero|mas|but|oh|hola|oi|ok|bueno|perdon|sorry|desculpa|it|se me olvido|me olvide)\W+){0,2}"
    r"(?:ademas|tambien|tampoco|encima|asimismo|aparte de (?:eso|esto)|tambem|tampouco|alem d(?:isso|isto)|ainda por cima|"
    r"also|as well|besides|in addition|additionally|on top of (?:that|it)|plus|furthermore|moreover)\b"
)
_SOMETHING_ELSE: Final = re.compile(
    r"\b(?:otr[oa]s?|outr[oa]s?|another|other|different|distint\w*|diferente\w*|aparte(?! de es[to])|separad\w*|separate\w*|nuev[oa]|"
    r"nov[oa]|new|segund[oa]|second|temas?|asuntos?|assuntos?)\b"
)


def only_asks(text: str, *, corrects: bool) -> bool:
    """True if all words of a text about a ticket only ask for it. The code is "ticket" in it.

    corrects: it names several codes; then those of other systems, and the words that say which is right, are none to keep.
    """
    others = _ANOTHERS_CODE.sub(" ", text)
    words = _words(text)
    if words <= _ASKING:
        return True
    if not corrects and others == text:
        return False
    corrected = _words(others)
    says_which = corrects or bool(corrected & _CORRECTING)
    return says_which and corrected <= _ASKING | _CORRECTING


def only_announces(text: str) -> bool:
    """True if all words of a text only say that there is one more problem, not which."""
    return set(_WORD.findall(fold(text))) <= _ANNOUNCING


def adds(text: str) -> bool:
    """True if a text begins as one that goes on with what was said before, and announces nothing else."""
    folded = fold(text)
    return _ADDS.match(folded) is not None and _SOMETHING_ELSE.search(folded) is None


def _words(text: str) -> set[str]:
    plain = " ".join(_WORD.findall(fold(text)))
    return set(_ASKING_PHRASES.sub(" ", plain).split())
