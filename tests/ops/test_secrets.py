"""No secret shows in anything that a command writes, whatever goes wrong."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator.serving import serve_in_thread
from ops.operator_settings import SECRETS
from tests.support.ops import Operator

COMMANDS = [
    ("doctor",),
    ("doctor", "--json"),
    ("migrate",),
    ("migrate", "--dry-run"),
    ("templates",),
    ("templates", "register"),
    ("templates", "status"),
    ("webhook", "subscribe"),
]
# Of a Postgres of one's own; the test's is not one, so `migrate` refuses to set a password there.
OWN_DATABASE = {
    "AUTHENTICATOR_PASSWORD": "hidden-authenticator-password",
    "POSTGRES_PASSWORD": "hidden-postgres-password",
    "STORAGE_PASSWORD": "hidden-storage-password",
    "SUPABASE_JWT_SECRET": "hidden-jwt-secret",
}
HIDDEN = {
    "WHATSAPP_ACCESS_TOKEN": "EAAhidden-token",
    "WHATSAPP_APP_SECRET": "hidden-new-secret,hidden-old-secret",
    "WHATSAPP_VERIFY_TOKEN": "hidden-verify-token",
    "SUPABASE_SECRET_KEY": "sb_secret_hidden",
    "SUPABASE_DB_URL": "postgresql://postgres:hidden-password@127.0.0.1:1/postgres",
    "RESEND_API_KEY": "re_hidden",
    "LINK_SIGNING_KEY": "hidden-link-key",
    "TRANSCRIBE_KEY": "hidden-transcribe-key",
    "SWEEP_TOKEN": "hidden-sweep-token",
    "RESEND_WEBHOOK_SECRET": "whsec_aGlkZGVuaGlkZGVu",
    **OWN_DATABASE,
}
ADDRESSES = ("GRAPH_API_URL", "SUPABASE_URL", "RESEND_API_URL", "PUBLIC_URL", "TRANSCRIBE_URL")


@pytest.fixture
def parrot() -> Iterator[str]:
    """A service that says back all that it was expected, as an error: Meta does so with a token it cannot read."""

    async def repeat(request: Request) -> Response:
        said = f"{request.url} {dict(request.headers)} {(await request.body()).decode()}"
        error = {"message": said, "code": 1, "error_user_msg": said, "error_data": {"details": said}}
        return JSONResponse({"error": error, "message": said, "code": said, "name": said}, 400)

    routes = [Route("/{path:path}", repeat, methods=["GET", "POST"])]
    with serve_in_thread(Starlette(routes=routes)) as url:
        yield url


def test_every_secret_is_tried() -> None:
    assert set(HIDDEN) == set(SECRETS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
class TestNothingShows:
    def test_when_all_is_right(self, operator: Operator, words: tuple[str, ...]) -> None:
        operator.settings |= OWN_DATABASE | {"TRANSCRIBE_KEY": "sk-of-the-transcription"}
        everything = operator.run(*words).everything
        assert everything
        for name in SECRETS:
            assert operator.settings[name] not in everything, name

    def test_when_the_secrets_are_wrong(self, operator: Operator, words: tuple[str, ...]) -> None:
        everything = operator.run(*words, **HIDDEN).everything
        assert "hidden" not in everything
        assert HIDDEN["RESEND_WEBHOOK_SECRET"] not in everything

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[", "https://nowhere.invalid"])
    def test_when_nobody_answers(self, operator: Operator, words: tuple[str, ...], url: str) -> None:
        away = dict.fromkeys(ADDRESSES, url)
        assert "hidden" not in operator.run(*words, **HIDDEN, **away).everything

    def test_when_a_service_repeats_them(
        self, operator: Operator, words: tuple[str, ...], parrot: str
    ) -> None:
        repeated = dict.fromkeys(ADDRESSES, parrot)
        assert "hidden" not in operator.run(*words, **HIDDEN, **repeated).everything
