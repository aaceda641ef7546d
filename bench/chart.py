"""The measurements as an SVG bar chart, for light and dark backgrounds."""

import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from bench.report import COLUMNS, Figure, Report

_WIDTH: Final = 760
_LABEL: Final = 190  # where the bars begin
_BAR: Final = 16
_STEP: Final = 22
_GAP: Final = 46
_STYLE: Final = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; } .figure { font-size: 12px; }
  .bare { fill: #8c959f; } .afternoon { fill: #d29922; } .ours { fill: #1f883d; } .cold { fill: #54aeff; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .spread { stroke: #e6edf3; }
    .ours { fill: #3fb950; } .bare { fill: #7d8590; } .cold { fill: #388bfd; }
  }
"""
_PERCENTILE: Final = re.compile(r", p\d\d")
_COLOURS: Final = dict(zip(COLUMNS, ("bare", "afternoon", "ours", "cold"), strict=True))


# Rows of the report, by name, under one title.
PANELS: Final = {
    "Cold start: from the process to the first message answered, ms": (
        "cold start to the first message answered",
    ),
    "The function's own processor time per message, ms": ("the function's processor time per message",),
    "Until Meta has its 200, at 20 messages/s, Supabase 20 ms and Graph 150 ms away, ms": (
        "until 200 at 20/s, p50",
        "until 200 at 20/s, p99",
    ),
    "The same while Resend hangs, ms": (
        "until 200 at 20/s, p50, Resend hangs",
        "until 200 at 20/s, p99, Resend hangs",
    ),
}


def draw(report: Report) -> str:
    parts, top = list[str](), 24
    for title, names in PANELS.items():
        rows = [row for row in report.rows if row.name in names and row.unit == "ms"]
        bars = [
            (column + "".join(_PERCENTILE.findall(row.name)), column, cell)
            for row in rows
            for column, cell in row.cells.items()
        ]
        if not bars:
            continue
        parts.append(f'<text class="title" x="0" y="{top}">{escape(title)}</text>')
        parts += _bars(bars, top + 10)
        top += len(bars) * _STEP + _GAP
    height = top - _GAP + 24
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img">'
    return "\n".join([head, f"<style>{_STYLE}</style>", *parts, "</svg>"]) + "\n"


def _bars(bars: list[tuple[str, str, Figure]], top: int) -> Iterator[str]:
    most = max(figure.high for _, _, figure in bars)
    scale = (_WIDTH - _LABEL - 150) / most
    for number, (label, column, figure) in enumerate(bars):
        y = top + number * _STEP
        middle, end = y + _BAR / 2, _LABEL + figure.median * scale
        yield f'<text x="0" y="{y + 13}">{escape(label)}</text>'
        yield f'<rect class="{_COLOURS[column]}" x="{_LABEL}" y="{y}" width="{end - _LABEL:.1f}" height="{_BAR}" rx="2"/>'
        low, high = _LABEL + figure.low * scale, _LABEL + figure.high * scale
        yield f'<path class="spread" d="M{low:.1f} {middle}H{high:.1f}"/>'
        yield f'<text class="figure" x="{max(end, high) + 8:.1f}" y="{y + 13}">{escape(str(figure))}</text>'
