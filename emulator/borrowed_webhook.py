"""Borrows a real app's webhook at Meta: notes what is there, has Meta deliver to this machine, and puts back what was there.

The note is written before anything is changed, so that also after SIGKILL the next run, or `python -m emulator restore`, can put
it back. It holds addresses and ids, nothing secret.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from emulator import EmulatorError, python
from ops.commands.webhook import (
    callback_url,
    explained,
    number_override,
    override_number,
    read_subscription,
    remove_subscription,
    subscribe_account,
    subscribe_all,
    subscribed_apps,
    unsubscribe_account,
    write_subscription,
)
from ops.errors import MetaError, OpsError
from ops.graph import Graph
from ops.http_client import call
from ops.operator_settings import OperatorSettings

NOTE: Final = "webhook-before.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What Meta had before `ours` was registered.

    callback_url: None without a webhook. account: the business account sends to the app; override, number_override: to this
    address instead, all messages or only the number's.
    """

    app_id: str
    account_id: str
    ours: str
    callback_url: str | None
    fields: tuple[str, ...]
    account: bool
    override: str
    number_override: str

    @property
    def others(self) -> list[str]:
        """The addresses that get no messages while it is borrowed."""
        all_of_them = (self.callback_url, self.override, self.number_override)
        return [url for url in dict.fromkeys(all_of_them) if url and url != self.ours]


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowedWebhook:
    """settings: real ones, but PUBLIC_URL and WHATSAPP_VERIFY_TOKEN are this machine's. theirs: the verify token of who had it before.

    Every method raises OpsError or EmulatorError.
    """

    settings: OperatorSettings
    theirs: str
    note: Path

    def look(self, *, override: bool) -> Before:
        """What is there now. Refuses an address of somebody else: with `override`, only if it could not be put back."""
        before = self._read()
        if before.others and not override:
            raise EmulatorError(
                f"Meta delivers this app's messages to {' and '.join(before.others)}. While this runs, that desk would get none of them, "
                "also later. If that is what you want: OVERRIDE=1; it is put back at the end"
            )
        for url in before.others:
            self._check_can_be_put_back(url)
        return before

    def take(self, before: Before) -> dict[str, str]:
        """Have Meta deliver to PUBLIC_URL, which it calls first. Returns what was done, as `subscribe_all`."""
        self.note.parent.mkdir(parents=True, exist_ok=True)
        self.note.write_text(json.dumps(asdict(before), indent=1))
        return subscribe_all(self.settings)

    def give_back(self) -> str | None:
        """Put back what the note says, unless somebody has changed it since. Returns what was done; None without a note.

        The note stays until it has succeeded.
        """
        before = self._noted()
        if before is None:
            return None
        graph = Graph(self.settings)
        if before.app_id != graph.app_id:
            raise EmulatorError(
                f"{self.note} is about app {before.app_id}, and the settings are of app {graph.app_id}: "
                "put the settings of that app into .env, or delete that file"
            )
        try:
            done = self._put_back(graph, before)
        except OpsError as error:
            raise EmulatorError(
                f"Meta still delivers to {before.ours}, and {before.callback_url or 'nothing'} could not be put back: {error}\n"
                f"Try it again later: {python()} -m emulator restore"
            ) from None
        self.note.unlink()
        return done

    def _put_back(self, graph: Graph, before: Before) -> str:
        now = self._read()
        if before.number_override and not now.number_override:
            override_number(graph, before.number_override, self.theirs)
        if before.override and not now.override:
            subscribe_account(graph, before.override, self.theirs)
        elif now.account and not before.account:
            unsubscribe_account(graph)
        if now.callback_url != before.ours or before.callback_url == before.ours:
            return f"delivers to {now.callback_url or 'nobody'}: left as it is"
        if before.callback_url is None:
            remove_subscription(graph, self._secret)
            return "delivers to nobody, as before"
        write_subscription(graph, self._secret, before.callback_url, self.theirs, before.fields)
        return f"delivers to {before.callback_url} again"

    @property
    def _secret(self) -> str:
        return self.settings.all("WHATSAPP_APP_SECRET")[0]

    def _read(self) -> Before:
        graph = Graph(self.settings)
        try:
            found = read_subscription(graph, self._secret)
        except MetaError as error:
            raise explained(error, callback_url(self.settings), graph.app_id) from None
        apps = subscribed_apps(graph)
        return Before(
            app_id=graph.app_id,
            account_id=graph.account_id,
            ours=callback_url(self.settings),
            callback_url=found.callback_url if found else None,
            fields=found.fields if found else (),
            account=graph.app_id in apps,
            override=apps.get(graph.app_id, ""),
            number_override=number_override(graph),
        )

    def _noted(self) -> Before | None:
        try:
            noted = json.loads(self.note.read_text())
            return Before(**{**noted, "fields": tuple(noted["fields"])})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            raise EmulatorError(f"{self.note} cannot be read: look at it, and delete it") from None

    def _check_can_be_put_back(self, url: str) -> None:
        """Meta verifies an address whenever it is registered, so it has to accept our token also at the end."""
        if self.theirs and answers_challenge(url, self.theirs):
            return
        token = (
            "does not accept the WHATSAPP_VERIFY_TOKEN of .env"
            if self.theirs
            else "needs its WHATSAPP_VERIFY_TOKEN in .env"
        )
        raise EmulatorError(
            f"Meta delivers to {url}, which could not be put back afterwards: it {token}. "
            f"Nothing was changed. If nobody needs that address any more: {python()} -m ops webhook unsubscribe"
        )


def answers_challenge(url: str, verify_token: str) -> bool:
    """Verify the address as Meta does: it knows the token, and nobody in between answers something else."""
    challenge = str(secrets.randbelow(10**10))
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        answer = call("GET", url, params=asked)
    except OpsError:
        return False
    return answer.status_code == 200 and answer.text == challenge
