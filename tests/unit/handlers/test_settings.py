"""The settings: the function starts only if all are valid, one error names every problem, and no secret is shown."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.settings import _MAX_SWEEP_SECONDS, Settings, SettingsError
from handlers.sweep import _MAX_SECONDS
from state.model.language import Language
from tests.support.paths import ROOT

REQUIRED = {
    "WHATSAPP_ACCESS_TOKEN": "EAA-access",
    "WHATSAPP_APP_SECRET": "app-secret",
    "WHATSAPP_VERIFY_TOKEN": "verify-token",
    "WHATSAPP_PHONE_NUMBER_ID": "109876543210987",
    "SUPABASE_URL": "https://project.supabase.co",
    "SUPABASE_SECRET_KEY": "sb_secret_0",
    "RESEND_API_KEY": "re_key",
    "SUPPORT_EMAIL_FROM": "Soporte <soporte@example.com>",
    "SUPPORT_EMAIL_TO": "tecnicos@example.com",
    "PUBLIC_URL": "https://mostrador.example",
    "LINK_SIGNING_KEY": "signing-key-0123456789abcdef0123456789",
}
OPTIONAL = {
    "DESK_NAME": "",
    "CATEGORIES": "",
    "STORED_MEGABYTES": "500",
    "TRANSCRIBE_URL": "",
    "TRANSCRIBE_KEY": "",
    "OPERATOR_EMAIL_TO": "",
    "RESEND_WEBHOOK_SECRET": "",
    "INBOUND_EMAIL_DOMAIN": "",
    "SWEEP_TOKEN": "",
    "SWEEP_EVERY_SECONDS": "0",
    "GIT_COMMIT": "",
    "GRAPH_API_URL": "https://graph.facebook.com",
    "GRAPH_API_VERSION": "v25.0",
    "DEFAULT_LANGUAGE": "es",
    "SUPPORT_TIMEZONE": "America/Argentina/Buenos_Aires",
    "STATUS_TEMPLATE": "ticket_update",
    "CONVERSATION_CACHE_SIZE": "1024",
    "BUBBLES_A_DAY": "150",
    "REPLY_BUDGET_SECONDS": "0.8",
}
FOR_OPERATORS = [
    "AUTHENTICATOR_PASSWORD",
    "DOMAIN",
    "GOOGLE_CLOUD_PROJECT",
    "POSTGRES_PASSWORD",
    "STORAGE_PASSWORD",
    "SUPABASE_DB_URL",
    "SUPABASE_JWT_SECRET",
    "SUPABASE_PUBLISHABLE_KEY",
    "WHATSAPP_APP_ID",
    "WHATSAPP_BUSINESS_ACCOUNT_ID",
]
OPTIONAL_SECRETS = {
    "TRANSCRIBE_KEY": "sk-transcribe",
    "SWEEP_TOKEN": "sweep-token-0123456789",
    "RESEND_WEBHOOK_SECRET": "whsec_c2VjcmV0",
}
SECRETS = [
    *(REQUIRED[name] for name in REQUIRED if re.search("TOKEN|SECRET|KEY", name)),
    *OPTIONAL_SECRETS.values(),
]
ADDRESSES = ["SUPABASE_URL", "PUBLIC_URL"]
KEYS = [
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "SUPABASE_SECRET_KEY",
    "RESEND_API_KEY",
    "LINK_SIGNING_KEY",
]
WRONG_MAILBOXES = [
    "Mesa de ayuda",
    "ana@example.com; luis@example.com",
    "ana@example.com luis@example.com",
    "ana@@example.com",
    "ana@luis@example.com",
    "ana@example",
    "ana@",
    "@example.org",
    "ana.@example.com",
    "ana..b@example.com",
    "ana@example..com",
    "ana@-example.com",
    "ana@example.com.",
    "ana@ex_ample.com",
    "ana@example.123",
    "an\u0430@example.com",  # a Cyrillic letter
    "ana@example\u2024com",
    "ana@exa\u00admple.com",
    "ana\u200b@example.com",
    "Ana <ana@example.com",
    "Ana ana@example.com>",
    "Ana <ana@example.com> <b@example.com>",
    "Ana <>",
    "<ana@example.com>x",
    "Ana \u202eRuiz <ana@example.com>",
    'Ana "la jefa <ana@example.com>',
    "mailto:ana@example.com",
    f"{'a' * 65}@example.com",
    f"ana@{'a' * 64}.com",
]
EXAMPLE = ROOT / ".env.example"


def test_the_defaults() -> None:
    settings = Settings.from_environment(REQUIRED)
    assert settings.graph_api_url == "https://graph.facebook.com"
    assert settings.graph_api_version == "v25.0"
    assert settings.default_language is Language.ES
    assert settings.support_timezone == ZoneInfo("America/Argentina/Buenos_Aires")
    assert settings.desk_name == ""
    assert settings.status_template == "ticket_update"
    assert settings.conversation_cache_size == 1024
    assert settings.sweep_every_seconds == 0
    assert (settings.sweep_token, settings.resend_webhook_secret, settings.commit) == ("", "", "")
    assert settings.operator_email_to == ()
    assert settings.bubbles_a_day == 150
    assert settings.reply_budget_seconds == 0.8


def test_the_defaults_may_be_said() -> None:
    assert Settings.from_environment(REQUIRED | OPTIONAL) == Settings.from_environment(REQUIRED)


def test_all_that_is_missing_is_named_together() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({})
    assert set(caught.value.missing) == set(REQUIRED)
    assert all(f"{name} is missing" in str(caught.value) for name in REQUIRED)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "   "])
def test_none_may_be_missing(name: str, value: str | None) -> None:
    given = {key: text for key, text in REQUIRED.items() if key != name}
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(given | ({} if value is None else {name: value}))
    assert caught.value.missing == (name,)


@pytest.mark.parametrize("name", ["WHATSAPP_APP_SECRET", "LINK_SIGNING_KEY", "SUPPORT_EMAIL_TO"])
def test_a_list_of_nothing_is_missing(name: str) -> None:
    """An empty app secret would sign for everybody."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(REQUIRED | {name: " , ,"})
    assert caught.value.missing == (name,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEFAULT_LANGUAGE", "fr"),
        ("SUPPORT_TIMEZONE", "Mars/Olympus"),
        ("SUPPORT_TIMEZONE", "../../etc/passwd"),
        ("SUPPORT_TIMEZONE", "Europe"),
        ("CONVERSATION_CACHE_SIZE", "-1"),
        ("CONVERSATION_CACHE_SIZE", "many"),
        ("CONVERSATION_CACHE_SIZE", "1.5"),
        ("STORED_MEGABYTES", "-1"),
        ("STORED_MEGABYTES", "much"),
        ("TRANSCRIBE_URL", "api.example.com/v1"),
        ("TRANSCRIBE_URL", "https://api.example.com/v1?key=sk-1"),
        ("TRANSCRIBE_URL", "https://api.example.com/v1?model=a&other=b"),
        ("TRANSCRIBE_URL", "https://user:pass@api.example.com/v1"),
        ("OPERATOR_EMAIL_TO", "ana"),
        ("OPERATOR_EMAIL_TO", "ana@example.com; luis@example.com"),
        ("RESEND_WEBHOOK_SECRET", "re_1234"),
        ("RESEND_WEBHOOK_SECRET", "whsec_abc"),
        ("INBOUND_EMAIL_DOMAIN", "ana@example.com"),
        ("INBOUND_EMAIL_DOMAIN", "https://example.com"),
        ("INBOUND_EMAIL_DOMAIN", "localdomain"),
        ("SWEEP_TOKEN", "short"),
        ("SWEEP_TOKEN", "a token with spaces in it"),
        ("SWEEP_EVERY_SECONDS", "9"),
        ("SWEEP_EVERY_SECONDS", "181"),
        ("SWEEP_EVERY_SECONDS", "-60"),
        ("SWEEP_EVERY_SECONDS", "1m"),
        ("GIT_COMMIT", "a b"),
        ("BUBBLES_A_DAY", "0"),
        ("BUBBLES_A_DAY", "some"),
        ("REPLY_BUDGET_SECONDS", "-0.1"),
        ("REPLY_BUDGET_SECONDS", "20.1"),
        ("REPLY_BUDGET_SECONDS", "nan"),
        ("REPLY_BUDGET_SECONDS", "soon"),
        ("SUPABASE_URL", "project.supabase.co"),
        ("SUPABASE_URL", "https:///rest"),
        ("SUPABASE_URL", "https://[::1"),
        ("PUBLIC_URL", "mailto:me@example.com"),
        ("GRAPH_API_URL", "graph.facebook.com"),
        # What cannot be seen, anywhere, came with copying.
        *(
            (name, f"{value[:5]}{unseen}{value[5:]}")
            for name, value in REQUIRED.items()
            for unseen in ("\u200b", "\ufeff", "\u2060", "\u00a0", "\n", "\x00")
        ),
        *((name, f"{value}\u200b") for name, value in REQUIRED.items()),
        *((name, f"{REQUIRED[name][:5]} {REQUIRED[name][5:]}") for name in [*ADDRESSES, *KEYS]),
        *((name, f"{REQUIRED[name]}ñ") for name in KEYS),
        *((name, "https://me:secret@host.example") for name in ADDRESSES),
        *((name, "https://host.example:port") for name in ADDRESSES),
        *((name, "https://host.example\\@other.example") for name in ADDRESSES),
        *((name, "https://host.example/?key=1") for name in ADDRESSES),
        ("WHATSAPP_PHONE_NUMBER_ID", "+5491155550101"),
        ("WHATSAPP_PHONE_NUMBER_ID", "1098 7654 3210"),
        ("WHATSAPP_PHONE_NUMBER_ID", "\u0661\u0662\u0663\u0664\u0665\u0666"),
        ("GRAPH_API_VERSION", "26"),
        ("GRAPH_API_VERSION", "v25.0/"),
        ("STATUS_TEMPLATE", "Ticket Update"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(REQUIRED | {name: value})
    assert not caught.value.missing
    (problem,) = caught.value.wrong
    assert problem.startswith(f"{name} must ")
    assert value not in problem.removeprefix(name)


@pytest.mark.parametrize("name", ["SUPPORT_EMAIL_FROM", "SUPPORT_EMAIL_TO"])
@pytest.mark.parametrize("value", WRONG_MAILBOXES)
def test_an_address_that_no_mail_would_reach(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(REQUIRED | {name: value})
    (problem,) = caught.value.wrong
    assert problem.startswith(f"{name} must ")
    assert value not in problem


@pytest.mark.parametrize("value", ["a@example.com, b@example.com", "a@example.com,"])
def test_the_sender_is_one_address(value: str) -> None:
    with pytest.raises(SettingsError, match="SUPPORT_EMAIL_FROM must be one address"):
        Settings.from_environment(REQUIRED | {"SUPPORT_EMAIL_FROM": value})


@pytest.mark.parametrize(
    "value",
    [
        "a@example.com",
        "Soporte Técnico <a@example.com>",
        '"Acme, Soporte" <a@example.com>',
        "<a@example.com>",
    ],
)
def test_the_sender_is_given_as_it_is_written(value: str) -> None:
    assert Settings.from_environment(REQUIRED | {"SUPPORT_EMAIL_FROM": value}).support_email_from == value


def test_technicians_may_have_names() -> None:
    given = 'Marta Ruiz <marta@example.com>, "Pérez, Luis" <luis@example.com>,, o\'neil+desk@sub.example.co ,<x@y.io>'
    settings = Settings.from_environment(REQUIRED | {"SUPPORT_EMAIL_TO": given})
    assert [(mailbox.name, mailbox.address) for mailbox in settings.support_email_to] == [
        ("Marta Ruiz", "marta@example.com"),
        ("Pérez, Luis", "luis@example.com"),
        ("", "o'neil+desk@sub.example.co"),
        ("", "x@y.io"),
    ]
    assert [(each.address, each.name) for each in settings.technicians] == [
        (mailbox.address, mailbox.name) for mailbox in settings.support_email_to
    ]


def test_an_address_that_is_given_twice_is_one_technician() -> None:
    given = "Marta <Marta@example.com>, luis@example.com, marta@example.com"
    settings = Settings.from_environment(REQUIRED | {"SUPPORT_EMAIL_TO": given})
    assert [(each.address, each.name) for each in settings.technicians] == [
        ("Marta@example.com", "Marta"),
        ("luis@example.com", ""),
    ]


def test_no_more_technicians_than_a_mail_may_have() -> None:
    addresses = [f"t{number}@example.com" for number in range(51)]
    Settings.from_environment(REQUIRED | {"SUPPORT_EMAIL_TO": ",".join(addresses[:50])})
    with pytest.raises(SettingsError, match="up to 50"):
        Settings.from_environment(REQUIRED | {"SUPPORT_EMAIL_TO": ",".join(addresses)})


def test_the_desk_s_name_may_have_any_emoji() -> None:
    name = "Taller 👩\u200d🔧"
    assert Settings.from_environment(REQUIRED | {"DESK_NAME": name}).desk_name == name


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ()),
        ("Redes", ("Redes",)),
        (" Impresoras ,Redes  y  wifi,, Redes  y  wifi", ("Impresoras", "Redes y wifi")),
    ],
)
def test_categories(given: str, read: tuple[str, ...]) -> None:
    assert Settings.from_environment(REQUIRED | {"CATEGORIES": given}).categories == read


