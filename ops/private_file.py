"""Writes a file that only the operator can read, and that is there only once it is complete."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.errors import OpsError


@contextmanager
def private_file(output: Path) -> Iterator[Path]:
    """An empty file of mode 0600 to write to; it takes the place of `output` at the end. Raises OpsError."""
    try:
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as folder:
            new = Path(folder) / output.name
            new.touch(mode=0o600)
            yield new
            new.replace(output)
    except OSError as error:
        raise OpsError(f"{output} cannot be written: {error.strerror}") from None
