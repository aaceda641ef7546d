-- The roles of a Supabase project, which the schema, the Data API and Storage count on. A hosted project has them; on any other
-- Postgres `python -m ops migrate` makes the ones that are missing, and `make run` does so in its own. They belong to the
-- whole server, so another database of it may have made them already.

do $$
declare
  role text;
begin
  if to_regrole('anon') is null then
    create role anon nologin noinherit;
    alter role anon set statement_timeout = '3s';
  end if;
  if to_regrole('authenticated') is null then
    create role authenticated nologin noinherit;
    alter role authenticated set statement_timeout = '8s';
  end if;
  -- What the secret key stands for. It has no time-out of its own: the 8 s of authenticator's session apply.
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
  -- Whom the Data API logs in as; without a password nobody can.
  if to_regrole('authenticator') is null then
    create role authenticator login noinherit;
    alter role authenticator set statement_timeout = '8s';
    alter role authenticator set lock_timeout = '8s';
  end if;
  for role in select unnest(array['anon', 'authenticated', 'service_role']) loop
    if not pg_has_role('authenticator', role, 'member') then
      execute format('grant %I to authenticator', role);
    end if;
  end loop;
end
$$;
