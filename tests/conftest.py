"""What all tests share: the real Postgres with the Data API, and the stand-ins for Meta and Resend."""

pytest_plugins = [
    "tests.database",
    "tests.standins",
    "tests.function",
    "tests.browser",
    "tests.ops",
    "tests.ops_counter",
    "tests.osls",
    "tests.technician",
]
