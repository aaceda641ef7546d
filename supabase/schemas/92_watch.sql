-- What a person has to see to, and how the operator hears of it: by at most one e-mail an hour, whichever process finds it out.

create table public.heartbeats (
  name text primary key,
  at   timestamptz not null
);
comment on table public.heartbeats is 'When something that has to go on last did: the sweep.';

create table public.account_updates (
  field text not null,                                     -- of Meta's webhook
  about text not null,                                     -- a template with its language; empty: the account, the number
  change text not null,
  is_over     boolean     not null default false,          -- good news have come since
  happened_at timestamptz not null default now(),          -- as Meta says
  at    timestamptz not null default now(),                -- when it became news to us
  primary key (field, about)
);
comment on table public.account_updates is
  'The latest news about the account, the number or a template, bad or that it is over, as Meta''s webhook told it.';

create table public.operator_mails (
  id         bigint generated always as identity primary key,
  keys       text[] not null,                              -- of the problems in it
  claimed_at timestamptz not null default now(),
  sent_at    timestamptz
);
comment on table public.operator_mails is 'The e-mails to the operator, each claimed by one process. Kept a week.';

alter table public.heartbeats      enable row level security;
alter table public.account_updates enable row level security;
alter table public.operator_mails  enable row level security;

create function public.record_account_update(
  p_field text, p_about text, p_change text, p_good boolean, p_happened_at timestamptz default null
) returns void language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  insert into public.account_updates as u (field, about, change, is_over, happened_at)
  values (p_field, p_about, p_change, p_good, least(p_happened_at, now()))
  on conflict (field, about) do update set change = excluded.change, is_over = excluded.is_over, happened_at = excluded.happened_at,
    at = case when (u.change, u.is_over) is distinct from (excluded.change, excluded.is_over) then now() else u.at end
   where u.happened_at <= excluded.happened_at;
end $$;
comment on function public.record_account_update is
  'Keeps bad news of Meta''s, or (p_good) that they are over. The same again is no news. Meta delivers in any order, and for 7 days: what '
  'happened before the latest that is known changes nothing. p_happened_at: null if it is not known: now.';

create function public.heartbeat_lasts() returns interval
language sql immutable as $$ select interval '5 min' $$;
comment on function public.heartbeat_lasts is 'The sweep comes each minute: after so long without one, nobody calls it, or it fails.';

create function public.problems(p_addresses text[] default null) returns jsonb
language sql stable set search_path = '' as $$
  with dead as (
    select * from public.outbox where status = 'dead' and public.is_dead_letter(content, last_error)
  ), found (kind, key, about, error, since, count) as (
    select 'sweep', extract(epoch from h.at)::bigint::text, '', null, h.at, 1
      from public.heartbeats h where h.name = 'sweep' and h.at < now() - public.heartbeat_lasts()
    union all
    -- Nothing has ever called it.
    select 'sweep', 'never', '', null, o.created_at, 1
      from (select created_at from public.outbox order by id limit 1) o
     where o.created_at < now() - public.heartbeat_lasts() and not exists (select from public.heartbeats h where h.name = 'sweep')
    union all
    select 'refused', concat_ws('/', p.channel, p.error), p.channel, p.error, null, 1
      from public.channel_pauses p where p.paused_until > now() and p.claim_at is null
    union all
    select 'template', max(o.last_error), '', max(o.last_error), min(o.created_at), count(*)
      from public.outbox o where o.held and o.as_template having count(*) > 0
    union all
    -- With its time: what was over meanwhile, and has come again, is news.
    select 'account', concat_ws('/', u.field, u.about, u.change, extract(epoch from u.at)), u.field,
      u.change, u.at, 1               -- which template is in the change
      from public.account_updates u where not u.is_over and u.at > now() - interval '7 days'
    union all
    -- Another one that is given up is news again.
    select 'dead_letters', extract(epoch from max(d.done_at))::bigint::text, '',
      (select concat_ws(': ', l.channel, l.last_error) from dead l order by l.done_at desc, l.id desc limit 1), min(d.done_at), count(*)
      from dead d having count(*) > 0
    union all
    select 'mailbox', f.address, f.address, (array_agg(f.kind order by f.at desc))[1], min(f.at), count(*)
      from public.mail_failures f where f.at > now() - public.mail_failure_lasts()
        and (p_addresses is null or f.address = any (p_addresses)) group by f.address
  )
  select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'key', concat_ws('/', kind, key), 'about', about, 'error', error,
    'since', since, 'count', count) order by since nulls first), '[]') from found
$$;
comment on function public.problems is
  'What a person has to see to: a sweep that does not come, a channel that refuses us, a template, bad news of Meta''s for a week, dead '
  'letters until somebody has retried or dropped them, and mailboxes that refuse our e-mails: of those that the settings still name '
  '(p_addresses, lower case; null: of all). key: changes when there is news.';

