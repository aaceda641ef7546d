"""`make baseline`: writes the first migration from the schema files, for as long as it has not been released."""

from pathlib import Path

from ops.migrations import FOLDER, SCHEMAS

BASELINE = FOLDER / "20261130000000_baseline.sql"
_HEADER = """\
-- The whole schema: the files of supabase/schemas, in the order of their names. `make baseline` writes this file from them, until
-- the first release; from then on it stays as it is, and each change is a migration of its own.

"""


def baseline(schemas: Path = SCHEMAS) -> str:
    return _HEADER + "\n".join(path.read_text("utf-8") for path in sorted(schemas.glob("*.sql")))


if __name__ == "__main__":
    BASELINE.write_text(baseline(), "utf-8")
    print(
        f"{BASELINE.name} written. A database that has the former one needs to be made anew (make run says how)"
    )