@pytest.mark.parametrize("given", [",", "x" * 41, ",".join(f"c{n}" for n in range(31))])
def test_categories_that_no_list_can_show(given: str) -> None:
    with pytest.raises(SettingsError, match="CATEGORIES must be up to 30"):
        Settings.from_environment(REQUIRED | {"CATEGORIES": given})


def test_everything_that_is_wrong_is_named_together() -> None:
    given = REQUIRED | {"SUPPORT_EMAIL_TO": "a@x", "SUPPORT_EMAIL_FROM": "b", "RESEND_API_KEY": "re 1"}
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(given)
    assert [problem.split()[0] for problem in caught.value.wrong] == [
        "RESEND_API_KEY",
        "SUPPORT_EMAIL_FROM",
        "SUPPORT_EMAIL_TO",
    ]


def test_missing_and_wrong_come_together() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"DEFAULT_LANGUAGE": "fr", "PUBLIC_URL": "x"})
    assert len(caught.value.missing) == len(REQUIRED) - 1
    assert len(caught.value.wrong) == 2


def test_two_keys_during_a_rotation() -> None:
    given = REQUIRED | {"WHATSAPP_APP_SECRET": "new, old", "LINK_SIGNING_KEY": "newer,older,"}
    settings = Settings.from_environment(given)
    assert settings.whatsapp_app_secrets == ("new", "old")
    assert settings.link_signing_keys == ("newer", "older")