create function public.claim_operator_mail(p_keys text[]) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_mail bigint;
begin
  -- At most one an hour. A claim of which nothing was heard for five minutes did not lead to one.
  if exists (select from public.operator_mails m
              where m.sent_at > now() - interval '1 hour' or m.sent_at is null and m.claimed_at > now() - interval '5 min')
     -- What goes on is said again after a day.
     or not exists (select from unnest(p_keys) key where not exists (
       select from public.operator_mails m where m.sent_at > now() - interval '1 day' and key = any (m.keys))) then
    return null;
  end if;
  -- The same number again, and so the same key at Resend: whoever claimed it may have sent it before it was gone. What is over by now
  -- was perhaps never told.
  update public.operator_mails set claimed_at = now(), keys = array(select unnest(keys) intersect select unnest(p_keys))
   where sent_at is null and claimed_at > now() - public.email_key_lifetime()
  returning id into v_mail;
  if not found then
    insert into public.operator_mails (keys) values (p_keys) returning id into v_mail;
  end if;
  return v_mail;
end $$;
comment on function public.claim_operator_mail is
  'The number of the e-mail to send about these problems now; null: none. For who has the lock of operator_mails, taken in a statement '
  'before: it sees what the former holder has committed.';

create function public.watch(p_swept boolean, p_mail boolean, p_addresses text[] default null) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_problems jsonb;
  v_keys     text[];
  v_mail     bigint;
begin
  if p_swept then
    insert into public.heartbeats (name, at) values ('sweep', now())
    on conflict (name) do update set at = excluded.at;
    delete from public.operator_mails where claimed_at < now() - interval '7 days';
    delete from public.mail_failures where at < now() - interval '30 days';
  end if;
  v_problems := public.problems(p_addresses);
  v_keys := array(select p.value->>'key' from jsonb_array_elements(v_problems) p);
  if p_mail and v_keys <> '{}' and pg_try_advisory_xact_lock(hashtextextended('operator_mails', 0)) then
    v_mail := public.claim_operator_mail(v_keys);
  end if;
  return jsonb_build_object('problems', v_problems, 'mail', v_mail,
    'heartbeat', (select h.at from public.heartbeats h where h.name = 'sweep'));
end $$;
comment on function public.watch is
  'Returns the problems of the desk. p_swept: a sweep has come to its end, and that is its heartbeat. p_mail: if they are to be mailed to '
  'the operator now, the caller gets the number of that e-mail, and nobody else does.';

create function public.finish_operator_mail(p_id bigint) returns void
language sql set search_path = '' set lock_timeout = '2s' as $$ update public.operator_mails set sent_at = now() where id = p_id $$;
comment on function public.finish_operator_mail is 'The operator''s e-mail was accepted. What is claimed and not finished is claimed anew after five minutes.';

create function public.record_mail_failure(
  p_event_id text, p_kind text, p_address text, p_name text, p_reason text, p_row bigint
) returns boolean language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_address text := lower(p_address);
  v_row     public.outbox;
  v_ticket  public.tickets;
  v_all     boolean;         -- it went to all technicians, as this one was known to be out of reach
  v_event   bigint;
begin
  insert into public.mail_failures (event_id, address, kind, reason) values (p_event_id, v_address, p_kind, p_reason)
  on conflict (event_id) do nothing;
  if not found then return false; end if;
  if p_kind = 'complained' then return true; end if;         -- they have this one
  select * into v_row from public.outbox where id = p_row and channel = 'email' and content in ('opened', 'human', 'update', 'undelivered');
  if not found then return true; end if;
  select * into v_ticket from public.tickets where id = v_row.ticket_id for no key update;   -- of two at once the second sees the event of the first
  if not found then return true; end if;
  insert into public.ticket_events (ticket_id, kind, actor, author, author_address, body)
  select v_ticket.id, 'email_failed', 'system', p_name, v_address, p_kind
   where not exists (select from public.ticket_events e
     where e.ticket_id = v_ticket.id and e.kind = 'email_failed' and e.author_address = v_address and e.created_at > now() - interval '1 day')
  returning id into v_event;
  v_event := coalesce(v_event, (select max(e.id) from public.ticket_events e
    where e.ticket_id = v_ticket.id and e.kind = 'email_failed' and e.author_address = v_address));
  v_all := public.was_refused(v_address, v_row.first_attempt_at, p_event_id);
  if v_row.content <> 'opened' and v_row.dedup_key not like 'instead/%'
     and (v_row.recipient = v_address or v_row.recipient is null and v_ticket.assignee_address = v_address and not v_all) then
    insert into public.outbox (dedup_key, lane, channel, content, ticket_id, events)
    values ('instead/' || v_row.id || '/' || public.technician_id(v_address), 'update:' || v_ticket.code, 'email', v_row.content, v_ticket.id,
      v_row.events || v_event)
    on conflict (dedup_key) do nothing;
  end if;
  return true;
end $$;
comment on function public.record_mail_failure is
  'An e-mail did not reach a technician, says Resend. The ticket records it, and what only they were told goes to all. p_row: of the outbox; '
  'null: not about a ticket. False if this event was recorded before.';
