"""Phone numbers as somebody types them with their country's code, as the digits that WhatsApp may know them by. Pure.

Lengths and first digits of the countries whose people a desk like this one serves, and of others that are often typed; of the rest
only that the code exists. The other forms of a number: `number_forms` in supabase/schemas/10_customers.sql.
"""

import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"[\s\-‐-―.()/\u200e\u200f\u202a-\u202e\u2060]")
_TRUNK_ZERO: Final = re.compile(r"\(0\)")  # "+44 (0)20": only dialled within the country
_MAX_DIGITS: Final = 15  # E.164
_MIN_DIGITS: Final = 8
_SHORTEST_ELSEWHERE: Final = 6  # digits after the country's code

# Mexico's 1 and Argentina's 9.
_NOT_DIALLED: Final = re.compile(r"^(52(?=1\d{10}$)|54(?=9\d{10}$))[19]")

# After the country's code.
_NATIONAL: Final = {
    "1": r"[2-9]\d{9}",
    "27": r"\d{9}",
    "30": r"\d{10}",
    "31": r"\d{9}",
    "32": r"\d{8,9}",
    "33": r"\d{9}",
    "34": r"[5-9]\d{8}",
    "39": r"\d{8,11}",
    "41": r"\d{9}",
    "44": r"[1-9]\d{8,9}",
    "48": r"\d{9}",
    "49": r"[1-9]\d{6,12}",
    "51": r"[1-9]\d{7,8}",
    "52": r"1?[2-9]\d{9}",
    "53": r"\d{8}",
    "54": r"9?[1-3]\d{9}",
    "55": r"[1-9][1-9](9[6-9]\d{7}|[2-9]\d{7})",
    "56": r"[2-9]\d{8}",
    "57": r"[36]\d{9}",
    "58": r"[24]\d{9}",
    "61": r"\d{9}",
    "91": r"[6-9]\d{9}",
    "351": r"[23469]\d{8}",
    "502": r"[2-8]\d{7}",
    "503": r"[2-9]\d{7}",
    "504": r"[2-9]\d{7}",
    "505": r"[2-8]\d{7}",
    "506": r"[2-8]\d{7}",
    "507": r"[2-9]\d{6,7}",
    "591": r"[2-8]\d{7}",
    "593": r"[2-9]\d{7,8}",
    "595": r"[2-9]\d{8}",
    "598": r"[249]\d{7}",
}
# All other codes: of two digits, and the beginnings of those of three.
_CODES: Final = frozenset(
    """
    20 36 40 43 45 46 47 60 62 63 64 65 66 7 81 82 84 86 90 92 93 94 95 98
    211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246
    248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 352 353 354 355 356
    357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 508 509 590 592 594 596 597
    599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 850 852 853 855 856 880 886 960 961 962
    963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 994 995 996 998
    """.split()
)


def read_number(typed: str) -> str | None:
    """The digits of a number, its country's code first. None for what can be no number of any country."""
    digits = _PUNCTUATION.sub("", _TRUNK_ZERO.sub("", typed))
    digits = digits.removeprefix("+") if digits.startswith("+") else digits.removeprefix("00")
    if not (digits.isascii() and digits.isdigit() and len(digits) >= _MIN_DIGITS):
        return None
    country = next((digits[:n] for n in (1, 2, 3) if digits[:n] in _NATIONAL or digits[:n] in _CODES), None)
    if country is None:
        return None
    national = _as_abroad(country, digits[len(country) :])
    if len(country + national) > _MAX_DIGITS:
        return None
    if country in _NATIONAL:
        return country + national if re.fullmatch(_NATIONAL[country], national) else None
    return country + national if len(national) >= _SHORTEST_ELSEWHERE else None


def is_same_number(one: str, other: str) -> bool:
    """Whether these are the digits of one number, which WhatsApp writes with a digit that is not dialled."""
    return _NOT_DIALLED.sub(r"\1", one) == _NOT_DIALLED.sub(r"\1", other)


def _as_abroad(country: str, national: str) -> str:
    """The number without what is only dialled at home: in Argentina a 0 before the area and a 15 after it, elsewhere a 0.

    In Brazil a mobile of eight digits, which is how many still say it, gets its ninth.
    """
    match country:
        case "54":
            mobile, rest = ("9", national[1:]) if national.startswith("9") else ("", national)
            rest = rest.removeprefix("0")
            return mobile + rest if len(rest) != 12 else "9" + re.sub(r"^(11|\d{3,4}?)15", r"\1", rest)
        case "55":
            rest = national.removeprefix("0")
            return f"{rest[:2]}9{rest[2:]}" if re.fullmatch(r"\d\d[6-9]\d{7}", rest) else rest
        case "39":
            return national  # part of the number there
        case _:
            return national.removeprefix("0")
