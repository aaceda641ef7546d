"""What the words of a text refuse: "no lo cierren todavía", "don't call me", "não precisa abrir chamado"; and "it broke again"."""

import re
from typing import Final

from state.understanding.act import Act
from state.understanding.tagging import fold

_MAX_CHARACTERS: Final = 1_000  # of a text; a longer one describes something
# In the spelling of tagging.fold(), which writes "don't" as "dont".
_NOT: Final = r"\b(?:no|nao|naum|not|n|dont|didnt|doesnt|wont|never|nunca|ni|nem|sin|sem|without)\b"
_NOT_YET: Final = re.compile(
    r"\b(?:todavia no|aun no|ainda nao|not yet|no yet|no todavia|espera(?:te|me|en|nme|r)?|esperen|aguarda|aguarde|"
    r"wait|hold on|hang on|calma|aguanta(?:me|te)?|pera|perai|un momento|un segundo|un minuto|um momento|"
    r"um minuto|um segundo|one (?:sec|second|minute|moment)|just a (?:sec|second|minute|moment)|give me a|"
    r"dame (?:un|dos|cinco)|deja (?:que|me)|dejame|deixa eu|let me|antes de|before you|primero|first let)\b"
)
_VERBS: Final = {
    Act.AFFIRM: r"abr\w*|open\w*|cre[ae]\w*|gener\w*|manda\w*|envi\w*",
    Act.CLOSE: r"cierr\w*|cerr\w*|clos\w*|fech\w*|encerr\w*|finaliz\w*|resuelt\w*|resolvid\w*|fixed|solved|anda\w*|funcion\w*",
    Act.ERASE: r"borr\w*|elimin\w*|delet\w*|eras\w*|apag\w*|exclu\w*|remov\w*|quit\w*",
    Act.HUMAN: r"habl\w*|llam\w*|call\w*|talk\w*|speak\w*|fal[ae]\w*|lig(?:ue|ar|uem)\w*|person\w*|comuni\w*|transf\w*|agent\w*|alguien|alguem|anyone|nadie|ninguem",
    Act.CANCEL: r"cancel\w*|anul\w*",
    Act.REOPEN: r"reabr\w*|reopen\w*",
}
_REFUSED: Final = {
    act: re.compile(rf"{_NOT}(?:\W+\w+){{0,3}}?\W+(?:{verbs})\b") for act, verbs in _VERBS.items()
}
_IRONIC: Final = re.compile(
    r"\b(?:gracias|thanks|thank you|obrigad[oa]|valeu) (?:a todos )?(?:por|for|de) (?:nada|nothing)\b"
)
# "no es la mía, es la de Ana": the second half is what is right.
_CORRECTS: Final = re.compile(
    r"\b(?:no (?:es|era|fue|son)|nao e|nao era|not|its not|isnt|it isnt)\b[^.!?]{3,60}?[,;:]? (?:es|era|son|e|its|it is|but)\b"
)
# Who tells of a talk, or wants nothing done before one, asks for nobody: "ya hablé con una persona", "antes de falar comigo".
# Folded, "hablé" is "hable" as well: "quiero que me hable alguien" asks.
_TELLS_OF_A_TALK: Final = re.compile(
    r"\b(?:(?<!que me )(?<!que nos )(?<!alguien )hable|hablo|hablaron|habiamos hablado|falei|falou|falaram|talked|spoke|have spoken|ive spoken|told|dijo|dijeron|"
    r"disse|disseram|(?:antes de|before|sin|sem|without) (?:hablar|falar|talking|speaking|you (?:talk|speak))|llamo ayer|called (?:me )?(?:yesterday|already)|ja liguei|ya llame)\b"
)
# It has come back: "volvió a fallar", "se apagó otra vez", "it broke again". Not "volvió a andar", "it works again".
_FAILS: Final = (
    r"(?:fall\w*|falh\w*|fail\w*|romp\w*|quebr\w*|br[eo]k\w*|dan\w*|descomp\w*|malogr\w*|trab\w*|trav\w*|tild\w*|colg\w*|"
    r"cuelg\w*|congel\w*|apag\w*|desl\w*|reinici\w*|cae\w*|caiu|cay\w*|par(?:o|ou|ar)|mur\w*|morr\w*|morir|die[ds]?|dying|"
    r"dead|stop\w*|crash\w*|fr[eo]ez\w*|froze\w*|drop\w*|jam\w*|atasc\w*|bloque\w*|desconect\w*|disconnect\w*|pas(?:o|ar)|"
    r"suced\w*|acontec\w*|happen\w*|mal|lo mismo|igual|same|o mesmo|a mesma|las mismas|el mismo|error\w*|erro|problem\w*)"
)
_AGAIN: Final = r"(?:otra vez|de nuevo|de novo|nuevamente|outra vez|novamente|again|de vuelta)"
_UNREFUSED: Final = (
    r"(?<!no )(?<!no se )(?<!no me )(?<!nao )(?<!nunca )(?<!not )(?<!doesnt )(?<!hasnt )(?<!didnt )"
)
_FAILS_AGAIN: Final = re.compile(
    rf"{_UNREFUSED}\b(?:vuelv\w*|volv\w*|volt\w*|torn\w*) a {_FAILS}\b|"
    rf"{_UNREFUSED}\b{_FAILS}(?:\W+\w+){{0,2}}?\W+{_AGAIN}\b|"
    rf"\b{_AGAIN}\W+(?:\w+\W+){{0,2}}?{_FAILS}\b|"
    r"\b(?:vuelv\w*|volv\w*|volt\w*|torn\w*) a (?:hacer|fazer|dar|aparecer|salir|sair)\b|"
    rf"\b(?:went|gone|goes|is|its) (?:right |straight )?back to (?:\w+ )?(?:{_FAILS}|not|how|being)\b|"
    # "duró dos días y...", "it did for an hour, then..."
    r"\b(?:duro|durou|lasted|did|worked|anduvo|funciono|funcionou) (?:for |por |solo |so |only |like ){0,2}"
    r"(?:un|una|dos|tres|um|uma|dois|duas|an?|one|two|three|half an?|media|meia|\d+) "
    r"(?:dias?|days?|horas?|hours?|min\w*|semanas?|weeks?|ratos?|ratitos?|while|tempo|noches?|noites?|nights?)\W+"
    r"(?:y|e|and|then|but|pero|mas|luego|depois)\b"
)
# A yes that is followed by details is a yes: "sí, y agrega que no anda el wifi".
_BEGINS_WITH_YES: Final = re.compile(r"\W*(?:si|sip|sim|yes|yep|yeah|dale|claro|ok|okay|va|bora|listo)\b")


def corrects(text: str) -> bool:
    """True if the text says what is not so, and then what is."""
    return _CORRECTS.search(fold(text[:_MAX_CHARACTERS])) is not None


def refused_acts(text: str) -> frozenset[Act]:
    """The acts that the text refuses, or wants to wait with."""
    folded = fold(text[:_MAX_CHARACTERS])
    refused = {act for act, pattern in _REFUSED.items() if pattern.search(folded)}
    if _IRONIC.search(folded):
        refused.add(Act.THANKS)
    if _TELLS_OF_A_TALK.search(folded):
        refused.add(Act.HUMAN)
    if _NOT_YET.search(folded):
        refused |= {Act.AFFIRM, Act.CLOSE, Act.ERASE, Act.CANCEL, Act.REOPEN}
    elif _BEGINS_WITH_YES.match(folded):
        refused.discard(Act.AFFIRM)
    return frozenset(refused)


def fails_again(text: str) -> bool:
    """True if the text says that what was mended fails again."""
    return _FAILS_AGAIN.search(fold(text[:_MAX_CHARACTERS])) is not None
