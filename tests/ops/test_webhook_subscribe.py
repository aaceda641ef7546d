"""`python -m ops webhook subscribe`: Meta knows where to deliver and what, however often it is run."""

from emulator.meta.account import MESSAGING, Subscription
from ops.commands.webhook import FIELDS
from tests.support.ops import Operator, run_ops


def subscribe(operator: Operator, **changed: str | None) -> tuple[int, str, str]:
    result = operator.run("webhook", "subscribe", **changed)
    return result.code, result.out, result.err


def fresh(operator: Operator) -> None:
    """As Meta is before the first deploy."""
    operator.account.subscription = None
    operator.account.subscribed = []


def posts(operator: Operator) -> int:
    return sum(entry.method == "POST" for entry in operator.graph.call_log.all())


class TestSubscribe:
    def test_the_first_time(self, operator: Operator) -> None:
        fresh(operator)
        code, out, _ = subscribe(operator)
        app, account = operator.account.app_id, operator.graph.business.account_id
        assert code == 0
        assert out.splitlines() == [
            f"✓ app {app}: delivers to {operator.url}/ now: {', '.join(FIELDS)}",
            f"✓ business account {account}: sends to app {app} now",
        ]
        assert operator.account.subscription == Subscription(callback_url=f"{operator.url}/", fields=FIELDS)
        assert operator.account.subscribed == [app]
        assert operator.run("doctor").code == 0

    def test_again_nothing_is_changed(self, operator: Operator) -> None:
        fresh(operator)
        subscribe(operator)
        before = posts(operator)
        code, out, _ = subscribe(operator)
        assert (code, posts(operator)) == (0, before)
        assert "already delivers to" in out
        assert "already sends to app" in out

    def test_it_moves_with_the_function_and_keeps_what_others_asked_for(self, operator: Operator) -> None:
        theirs = Subscription(callback_url="https://old.example/", fields=("messages", "flows"))
        operator.account.subscription = theirs
        _, out, _ = subscribe(operator)
        assert "now, until now to https://old.example/" in out
        assert operator.account.subscription == Subscription(
            callback_url=f"{operator.url}/", fields=(*FIELDS, "flows")
        )

    def test_one_that_was_switched_off_is_switched_on(self, operator: Operator) -> None:
        operator.account.subscription = Subscription(
            callback_url=f"{operator.url}/", fields=FIELDS, active=False
        )
        subscribe(operator)
        assert operator.account.subscription.active

    def test_an_address_of_the_account_s_own_is_removed(self, operator: Operator) -> None:
        operator.account.override = "https://old.example/"
        _, out, _ = subscribe(operator)
        assert "now, until now to https://old.example/" in out
        assert operator.account.override == ""
        assert operator.doctor("deliveries")[0][0] == "right"

    def test_an_address_of_the_number_s_own_is_removed(self, operator: Operator) -> None:
        operator.account.number_override = "https://old.example/"
        ((state, text, _),) = operator.doctor("deliveries")
        assert (state, text) == ("wrong", "the number has an address of its own: https://old.example/")
        _, out, _ = subscribe(operator)
        assert "✓ number: has no address of its own now, until now https://old.example/" in out
        assert operator.account.number_override == ""
        assert operator.doctor("deliveries")[0][0] == "right"

    def test_ids_that_are_not_set_are_found(self, operator: Operator) -> None:
        fresh(operator)
        assert subscribe(operator, WHATSAPP_APP_ID=None, WHATSAPP_BUSINESS_ACCOUNT_ID=None)[0] == 0
        assert operator.account.subscribed == [operator.account.app_id]

    def test_for_programs(self, operator: Operator) -> None:
        answer = operator.json("webhook", "subscribe")
        assert answer["app_id"] == operator.account.app_id
        assert answer["app"].startswith("already delivers to")


class TestUnsubscribe:
    def test_it_asks_and_removes(self, operator: Operator) -> None:
        refused = operator.asked("no\n", "webhook", "unsubscribe")
        assert (refused.code, "nothing was changed" in refused.err) == (1, True)
        assert operator.account.subscription is not None
        done = operator.asked("unsubscribe\n", "webhook", "unsubscribe")
        assert (done.code, f"delivers to nobody now, until now to {operator.url}/" in done.out) == (0, True)
        assert operator.account.subscription is None

    def test_there_is_none(self, operator: Operator) -> None:
        fresh(operator)
        assert "has no webhook" in operator.run("webhook", "unsubscribe").out


class TestRefused:
    def test_the_function_has_another_verify_token(self, operator: Operator) -> None:
        fresh(operator)
        code, out, err = subscribe(operator, WHATSAPP_VERIFY_TOKEN="another")
        assert (code, out) == (1, "")
        assert f"Meta tried to verify {operator.url}/ and did not get its challenge back" in err
        assert "HTTP Status Code = 403" in err
        assert operator.account.subscription is None
        assert operator.account.subscribed == []

    def test_nobody_is_there(self, operator: Operator) -> None:
        code, _, err = subscribe(operator, PUBLIC_URL="http://127.0.0.1:1")
        assert (code, "Is the function deployed there" in err) == (1, True)

    def test_the_secret_of_another_app(self, operator: Operator) -> None:
        code, _, err = subscribe(operator, WHATSAPP_APP_SECRET="f" * 32)
        assert code == 1
        assert err.startswith(f"✗ WHATSAPP_APP_SECRET is not that of app {operator.account.app_id}")

    def test_a_token_that_has_ended(self, operator: Operator) -> None:
        operator.account.token_valid = False
        assert subscribe(operator)[2] == "✗ Meta: the token is invalid or has expired (code 190)\n"

    def test_a_token_that_may_not_manage(self, operator: Operator) -> None:
        operator.account.scopes = (MESSAGING,)
        assert subscribe(operator)[2] == "✗ Meta: the token has no permission for this (code 200)\n"

    def test_what_it_needs_is_named(self) -> None:
        err = run_ops("webhook", "subscribe").err
        assert (
            "WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN, PUBLIC_URL are missing" in err
        )
