"""What all tests share: the real Postgres with the Data API, and the stand-ins for Meta and Resend."""

pytest_plugins = [
    "tests.support.database",
    "tests.support.standins",
    "tests.support.function",
    "tests.support.browser",
    "tests.support.ops",
    "tests.support.ops_tickets",
    "tests.support.osls",
    "tests.support.technician",
]
