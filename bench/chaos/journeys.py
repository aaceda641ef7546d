"""What customers say, in three languages, and the journeys that they go through."""

from typing import Final

LANGUAGES: Final = ("es", "en", "pt")

PHRASES: Final[dict[str, dict[str, str]]] = {
    "greet": {"es": "hola", "en": "good morning", "pt": "oi"},
    "report": {"es": "tengo un problema", "en": "I have a problem", "pt": "tenho um problema"},
    "problem": {
        "es": "no imprime y hace ruido",
        "en": "my laptop won't boot",
        "pt": "o computador não liga mais",
    },
    "more": {
        "es": "además se apaga sola",
        "en": "it is two years old",
        "pt": "também faz um barulho estranho",
    },
    "note": {
        "es": "probé con otro cable y sigue igual",
        "en": "still not working",
        "pt": "agora a tela fica preta",
    },
    "question": {"es": "¿hay novedades?", "en": "any news?", "pt": "alguma novidade?"},
    "solved": {"es": "ya lo arreglé solo", "en": "I fixed it myself", "pt": "já resolvi sozinho"},
    "typed_yes": {"es": "sí, abrirlo", "en": "yes, open it", "pt": "sim, abrir"},
    "mark": {"es": "?", "en": "?", "pt": "?"},
    "tickets": {"es": "mis tickets", "en": "status of my ticket", "pt": "meus chamados"},
    "human": {"es": "quiero hablar con una persona", "en": "I want a human", "pt": "quero um atendente"},
    "thanks": {"es": "gracias", "en": "thanks", "pt": "obrigado"},
    "cancel": {"es": "cancelar", "en": "cancel", "pt": "cancelar"},
    "language": {"es": "english please", "en": "português", "pt": "en español por favor"},
    "gibberish": {"es": "asdf qwer", "en": "...", "pt": "hmm é isso aí"},
    "erase": {"es": "borren mis datos", "en": "delete my data", "pt": "apaguem meus dados"},
}
NUMBERED: Final = {"problem", "more", "note"}  # get a number each, so that no two tickets have the same words

# Of buttons that nobody was sent, as from an old chat.
BUTTON_IDS: Final = (
    "confirming/yes/1 confirming/cancel/1 describing/yes/2 following/other/1 following/view/TK-0000-0000 erasing/keep/3 "
    "unsure/open/1 another_problem/other/2 closing/close_no/2 reopening/new/3 reopening/reopen/TK-0000-0000/3 menu/open/1 "
    "menu/report menu/tickets menu/human menu/menu menu/language/en of/another/bot"
).split()

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
    "problem yes thanks thanks thanks note": 4,
    "problem yes question mark question": 4,
    "problem yes solved close_yes solved reopen": 3,
    "problem yes solved close_no note": 2,
    "problem yes close note new tickets press": 3,
    "problem yes fixed note reopen_yes rate": 2,
    "gibberish open note tickets": 3,
    "problem tickets language photo thanks typed_yes": 4,
    "problem cancel open question": 2,
    "flood": 1,
}