@pytest.mark.parametrize("name", ["PUBLIC_URL", "SUPABASE_URL", "GRAPH_API_URL"])
def test_a_slash_at_the_end_is_no_part_of_an_address(name: str) -> None:
    settings = Settings.from_environment(REQUIRED | {name: "https://x.example/"})
    assert getattr(settings, name.lower()) == "https://x.example"


def test_what_a_host_says_by_itself_is_used_if_nothing_else_is_given() -> None:
    given = {name: value for name, value in REQUIRED.items() if name != "PUBLIC_URL"}
    host = {"RENDER_EXTERNAL_URL": "https://desk.onrender.com", "RENDER_GIT_COMMIT": "0123abc"}
    settings = Settings.from_environment(given | host)
    assert (settings.public_url, settings.commit) == ("https://desk.onrender.com", "0123abc")
    settings = Settings.from_environment(REQUIRED | host | {"GIT_COMMIT": "4567def"})
    assert (settings.public_url, settings.commit) == (REQUIRED["PUBLIC_URL"], "4567def")
    assert (
        Settings.from_environment(given | host | {"PUBLIC_URL": " "}).public_url
        == host["RENDER_EXTERNAL_URL"]
    )


def test_no_memory_and_no_waiting_may_be_asked_for() -> None:
    settings = Settings.from_environment(
        REQUIRED | {"CONVERSATION_CACHE_SIZE": "0", "REPLY_BUDGET_SECONDS": "0"}
    )
    assert (settings.conversation_cache_size, settings.reply_budget_seconds) == (0, 0.0)


