"""Stands in for Supabase: Postgres, the Data API and Storage."""
