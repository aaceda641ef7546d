"""The dialogue and its understanding of texts (pure), the data they share, the LRU, and the client of Supabase."""
