"""Where the checkout and the recorded data of the tests are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
RECORDED = DATA / "whatsapp"
"""Webhook payloads as Meta documents or sends them, one a file."""
