"""The texts: complete, with the same placeholders in every language, within WhatsApp's limits, and safe with customers' words."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from messages.page.ticket_history import FileView
from messages.page.ticket_page import Problem
from messages.safe_text import utf16_length
from messages.texts.catalogue import PLACEHOLDER, TEXTS, text, when
from messages.whatsapp.notification_steps import StepKind
from state.model.language import LANGUAGE_NAMES, Language
from state.model.message import AttachmentKind, Unhandled
from state.model.ticket import Mark, TechnicianAction, TicketStatus
from state.model.turn import Action
from state.understanding.act import Act
from state.understanding.intents import find_act
from state.understanding.meaning import MAX_FILES

BUENOS_AIRES = ZoneInfo("America/Argentina/Buenos_Aires")
AHEAD = {"card_no_time"}  # written before a reply says them
ALL = [(language, key) for language, texts in TEXTS.items() for key in texts]

# Spelling that would show that nobody read the text aloud.
MISSPELT = {
    Language.ES: """aqui ahi asi mas tambien todavia despues atras codigo codigos numero telefono tecnico tecnicos
        conversacion ubicacion opcion version pagina ultimo ultima boton dias podras escribelo cuentame mandalo espanol
        ingles portugues menu algun ningun quiza entendi recibi guarde borre valido""",
    Language.EN: "cant wont dont youll im ive whats youre",
    Language.PT: """voce nao ja ate tambem alguem ninguem so entao codigo codigos numero tecnico tecnicos audio audios
        video videos ola opcao versao pagina ultima localizacao portugues ingles botao apos estao sera valido ha""",
}
# Other ways to say "you" than the one we chose.
OTHER_YOU = {
    Language.ES: """usted ustedes vos vosotros vuestro os tenés querés podés sos contame escribime mandame decime
        mande cuente elija espere revise""",
    Language.EN: "thou",
    Language.PT: "tu teu tua contigo vós senhor senhora contacto ficheiro ecrã",
}

HOSTILE = [
    "{code}",
    "{words}",
    "%s",
    "%(code)s",
    "{0.__class__}",
    "{code.__class__.__init__.__globals__}",
    r"\1 \g<0>",
    "{",
]


def words_of(body: str) -> set[str]:
    return set(re.findall(r"\w+", body.lower()))


def starting(prefix: str) -> Iterator[tuple[Language, str, str]]:
    for language, key in ALL:
        if key.startswith(prefix):
            yield language, key, TEXTS[language][key]


class TestEveryLanguage:
    def test_has_a_catalogue(self) -> None:
        assert set(TEXTS) == set(Language)

    @pytest.mark.parametrize("language", Language)
    def test_has_every_key(self, language: Language) -> None:
        wrong = set(TEXTS[language]) ^ set(TEXTS[Language.ES])
        assert not wrong, (
            f"in one of messages/texts/es.py and {language}.py, and not in the other: {sorted(wrong)}"
        )

    @pytest.mark.parametrize("language", Language)
    def test_has_texts_that_are_all_used(self, language: Language) -> None:
        # A key that is put together in the code counts as used by its beginning: f"status_{status}".
        files = [path for path in Path("messages").rglob("*") if path.suffix in {".py", ".html", ".txt"}]
        files += Path("handlers").rglob("*.py")
        catalogues = {f"{name}.py" for name in Language}
        source = "\n".join(path.read_text("utf-8") for path in files if path.name not in catalogues)
        said = set(re.findall(r"""["']([a-z_0-9]+)["']""", source))
        said |= {f"{key}_{part}" for key in said for part in ("title", "body")}  # of a plain page
        beginnings = tuple(
            re.findall(r"""f["']([a-z_]+_)\{""", source) + re.findall(r""""([a-z_]+_)" ~""", source)
        )
        unused = [
            key for key in TEXTS[language] if key not in said | AHEAD and not key.startswith(beginnings)
        ]
        assert not unused, f"no code says these any more: {unused}"

    @pytest.mark.parametrize("language", Language)
    def test_has_the_same_placeholders(self, language: Language) -> None:
        def placeholders(name: Language) -> dict[str, list[str]]:
            # A date is put together differently everywhere.
            return {
                key: sorted(PLACEHOLDER.findall(body)) for key, body in TEXTS[name].items() if key != "date"
            }

        assert placeholders(language) == placeholders(Language.ES)

    @pytest.mark.parametrize("language", Language)
    def test_has_a_word_for_whatever_the_code_can_name(self, language: Language) -> None:
        names = {f"status_{status}" for status in TicketStatus} | {
            f"card_next_{status}" for status in TicketStatus
        }
        names |= {f"kind_{kind}" for kind in AttachmentKind} | {
            f"reply_unsupported_{what}" for what in Unhandled
        }
        names |= {f"button_{action}" for action in Action if action not in {Action.LANGUAGE, Action.RATE}}
        names |= {f"rate_{stars}" for stars in range(1, 6)}
        names |= {f"notification_{kind}" for kind in StepKind}
        names |= {f"page_file_{view}" for view in FileView} | {
            f"page_problem_{problem}" for problem in Problem
        }
        names |= {f"page_action_{action}{hint}" for action in TechnicianAction for hint in ("", "_hint")}
        names |= {f"page_event_{action}" for action in (*TechnicianAction, *Mark)}
        names |= {f"page_action_{mark}" for mark in Mark}
        names |= {f"page_done_{action}" for action in (*TechnicianAction, *Mark)}
        missing = names - set(TEXTS[language])
        assert not missing, f"add to messages/texts/{language}.py: {sorted(missing)}"

    @pytest.mark.parametrize("language", Language)
    def test_has_twelve_months(self, language: Language) -> None:
        assert len(set(text(language, "months").split())) == 12


class TestEveryText:
    @pytest.mark.parametrize("language", Language)
    def test_has_no_stray_placeholder(self, language: Language) -> None:
        bare = {key: PLACEHOLDER.sub("", body) for key, body in TEXTS[language].items()}
        assert [key for key, rest in bare.items() if re.search(r"[{}%]|\$\w", rest)] == []

    @pytest.mark.parametrize("language", Language)
    def test_is_tidy(self, language: Language) -> None:
        untidy = re.compile(r"^\s|\s$|^$|  |\t| \n|\n |\n{3}|\.\.|[\u200b-\u200f\u202a-\u202e]")
        texts = TEXTS[language].items()
        assert [key for key, body in texts if untidy.search(body) or body.count("*") % 2] == []

    @pytest.mark.parametrize("language", Language)
    def test_is_spelt_and_says_you_our_way(self, language: Language) -> None:
        wrong = set(f"{MISSPELT[language]} {OTHER_YOU[language]}".split())
        assert {key: bad for key, body in TEXTS[language].items() if (bad := words_of(body) & wrong)} == {}

    def test_spanish_opens_what_it_closes(self) -> None:
        for body in TEXTS[Language.ES].values():
            assert body.count("¿") == body.count("?")
            assert body.count("¡") == body.count("!")

    @pytest.mark.parametrize("value", HOSTILE)
    def test_takes_a_value_verbatim_and_once(self, value: str) -> None:
        for language, key in ALL:
            names = PLACEHOLDER.findall(TEXTS[language][key])
            marked = text(language, key, **dict.fromkeys(names, "\0"))
            assert marked.count("\0") == len(names)
            assert text(language, key, **dict.fromkeys(names, value)) == marked.replace("\0", value)

    @pytest.mark.parametrize("language", Language)
    def test_says_how_many_files_a_report_takes(self, language: Language) -> None:
        assert str(MAX_FILES) in words_of(text(language, "reply_too_many_files"))


class TestMissing:
    def test_a_key_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            text(Language.ES, "no_such_text")

    def test_a_value_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            text(Language.ES, "reply_ticket_opened", words="")


class TestTitles:
    @pytest.mark.parametrize(("language", "key", "title"), [*starting("button_")])
    def test_a_title_fits(self, language: Language, key: str, title: str) -> None:
        assert utf16_length(title) <= 20
        assert "*" not in title

    @pytest.mark.parametrize("language", Language)
    def test_no_two_buttons_look_alike(self, language: Language) -> None:
        titles = [body.casefold() for key, body in TEXTS[language].items() if key.startswith("button_")]
        assert len(set(titles)) == len(titles)

    @pytest.mark.parametrize("language", Language)
    def test_the_list_button_fits(self, language: Language) -> None:
        assert utf16_length(text(language, "list_title_tickets")) <= 20

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("status", TicketStatus)
    def test_a_status_leaves_room_for_the_summary(self, language: Language, status: TicketStatus) -> None:
        assert utf16_length(text(language, f"status_{status}")) <= 20

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize(
        ("key", "intent"),
        [
            ("button_report", Act.REPORT),
            ("button_tickets", Act.MINE),
            ("list_title_tickets", Act.MINE),
            ("button_human", Act.HUMAN),
            ("button_open", Act.REPORT),
            ("button_menu", Act.GREETING),
            ("button_view", Act.STATUS),
            ("button_cancel", Act.CANCEL),
            ("button_erase", Act.ERASE),
            ("button_keep", Act.DENY),
        ],
    )
    def test_a_title_that_is_typed_is_understood(self, language: Language, key: str, intent: Act) -> None:
        heard = find_act(text(language, key), language)
        assert (heard.act, heard.whole) == (intent, True)

    @pytest.mark.parametrize("language", Language)
    def test_a_language_s_own_name_is_a_title_and_is_understood(self, language: Language) -> None:
        name = LANGUAGE_NAMES[language][language]
        assert utf16_length(name) <= 20
        heard = find_act(name.capitalize(), language)
        assert (heard.act, heard.whole) == (Act.LANGUAGE, True)


class TestNamedInATextInBold:
    """What a text tells people to press or to type: *Yes, open it*. Codes and names are placeholders."""

    HEADINGS = frozenset(
        {"Se borran", "Quedan", "Erased:", "What stays:", "São apagados", "Ficam"}  # of reply_erase_explained
    )

    @pytest.mark.parametrize("language", Language)
    def test_is_the_title_of_a_button_or_is_understood(self, language: Language) -> None:
        titles = {body for key, body in TEXTS[language].items() if key.startswith("button_")}
        bare = [PLACEHOLDER.sub("", body) for body in TEXTS[language].values()]
        bold = {said for body in bare for said in re.findall(r"\*([^*]*)\*", body)} - {"", *self.HEADINGS}
        assert bold & titles
        typed = {said: find_act(said, language) for said in bold - titles}
        assert {said: heard for said, heard in typed.items() if not (heard.act and heard.whole)} == {}


class TestOneWord:
    def test_a_ticket_is_closed_with_one_word_in_portuguese(self) -> None:
        assert not [key for key, said in TEXTS[Language.PT].items() if re.search(r"(?i)\bfech", said)]


class TestHonesty:
    @pytest.mark.parametrize("key", ["reply_human_opened", "reply_human_asked"])
    def test_nobody_is_live_and_no_time_is_promised(self, key: str) -> None:
        assert "no hay nadie conectado" in text(Language.ES, key, code="", words="")
        assert "Nobody is online" in text(Language.EN, key, code="", words="")
        assert "não tem ninguém on-line" in text(Language.PT, key, code="", words="")
        for language in Language:
            assert not re.search(r"\d", text(language, key, code="", words=""))

    @pytest.mark.parametrize("language", Language)
    def test_erasing_says_that_it_is_for_good_and_what_stays(self, language: Language) -> None:
        body = text(language, "reply_erase_explained")
        assert body.count("*") == 4
        assert re.search(r"deshacer|undone|desfazer", body)
        assert re.search(r"correos|E-mails|e-mails", body)

    @pytest.mark.parametrize("language", Language)
    def test_a_code_that_is_not_theirs_is_not_said_to_exist(self, language: Language) -> None:
        body = text(language, "reply_code_unknown", code="TK-7F3K-9QX2")
        assert not re.search(r"exist|otra persona|other|outra", body)


class TestWhen:
    MOMENT = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            (Language.ES, "23 nov, 14:05"),
            (Language.EN, "Nov 23, 2:05 PM"),
            (Language.PT, "23 de nov., 14:05"),
        ],
    )
    def test_is_said_as_people_there_say_it(self, language: Language, said: str) -> None:
        assert when(self.MOMENT, language, BUENOS_AIRES) == said

    @pytest.mark.parametrize(
        ("hour", "said"),
        [(0, "12:05 AM"), (1, "1:05 AM"), (11, "11:05 AM"), (12, "12:05 PM"), (23, "11:05 PM")],
    )
    def test_the_clock_of_twelve_hours(self, hour: int, said: str) -> None:
        moment = datetime(2026, 1, 2, hour, 5, tzinfo=UTC)
        assert when(moment, Language.EN, ZoneInfo("UTC")) == f"Jan 2, {said}"

    def test_the_day_is_that_of_the_time_zone(self) -> None:
        new_year = datetime(2027, 1, 1, 1, 30, tzinfo=UTC)
        assert when(new_year, Language.ES, BUENOS_AIRES) == "31 dic, 22:30"
