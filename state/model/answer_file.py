"""What technicians may send along with an answer, as the page says it and the handlers check it."""

from enum import StrEnum
from typing import Final

MEGABYTE: Final = 1024 * 1024
MAX_PHOTO_BYTES: Final = 5 * MEGABYTE  # Meta's
MAX_DOCUMENT_BYTES: Final = 16 * MEGABYTE  # Meta takes 100 MB; an instance has each in its temporary files
MAX_BYTES_TOGETHER: Final = MAX_DOCUMENT_BYTES
MAX_FILES: Final = 5


class FileProblem(StrEnum):
    """The reasons why files cannot be sent. LARGE, LARGE_PHOTO: one of them; LARGE_TOGETHER: all."""

    TYPE = "type"
    EMPTY = "empty"
    LARGE = "large"
    LARGE_PHOTO = "large_photo"
    LARGE_TOGETHER = "large_together"
    MANY = "many"


# What a browser lets people choose. What is sent decides the content.
ACCEPTED: Final = "image/jpeg,image/png,.pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt,.csv,.log"
# The limits as the texts about them name them: megabytes, and a number of files.
LIMITS: Final = {
    "photo": MAX_PHOTO_BYTES // MEGABYTE,
    "document": MAX_DOCUMENT_BYTES // MEGABYTE,
    "together": MAX_BYTES_TOGETHER // MEGABYTE,
    "most": MAX_FILES,
}
