"""Turns a voice note into text, at an address that speaks OpenAI's transcription API: theirs, or one of many others.

Source: POST /v1/audio/transcriptions, multipart: file, model, response_format. The answer: {"text": "..."}.
"""

from typing import Final
from urllib.parse import parse_qs, urlsplit

from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from channels.chunk_reader import reader_of
from channels.download import Download
from channels.http import Http
from channels.whatsapp_media import ENDINGS

_TIMEOUT: Final = Timeout(connect=3.0, read=20.0)
_MODEL: Final = "whisper-1"
_MAX_WORDS: Final = 10_000  # characters
# This file will never be heard. A 404 is of the address or the model, which can be mended.
_FINAL: Final = {400, 413, 415, 422}


class TranscriptError(Exception):
    """There is no transcript: no answer, another one than expected, or (is_final) this file is refused."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


class Transcriber:
    """A transcription service. Made without a connection. `url` may name the model: https://...?model=whisper-1."""

    def __init__(self, url: str, key: str, http: Http) -> None:
        address = urlsplit(url)
        self._url = address._replace(query="", fragment="").geturl()
        self._model = parse_qs(address.query).get("model", [_MODEL])[0]
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = http

    def words(self, voice: Download, mime_type: str) -> str:
        """What is said in it, in one line or more; empty if nothing is. Raises TranscriptError, and MediaError while it is read."""
        name = f"voice.{ENDINGS.get(mime_type, 'ogg')}"
        try:
            answer = self._http.post_file(
                self._url,
                fields={"model": self._model, "response_format": "json"},
                file=(name, reader_of(voice.chunks, voice.size), mime_type),
                headers=self._headers,
                timeout=_TIMEOUT,
            )
        except HTTPError as error:
            raise TranscriptError(type(error).__name__) from None
        said = answer.json()
        words = said.get("text") if isinstance(said, dict) else None
        if answer.status != 200 or not isinstance(words, str):
            raise TranscriptError(f"http {answer.status}", is_final=answer.status in _FINAL)
        return words.strip()[:_MAX_WORDS]
