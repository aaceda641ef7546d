"""The words that only have to be long and our own: made up once, and kept in the stage's settings file."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ops.errors import OpsError
from ops.settings import Settings

OWN: Final = ("WHATSAPP_VERIFY_TOKEN", "LINK_SIGNING_KEY")


def invent(file: Path, settings: Settings) -> Iterator[str]:
    """Writes those that are missing into `file` (readable by its owner alone), and says which.

    Raises OpsError if there is no such file.
    """
    if not file.is_file():
        raise OpsError(f"{file} is not there: cp .env.example {file}, and fill it in")
    for name in settings.missing(*OWN):
        lines = file.read_text("utf-8").splitlines()
        new = f"{name}={secrets.token_urlsafe(32)}"
        if f"{name}=" in lines:
            lines[lines.index(f"{name}=")] = new
        else:
            lines.append(new)
        file.write_text("\n".join(lines) + "\n", "utf-8")
        file.chmod(0o600)
        yield f"{name}: made up, and written into {file}"
