"""The forms in which one and the same phone number is written."""

import re

LOCAL_DIGITS = 10


def canonical(phone: str) -> str:
    """The digits as Meta's webhooks write them: Argentina with its 9, Mexico with its 1."""
    digits = re.sub(r"\D", "", phone)
    for country, mobile in (("54", "9"), ("52", "1")):
        if digits.startswith(country) and len(digits) == len(country) + LOCAL_DIGITS:
            return country + mobile + digits[len(country) :]
    return digits