def test_no_secret_shows() -> None:
    settings = Settings.from_environment(REQUIRED | OPTIONAL_SECRETS)
    assert [secret for secret in SECRETS if secret in repr(settings)] == []
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(REQUIRED | OPTIONAL_SECRETS | {"DEFAULT_LANGUAGE": "fr"})
    assert [secret for secret in SECRETS if secret in str(caught.value)] == []


def test_a_sweep_by_the_clock_comes_before_it_is_missed() -> None:
    """Even if a long one follows a short one. Resend may take its time for the operator's e-mail, too."""
    with pytest.raises(SettingsError):
        Settings.from_environment(REQUIRED | {"SWEEP_EVERY_SECONDS": str(_MAX_SWEEP_SECONDS + 1)})
    schema = (ROOT / "supabase/schemas/92_watch.sql").read_text()
    (minutes,) = re.findall(r"heartbeat_lasts\(\) returns interval\n.+ interval '(\d+) min'", schema)
    assert int(minutes) * 60 > _MAX_SWEEP_SECONDS + 2 * _MAX_SECONDS


def test_the_example_lists_what_there_is() -> None:
    lines = EXAMPLE.read_text().splitlines()
    listed = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert listed == dict.fromkeys([*REQUIRED, *FOR_OPERATORS], "") | OPTIONAL


def test_each_setting_is_explained_in_the_example() -> None:
    lines = EXAMPLE.read_text().splitlines()
    settings = [number for number, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    alone = [number for number in settings if not lines[number - 1].strip()]
    assert alone == []


def test_a_time_zone_is_one_that_can_be_used() -> None:
    settings = Settings.from_environment(REQUIRED | {"SUPPORT_TIMEZONE": "America/Mexico_City"})
    assert datetime(2026, 7, 1, 18, tzinfo=settings.support_timezone).utcoffset() is not None
