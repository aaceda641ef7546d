-- Supabase grants EXECUTE on new functions to anon and authenticated by name: each one is closed by
-- name, then opened to the secret key alone. A later migration that adds a function ends with the same two steps.
revoke all on all functions in schema public from public, anon, authenticated, service_role;

grant execute on all functions in schema public to service_role;

revoke all on public.ticket_times, public.report_days, public.report_months, public.report_open, public.report_ratings
  from public, anon, authenticated, service_role;
grant select on public.ticket_times, public.report_days, public.report_months, public.report_open, public.report_ratings
  to service_role;
