-- What a new hosted Supabase project has before its first migration, beside supabase/roles.sql. The superuser runs both in each
-- new database.

-- Roles belong to the whole server: only the first database creates it.
do $$
begin
  if to_regrole('postgres') is null then
    create role postgres login createdb createrole replication bypassrls;
    grant anon, authenticated, service_role to postgres with admin option;
    -- Supabase lets its `postgres` do this, so that data can be restored without firing triggers.
    grant set on parameter session_replication_role to postgres;
  end if;
  execute format('alter database %I owner to postgres', current_database());
  execute format('alter database %I set search_path to "$user", public, extensions', current_database());
end
$$;

create schema extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;

-- What a migration creates is open to the three roles, as in hosted projects: a forgotten `revoke` has to show on a developer's
-- machine. Since 2026-10-30 the Data API reaches no new table or sequence by itself, not even with the secret key, so a
-- forgotten `grant` shows, too. What Supabase revokes is only this: truncate, references and trigger stay with anon.
-- https://supabase.com/changelog/45329-breaking-change-tables-not-exposed-to-data-and-graphql-api-automatically
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke select, insert, update, delete on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke usage, select on sequences from anon, authenticated, service_role;
