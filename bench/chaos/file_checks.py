"""Checks of the files in Storage against the attachments: each that a ticket has is there, and nothing else is."""

from bench.chaos.recording_index import RecordingIndex
from state.model.ticket import WhyMissing

# The room is bounded: that is not lost.
_NO_ROOM = {WhyMissing.NO_ROOM, WhyMissing.REMOVED}


def lost(index: RecordingIndex) -> list[str]:
    """Files of tickets that are not stored, or not whole."""
    files = [row for row in index.recording.tables["attachments"] if row["object"]]
    return [
        f"{row['object']}: {row['missing'] or 'not stored'}"
        for row in files
        if row["missing"] not in _NO_ROOM
        and (row["stored_at"] is None or index.recording.objects.get(row["object"]) != row["bytes"])
    ]


def left_over(index: RecordingIndex) -> list[str]:
    """Files in Storage that no ticket has: of who was erased, or removed to make room."""
    wanted = {row["object"] for row in index.recording.tables["attachments"] if row["stored_at"]}
    return [path for path in index.recording.objects if path not in wanted]
