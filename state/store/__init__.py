"""The one place that talks to Supabase, and the LRU in front of it."""
