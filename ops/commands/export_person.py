"""`python -m ops export-person`: everything that is stored about one person, in a zip file that only the operator can read."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from zipfile import ZIP_DEFLATED, ZipFile

import typer

from channels.whatsapp_media import ENDINGS, safe_type
from ops.arguments import phone_number
from ops.cli import settings_of
from ops.data_api import DataApi, Row
from ops.errors import OpsError
from ops.file_storage import file_storage
from ops.http_client import call
from ops.output import now, plural, show
from ops.private_file import private_file
from state.store.errors import StoreError
from state.store.files import FileStorage

_BSUID: Final = re.compile(r"[A-Z]{2}\.\w+", re.ASCII)
_CONTENT: Final = "person.json"
_NOT_THERE: Final = "Supabase Storage does not have it, or did not answer"


def export_person(
    context: typer.Context,
    who: Annotated[
        str,
        typer.Argument(
            help="Their phone number with its country code, or Meta's id of them: AR.x1y2.",
            metavar="NUMBER|ID",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(help="The zip file to write, which only you can read.", metavar="FILE"),
    ] = Path("person.zip"),
    without_internal: Annotated[
        bool,
        typer.Option("--without-internal", help="Leave out what technicians noted among themselves."),
    ] = False,
) -> None:
    """Export what is stored about a person: who they are, what was said in their tickets, and their files.

    Also the internal notes about them, which are their data, too. Read it before you hand it over.
    """
    settings = settings_of(context)
    api = DataApi(settings)
    person = _find(api, who.strip())
    tickets = [
        api.call("export_ticket", dict, id=person["id"], code=code, internal=not without_internal)
        for code in person["content"]["tickets"]
    ]
    with ExitStack() as stack:
        archive = stack.enter_context(ZipFile(stack.enter_context(private_file(output)), "w", ZIP_DEFLATED))
        files = _Files(archive=archive, storage=stack.enter_context(file_storage(settings)))
        content = {
            "exported_at": now().isoformat(),
            **person["content"],
            "tickets": [{**ticket, "files": files.add(ticket)} for ticket in tickets],
        }
        archive.writestr(_CONTENT, json.dumps(content, ensure_ascii=False, indent=2))
    done = {
        "output": str(output),
        "tickets": len(tickets),
        "files": files.added,
        "files_missing": files.missing,
    }
    if files.missing:
        text = f"! {plural(files.missing, 'file')} not in it: {_NOT_THERE}. {_CONTENT} says which"
        print(text, file=sys.stderr)
    show(context, done, _outcome(output, len(tickets), files.added))


def _find(api: DataApi, who: str) -> Row:
    """Their id, and what is stored beside the tickets. Raises OpsError if there is nobody, or `who` is neither number nor id."""
    bsuid = who if _BSUID.fullmatch(who) else None
    number = None if bsuid else phone_number(who)
    found = api.call("find_person", lambda data: data and int(data["id"]), user_id=bsuid, wa_id=number)
    content = api.call("export_person", lambda data: data and dict(data), id=found) if found else None
    if content is None:
        raise OpsError(f"nothing is stored about this {'id' if bsuid else 'number'}")
    return {"id": found, "content": content}


@dataclass(slots=True, kw_only=True)
class _Files:
    """Puts the files of tickets into the archive, one at a time."""

    archive: ZipFile
    storage: FileStorage
    added: int = 0
    missing: int = 0

    def add(self, ticket: Row) -> list[Row]:
        """The files' entries; of what was stored, with its name in the archive, or why it has none."""
        return list(self._entries(ticket))

    def _entries(self, ticket: Row) -> Iterator[Row]:
        for number, file in enumerate(ticket["files"], start=1):
            path, entry = file["object"], {name: file[name] for name in file if name != "object"}
            if path is None:
                yield entry
                continue
            content = self._content(path)
            if content is None:
                self.missing += 1
                yield {**entry, "missing": _NOT_THERE}
                continue
            self.added += 1
            name = f"{ticket['code']}/{number}.{ENDINGS.get(safe_type(file['mime_type']), 'bin')}"
            self.archive.writestr(name, content)
            yield {**entry, "in_this_archive": name}

    def _content(self, path: str) -> bytes | None:
        try:
            answer = call("GET", self.storage.link(path))
        except (StoreError, OpsError):
            return None
        return answer.content if answer.is_success else None


def _outcome(output: Path, tickets: int, files: int) -> Iterator[str]:
    yield f"✓ {output}: {plural(tickets, 'ticket')}, {plural(files, 'file')}; only you can read it"
    yield "  Read it before you hand it over: what technicians wrote may be about others, too"
    yield "Not in it: e-mails in the technicians' mailboxes and at Resend; what Meta keeps"
