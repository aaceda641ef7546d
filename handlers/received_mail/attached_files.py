"""Which parts of an answer by e-mail are files for the customer, and not of the mail itself: signatures, logos, what was quoted."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote

from state.model.received_mail import ReceivedFile, ReceivedMail

# What mail programs attach by themselves: signatures and keys of S/MIME and PGP, answers to invitations, what a report is made of.
_PROGRAMS_TYPES: Final = frozenset(
    """
    application/pkcs7-signature application/x-pkcs7-signature application/pkcs7-mime application/x-pkcs7-mime
    application/pgp-signature application/pgp-keys application/pgp-encrypted
    text/calendar application/ics message/delivery-status message/disposition-notification text/rfc822-headers
    """.split()
)
_PROGRAMS_NAMES: Final = re.compile(
    r"smime\.p7[msc]|.*\.p7s|signature\.asc|openpgp_(0x)?[0-9a-f]+.*\.asc|openpgp_signature(\.asc)?|publickey.*\.asc|.*\.ics",
    re.IGNORECASE | re.DOTALL,
)
_MAX_PROGRAMS_NAME: Final = 200
# Parts that are text of the mail, unless somebody gave them a name: the footer of a list, a forwarded mail.
_TEXTS: Final = ("text/", "message/", "multipart/")
_CID: Final = re.compile(r"""\bcid:([^"'\s<>)]{1,1000})""", re.IGNORECASE)
# As Outlook names the images of a signature. It leaves some in a mail from whose text it has taken them.
_OUTLOOKS_ID: Final = re.compile(r"image\d{3}\.[a-z]{3,4}@[0-9a-f.]+")


def attached_files(mail: ReceivedMail, content_ids: Collection[str]) -> tuple[ReceivedFile, ...]:
    """The files of a mail that are meant for the customer, in its order.

    content_ids: of the images that stand in what was typed. Those that stand elsewhere in its HTML are of a signature or a quote.
    In a mail without HTML each part with a name counts: there is no telling.
    """
    files = [each for each in mail.files if not _is_programs(each)]
    if not mail.html:
        return tuple(each for each in files if each.filename)
    shown = {_plain(found) for found in _CID.findall(mail.html)}
    typed = {_plain(each) for each in content_ids}
    return tuple(each for each in files if _is_meant(each, shown, typed))


def _is_programs(file: ReceivedFile) -> bool:
    kind = file.content_type.partition(";")[0].strip().lower()
    name = file.filename.strip()
    is_programs_name = len(name) <= _MAX_PROGRAMS_NAME and _PROGRAMS_NAMES.fullmatch(name) is not None
    return kind in _PROGRAMS_TYPES or is_programs_name


def _is_meant(file: ReceivedFile, shown: set[str], typed: set[str]) -> bool:
    """An image that the HTML shows only if it was typed; of the rest, what Apple's programs call inline is attached all the same."""
    content_id = _plain(file.content_id)
    if content_id in typed:
        return True
    if content_id in shown or _OUTLOOKS_ID.fullmatch(content_id):
        return False
    return bool(file.filename) or not file.content_type.lower().startswith(_TEXTS)


def _plain(content_id: str) -> str:
    """A Content-ID as it can be compared: in a URL some of its characters are escaped."""
    return unquote(content_id).strip().strip("<>").lower()
