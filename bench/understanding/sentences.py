"""The labelled sentences: our voices in said/, and sets in the format of examples.tsv."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
SAID: Final = FOLDER / "said"
EXAMPLES: Final = FOLDER / "examples.tsv"
# What other sets call the places of state/understanding/act.py.
_PLACES: Final = {"menu2": "menu"}
_LABELS: Final = {"greeting": "menu"}
_LANGUAGE: Final = "language:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence. labels: any of them is right, the first is the best; where: `Place`, or "new" without tickets."""

    voice: str
    language: str
    where: str
    labels: tuple[str, ...]
    text: str


def read_file(path: Path) -> list[Sentence]:
    """The sentences of a file. Its header names the columns: `where label text`, the language being the first two letters of the
    file's name, or `lang region where expected text` and more.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        return list(_sentences(path.stem, csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)))


def read_folder(folder: Path) -> list[Sentence]:
    """The sentences of all voices in a folder."""
    return [sentence for path in sorted(folder.glob("*.tsv")) for sentence in read_file(path)]


def _sentences(name: str, rows: Iterable[dict[str, str]]) -> Iterator[Sentence]:
    for row in rows:
        labels = row.get("label") or row["expected"]
        yield Sentence(
            voice=name,
            language=row.get("lang") or name[:2],
            where=_PLACES.get(row["where"], row["where"]),
            labels=tuple(_label(each) for each in labels.split("|")),
            text=row["text"],
        )


def _label(written: str) -> str:
    if written.startswith(_LANGUAGE):
        return f"lang:{written.removeprefix(_LANGUAGE)}"
    return _LABELS.get(written, written)


def spoken(text: str) -> str:
    """The text without what does not make it another one: "Sí!" is what somebody else has said already."""
    return " ".join(re.findall(r"\w+", text.casefold())) or text.strip()
