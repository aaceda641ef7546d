"""What customers say, in three languages, and the journeys that they go through."""

from typing import Final

LANGUAGES: Final = ("es", "en", "pt")

PHRASES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "greet": {
        "es": ("hola", "buenas tardes", "menú"),
        "en": ("hi", "good morning", "menu"),
        "pt": ("oi", "bom dia", "menu"),
    },
    "report": {
        "es": ("quiero reportar un problema", "tengo un problema"),
        "en": ("I want to report a problem", "I have a problem"),
        "pt": ("quero relatar um problema", "tenho um problema"),
    },
    "problem": {
        "es": ("la impresora del segundo piso no imprime y hace ruido", "no me anda internet desde ayer"),
        "en": ("my laptop won't boot since this morning", "the printer is jammed again"),
        "pt": ("o computador travou e não liga mais", "a tela do notebook está piscando"),
    },
    "more": {
        "es": ("además se apaga sola", "es una HP de hace dos años"),
        "en": ("it also makes a strange noise", "it is two years old"),
        "pt": ("também faz um barulho estranho", "é um modelo de dois anos atrás"),
    },
    "note": {
        "es": ("ahora tampoco enciende la pantalla", "probé con otro cable y sigue igual"),
        "en": ("I tried another cable and it is still not working", "now the screen stays black"),
        "pt": ("troquei o cabo e continua igual", "agora a tela fica preta"),
    },
    "tickets": {
        "es": ("mis tickets", "cómo va mi ticket"),
        "en": ("my tickets", "status of my ticket"),
        "pt": ("meus chamados", "meus tickets"),
    },
    "human": {
        "es": ("quiero hablar con una persona",),
        "en": ("I want to talk to a human",),
        "pt": ("quero falar com um atendente",),
    },
    "thanks": {"es": ("gracias",), "en": ("thanks",), "pt": ("obrigado",)},
    "cancel": {"es": ("cancelar",), "en": ("cancel",), "pt": ("cancelar",)},
    "language": {"es": ("english please",), "en": ("português",), "pt": ("en español por favor",)},
    "gibberish": {"es": ("asdf qwer", "???", "🙂"), "en": ("lorem zxcv", "..."), "pt": ("hmm é isso aí",)},
    "erase": {"es": ("borren mis datos",), "en": ("delete my data",), "pt": ("apaguem meus dados",)},
}

# Ids of buttons that nobody was sent, as from an old chat.
BUTTON_IDS: Final = (
    "confirming/yes/1",
    "confirming/cancel/1",
    "describing/yes/2",
    "following/other/1",
    "menu/report",
    "menu/tickets",
    "menu/human",
    "menu/menu",
    "menu/language/en",
    "following/view/TK-0000-0000",
    "erasing/keep/3",
    "of/another/bot",
)

# Each word is a phrase or an action of customer_actions.py; the numbers are weights.
JOURNEYS: Final[dict[str, int]] = {
    "greet report problem yes note tickets thanks": 10,
    "problem yes code sticker note": 10,
    "problem more yes human": 6,
    "report problem view note other yes": 6,
    "photo problem yes tickets press": 5,
    "problem album yes note press_old": 4,
    "language problem yes code foreign_code": 4,
    "gibberish gibberish human note": 3,
    "tickets report cancel problem press_twice": 4,
    "reaction poll contact voice yes": 3,
    "problem press_unknown yes yes press": 4,
    "greet press press press": 6,
    "location problem yes press press": 2,
    "human more tickets press": 3,
    "erase keep problem yes": 1,
    "erase forget greet problem yes": 1,
    "problem yes note close reopen": 3,
    "problem yes tickets press fixed rate rate": 4,
    "problem yes note fixed rate note": 4,
    "problem yes code close note reopen not_fixed": 3,
    "flood": 1,
}
