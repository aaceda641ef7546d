"""What is remembered: the dialogue and its words (pure), the LRU, and the one file that talks to Supabase."""
