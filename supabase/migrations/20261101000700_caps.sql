-- Hourly caps: tickets per customer, and e-mails in total.

create function public.max_tickets_per_hour() returns integer
language sql immutable set search_path = '' as $$ select 30 $$;      -- each is an e-mail to the technicians

create function public.max_emails_per_hour() returns integer
language sql immutable set search_path = '' as $$ select 500 $$;
comment on function public.max_emails_per_hour is 'The number of e-mails per hour beyond which the rest goes into one digest.';

create function public.cap_emails() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_events bigint[] := coalesce(new.events, (
    select array_agg(e.id order by e.id) from public.ticket_events e
     where e.ticket_id = new.ticket_id and e.wamid = new.wamid and e.kind in ('created', 'human')));
  v_hour   timestamptz := date_trunc('hour', now());
begin
  -- Counted without a lock: concurrent inserts may exceed the cap by a few.
  if v_events is null or public.max_emails_per_hour() > (select count(*) from (
       select from public.outbox o
        where o.kind = 'email' and o.lane <> 'mail:digest' and o.created_at > now() - interval '1 hour'
        limit public.max_emails_per_hour()) sent) then
    return new;
  end if;
  loop
    v_hour := v_hour + interval '1 hour';
    insert into public.outbox (dedup_key, lane, kind, body, events, next_at)
    values ('digest/' || extract(epoch from v_hour)::bigint, 'mail:digest', 'email', 'digest', v_events, v_hour)
    -- A digest is never changed after its first attempt: every attempt under a key sends the same e-mail.
    on conflict (dedup_key) do update set events = outbox.events || excluded.events
      where outbox.status = 'ready' and outbox.attempts = 0 and cardinality(outbox.events) < 500;
    exit when found;
  end loop;
  return null;
end $$;
comment on function public.cap_emails is
  'Beyond the cap an e-mail is not inserted: its events go into the digest that is sent at the next full hour.';

-- Fresh links are exempt: a technician has just requested one, at most one in ten minutes.
create trigger cap_emails before insert on public.outbox
  for each row when (new.kind = 'email' and new.lane <> 'mail:digest' and new.body <> 'link')
  execute function public.cap_emails();

create function public.digest_record(p_events bigint[]) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('tickets', coalesce(jsonb_agg(jsonb_build_object(
      'code', t.code, 'summary', t.summary, 'wants_human', t.wants_human, 'at', latest.at) order by t.id), '[]'))
    from public.tickets t
    join (select e.ticket_id, max(e.created_at) as at from public.ticket_events e
           where e.id = any (p_events) group by e.ticket_id) latest on latest.ticket_id = t.id
$$;
