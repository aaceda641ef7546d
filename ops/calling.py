"""How this program is called from here, so that the commands that it prints can be typed as they stand."""

import shlex
import shutil
import sys
from pathlib import Path


def this_python() -> str:
    """The Python that runs this, as a shell in this folder knows it: `.venv/bin/python`, `python3`, or its whole path."""
    executable = Path(sys.executable)
    if executable.is_relative_to(Path.cwd()):
        return shlex.quote(str(executable.relative_to(Path.cwd())))
    on_path = shutil.which(executable.name) == str(executable)
    return executable.name if on_path else shlex.quote(str(executable))
