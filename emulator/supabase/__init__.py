"""Stands in for Supabase: Postgres and the Data API."""
