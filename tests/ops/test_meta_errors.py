"""An operator's calls to Meta: each refusal is one sentence with Meta's code."""

import pytest

from ops.errors import MetaError, Unreachable
from ops.graph import Graph
from ops.http_client import call, is_local
from ops.operator_settings import OperatorSettings
from tests.support.ops import Operator


def graph_of(operator: Operator, **changed: str) -> Graph:
    return Graph(OperatorSettings(values=operator.settings | changed, source="the test"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (190, "the token is invalid or has expired"),
        (10, "the token has no permission for this"),
        (200, "the token has no permission for this"),
        (299, "the token has no permission for this"),
        (4, "too many calls in an hour"),
        (80007, "too many calls in an hour"),
        (2, "try again in a few minutes"),
        (368, "blocked for a violation"),
        (131000, "Something went wrong"),
    ],
)
def test_a_refusal_in_plain_words(operator: Operator, code: int, expected: str) -> None:
    operator.graph.faults.error(code)
    with pytest.raises(MetaError, match=rf"^Meta: .*{expected}.*\(code {code}\)$") as refused:
        graph_of(operator).get("me/permissions")
    assert (refused.value.code, refused.value.subcode) == (code, 0)


def test_an_id_that_is_not_there(operator: Operator) -> None:
    with pytest.raises(
        MetaError, match=r"there is no such id, or the token may not see it \(code 100, subcode 33\)"
    ):
        graph_of(operator).get("999/phone_numbers")


def test_meta_s_details_are_passed_on(operator: Operator) -> None:
    path = f"{operator.graph.business.account_id}/message_templates"
    with pytest.raises(MetaError, match=r"Param category must be one of"):
        graph_of(operator).post(path, {"name": "a", "language": "es", "category": "NEWS"})


def test_an_answer_that_is_not_meta_s(operator: Operator) -> None:
    with pytest.raises(Exception, match="Meta answers 404 without an error message: is GRAPH_API_URL right"):
        graph_of(operator, GRAPH_API_URL=operator.url).get("me/permissions")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1/", "nobody answers there"),
        ("http://nowhere.invalid/", "there is no such host"),
        ("http://[", "not a valid URL"),
        ("nonsense", "not a valid URL"),
        ("", "not a valid URL"),
    ],
)
def test_nobody_answers(url: str, expected: str) -> None:
    with pytest.raises(Unreachable, match=expected):
        call("GET", url)


def test_a_call_times_out(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.http_client._TIMEOUT", 0.2)
    operator.graph.faults.hang(30)
    with pytest.raises(Unreachable, match="no answer in time"):
        graph_of(operator).get("me/permissions")


def test_a_change_that_timed_out_may_have_been_made(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.http_client._TIMEOUT", 0.2)
    operator.graph.faults.hang(30)
    with pytest.raises(Unreachable, match="may or may not have been made, so look before you try again"):
        graph_of(operator).post("1/subscribed_apps", {})


def test_a_redirect_does_not_take_the_token_along(operator: Operator) -> None:
    operator.graph.faults.error(1, status=302)
    with pytest.raises(MetaError):
        graph_of(operator).get("me/permissions")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8700/x", "http://localhost", "http://[::1]:5"])
def test_this_machine_is_not_asked_for_through_a_proxy(
    operator: Operator, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert is_local(url)
    assert graph_of(operator).token.valid
    assert not is_local("https://graph.facebook.com")
