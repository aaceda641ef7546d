"""Whether two domains belong to one organization ("relaxed alignment", RFC 7489, 3.1), judged without the public suffix list.

Stricter than the list would be: two subdomains of one domain are not aligned here, only a domain and what is below it.
"""

from typing import Final

from handlers.received_mail.sender_check.public_domains import PUBLIC_DOMAINS

# Under which anybody can have a domain: of the countries where people write to this desk, and some more. Where one is missing,
# a domain below it would be aligned with the suffix itself, which no stranger sends mail from.
_PUBLIC_SUFFIXES: Final = frozenset(
    f"{kind}.{country}"
    for countries, kinds in (
        ("ar", "com edu gob gov int mil net org tur coop musica"),
        ("bo", "com edu gob int org net mil tv"),
        ("br", "com net org edu gov mil art adv eng ind inf med tur blog eco emp log"),
        ("cl", "co gob gov mil"),
        ("co", "com edu gov mil net nom org"),
        ("cr", "ac co ed fi go or sa"),
        ("cu", "com edu org net gov inf"),
        ("do", "art com edu gob gov mil net org sld web"),
        ("ec", "com info net fin med pro org edu gov gob mil"),
        ("es", "com nom org gob edu"),
        ("gt", "com edu gob ind mil net org"),
        ("hn", "com edu org net mil gob"),
        ("mx", "com org gob edu net"),
        ("ni", "ac co com edu gob in info int mil net nom org web"),
        ("pa", "ac gob com org sld edu net ing abo med nom"),
        ("pe", "edu gob nom mil org com net"),
        ("pr", "com net org gov edu isla pro biz info name"),
        ("pt", "net gov org edu int publ com nome"),
        ("py", "com coop edu gov mil net org"),
        ("sv", "com edu gob org red"),
        ("uy", "com edu gub mil net org"),
        ("ve", "arts co com e12 edu gob gov info int mil net org web"),
        ("uk", "ac co gov ltd me net nhs org plc police sch"),
        ("au nz za jp kr in il id th", "ac co com edu gov go mil net ne or org"),
        ("cn hk tw sg my ph vn tr ua ng ke gh eg sa pk bd", "com net org edu gov co"),
        ("com", "br cn de eu gr jpn mex ru sa uk us za"),
    )
    for country in countries.split()
    for kind in kinds.split()
)


def aligned(one: str, other: str) -> bool:
    """True if they are equal, or one is below the other and that is an organization's. Both in lower case, without a dot at the end."""
    if not all(one.split(".") + other.split(".")):
        return False  # none, or no domain
    shorter, longer = sorted((one, other), key=len)
    if shorter == longer:
        return True
    return longer.endswith(f".{shorter}") and _is_organizations(shorter)


def _is_organizations(domain: str) -> bool:
    return domain.count(".") >= 1 and domain not in _PUBLIC_SUFFIXES and domain not in PUBLIC_DOMAINS
