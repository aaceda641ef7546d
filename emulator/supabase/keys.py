"""The API keys of the local Supabase: constants that open nothing but a developer's own machine."""

SUPABASE_SECRET_KEY = "sb_secret_local_mostrador_0000000000000000"  # noqa: S105
SUPABASE_PUBLISHABLE_KEY = "sb_publishable_local_mostrador_0000000000000000"

# The role that the Data API takes for each key.
SUPABASE_ROLES = {SUPABASE_SECRET_KEY: "service_role", SUPABASE_PUBLISHABLE_KEY: "anon"}
