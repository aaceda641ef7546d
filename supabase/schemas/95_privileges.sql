-- Who may do what: only the secret key (service_role), through these tables, views and functions. Row level security without a
-- policy closes the tables to everybody else once more. `python -m ops migrate` lays these grants again at every run.
--
-- Supabase used to grant everything new in this schema to anon and authenticated, by name. Since 2026-10-30 nobody, not even
-- service_role, may read or write a new table; truncate stays with anon. So everything is closed by name, and then opened. The
-- schema belongs to the desk alone.
-- A migration after the baseline that adds a table or a function does the same for it.

revoke all on all tables in schema public from public, anon, authenticated, service_role;
revoke all on all sequences in schema public from public, anon, authenticated, service_role;
revoke all on all functions in schema public from public, anon, authenticated, service_role;

grant select, insert, update, delete on
  public.customers, public.conversations, public.tickets, public.ticket_events, public.attachments, public.inbound,
  public.outbox, public.channel_pauses, public.technicians, public.answers, public.drafts, public.ticket_words,
  public.desk_access, public.mail_failures, public.heartbeats, public.account_updates, public.operator_mails,
  public.retention, public.received_mails to service_role;
grant select on
  public.ticket_times, public.report_days, public.report_months, public.report_open, public.report_ratings to service_role;
grant execute on all functions in schema public to service_role;
