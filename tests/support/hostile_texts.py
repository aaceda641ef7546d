"""Texts of customers that are hard to show: too long, empty, of combined characters, with tricks."""

FAMILY = "👨‍👩‍👧‍👦"

WORDS = {
    "empty": "",
    "short": "La notebook no prende",
    "long": "no anda la impresora " * 3_000,
    "one word": "x" * 60_000,
    "lines": "a\n" * 30_000,
    "blank lines": "a\n\n\n\n\nb\r\n\r\n\u2028c",
    "emoji": FAMILY * 500,
    "flags": "🇦🇷🇧🇷" * 500,
    "rtl": "\u202eلا يعمل الحاسوب\u202c " * 500,
    "zalgo": "e" + "\u0301" * 5_000,
    "controls": "a\x00b\x07\x1b[31mc\x9f\ttab",
    "spaces": " \n \t " * 100,
    "placeholders": "{code} {words} %s {0.__class__}",
    "formatting": "*bold _italic ~gone ```code\n> quoted",
    "half a character": "a\ud83d b",
}
