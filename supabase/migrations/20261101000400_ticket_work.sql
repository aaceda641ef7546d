-- The technicians' side: legal status changes, the events they record, and the notifications they cause.
--
-- Every change of a ticket's status (by the page, the command line, an UPDATE in Supabase Studio) goes through the trigger on
-- tickets, which records the event. Every event goes through the trigger on ticket_events, which puts the notification into
-- the outbox. A notification's row holds the ids of its events; it is rendered when it is sent.

create function public.ticket_moves() returns table (action text, from_status text, to_status text)
language sql immutable set search_path = '' as $$
  values
    ('take',    'open',             'in_progress'),
    ('take',    'in_progress',      'in_progress'),        -- from a colleague
    ('take',    'waiting_customer', 'in_progress'),        -- the customer answered outside WhatsApp
    ('ask',     'open',             'waiting_customer'),
    ('ask',     'in_progress',      'waiting_customer'),
    ('ask',     'waiting_customer', 'waiting_customer'),
    ('answer',  'open',             'in_progress'),
    ('answer',  'in_progress',      'in_progress'),
    ('answer',  'waiting_customer', 'waiting_customer'),
    ('answer',  'resolved',         'resolved'),
    ('resolve', 'open',             'resolved'),
    ('resolve', 'in_progress',      'resolved'),
    ('resolve', 'waiting_customer', 'resolved'),
    ('fixed',   'resolved',         'closed'),             -- the owner says so
    ('close',   'open',             'closed'),
    ('close',   'in_progress',      'closed'),
    ('close',   'waiting_customer', 'closed'),
    ('close',   'resolved',         'closed'),
    ('reopen',  'resolved',         'open'),
    ('reopen',  'closed',           'open'),
    (null,      'in_progress',      'open')                -- returned to the queue, in Supabase Studio
$$;
comment on function public.ticket_moves is 'The legal moves: which action is possible in which status, and the status after it.';

create function public.check_status_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not exists (select from public.ticket_moves() m where m.from_status = old.status and m.to_status = new.status) then
    raise exception 'a ticket cannot go from % to %', old.status, new.status using errcode = '23514',
      hint = 'legal from ' || old.status || ': ' || (select string_agg(distinct m.to_status, ', ')
        from public.ticket_moves() m where m.from_status = old.status and m.to_status <> old.status);
  end if;
  new.updated_at := now();
  return new;
end $$;

create trigger check_status_change before update of status on public.tickets
  for each row when (old.status is distinct from new.status) execute function public.check_status_change();

create function public.record_status_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  -- Set by move_ticket for this transaction only. If it is not set, a technician has updated the row in Supabase Studio.
  insert into public.ticket_events (ticket_id, kind, actor, author, action, from_status, to_status, body, wamid, key)
  select new.id, 'status', coalesce(move->>'actor', 'technician'), move->>'author', move->>'action', old.status, new.status,
         move->>'body', move->>'wamid', move->>'key'
    from (select nullif(current_setting('mostrador.status_change', true), '')::jsonb as move) given;
  perform set_config('mostrador.status_change', '', true);
  return null;
end $$;

create trigger record_status_change after update of status on public.tickets
  for each row when (old.status is distinct from new.status) execute function public.record_status_change();

create function public.change_is_allowed(p_ticket bigint, p_kind text) returns boolean
language sql stable set search_path = '' as $$
  select case
    when p_kind in ('close', 'fixed', 'reopen') then
      exists (select from public.ticket_moves() m where m.action = p_kind and m.from_status = t.status)
    when p_kind = 'rating' then t.status in ('resolved', 'closed')
    else true end
   from public.tickets t where t.id = p_ticket
$$;

create function public.move_ticket(
  p_ticket public.tickets, p_actor text, p_action text, p_body text, p_author text, p_key text, p_wamid text,
  p_to text default null
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_to    text := coalesce(p_to, (select m.to_status from public.ticket_moves() m
                                   where m.action = p_action and m.from_status = p_ticket.status));
  v_event bigint;
begin
  if v_to is null then return null; end if;
  if v_to <> p_ticket.status then
    perform set_config('mostrador.status_change', jsonb_build_object('actor', p_actor, 'action', p_action, 'body', p_body,
      'author', p_author, 'key', p_key, 'wamid', p_wamid)::text, true);
    update public.tickets set status = v_to where id = p_ticket.id;
    select max(id) into v_event from public.ticket_events where ticket_id = p_ticket.id;
  else
    insert into public.ticket_events (ticket_id, kind, actor, author, action, body, wamid, key)
    values (p_ticket.id, 'answer', p_actor, p_author, p_action, p_body, p_wamid, p_key) returning id into v_event;
    update public.tickets set updated_at = now() where id = p_ticket.id;
  end if;
  return v_event;
end $$;
comment on function public.move_ticket is
  'One action on a ticket, locked by the caller: the change if there is one, and the event. Null if its status forbids it.';

create function public.ticket_record(p_ticket bigint, p_events bigint[] default null) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'code', t.code, 'status', t.status,
    -- In a notification, the status at its latest event: a later change must not alter the text of the next attempt.
    'status_then', case when p_events is not null then coalesce((
        select e.to_status from public.ticket_events e
         where e.ticket_id = t.id and e.to_status is not null and e.id <= (select max(id) from unnest(p_events) as id)
         order by e.id desc limit 1), 'open') end,
    'summary', t.summary, 'description', t.description, 'wants_human', t.wants_human,
    'assignee', t.assignee, 'rating', t.rating, 'created_at', t.created_at, 'updated_at', t.updated_at,
    'language', coalesce((select v.session->>'language' from public.conversations v where v.customer_id = t.customer_id), t.language),
    'customer', (select jsonb_build_object('name', c.name, 'wa_id', c.wa_id, 'user_id', c.user_id)
                   from public.customers c where c.id = t.customer_id),
    'actions', (select coalesce(jsonb_agg(m.action order by m.action), '[]') from public.ticket_moves() m
                 where m.from_status = t.status and m.action <> 'fixed'),
    'events', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', e.id, 'kind', e.kind, 'actor', e.actor, 'author', e.author, 'action', e.action, 'from_status', e.from_status,
        'to_status', e.to_status, 'text', e.body, 'at', e.created_at, 'files', (
          select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'media_id', a.media_id,
              'mime_type', a.mime_type, 'sha256', a.sha256, 'filename', a.filename, 'caption', a.caption,
              'latitude', a.latitude, 'longitude', a.longitude, 'place', a.place) order by a.id), '[]')
            from public.attachments a where a.event_id = e.id)) order by e.id), '[]')
       from public.ticket_events e where e.ticket_id = t.id and (p_events is null or e.id = any (p_events))),
    'waiting', (select count(*) from public.outbox o where o.ticket_id = t.id and o.status in ('ready', 'sending', 'unknown') and o.lane not like 'later:%'))
   from public.tickets t where t.id = p_ticket
$$;
comment on function public.ticket_record is
  'A ticket for technicians: everything, or only some of its events. Never shown to a customer.';

create function public.load_ticket(p_code text) returns jsonb
language sql stable set search_path = '' as $$
  select public.ticket_record(t.id) from public.tickets t where t.code = p_code
$$;
comment on function public.load_ticket is 'The whole record of a ticket, or null. For technicians: there is no owner check.';

create function public.list_tickets(p_statuses text[] default null, p_limit integer default 50, p_before bigint default null)
returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'code', t.code, 'status', t.status, 'summary', t.summary,
      'assignee', t.assignee, 'wants_human', t.wants_human, 'rating', t.rating, 'language', t.language,
      'customer', (select c.name from public.customers c where c.id = t.customer_id),
      'created_at', t.created_at, 'updated_at', t.updated_at) order by t.id desc), '[]')
    from (select t.*
            -- One index range per status. The comparison is written so that the planner uses it, not "status = s": otherwise the
            -- planner scans all closed tickets to find rare statuses.
            from (select distinct s from unnest(coalesce(p_statuses,
                    '{open,in_progress,waiting_customer,resolved,closed}')) as s) wanted
            cross join lateral (
              select * from public.tickets t
               where t.status >= wanted.s and (t.status, t.id) < (wanted.s, coalesce(p_before, 9223372036854775807))
               order by t.status desc, t.id desc limit p_limit) t
           order by t.id desc limit p_limit) t
$$;
comment on function public.list_tickets is 'The latest tickets, newest first, with some statuses or with any.';

create function public.act_on_ticket(
  p_code text, p_action text, p_text text default null, p_author text default null,
  p_key text default null, p_seen bigint default null
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
  v_text   text := nullif(btrim(p_text, E' \t\r\n'), '');
  v_result text := 'done';
begin
  -- The customer is locked first, as in every transaction that may change their conversation.
  perform from public.customers where id = (select customer_id from public.tickets where code = p_code) for no key update;
  select * into v_ticket from public.tickets where code = p_code for no key update;
  if not found then
    return jsonb_build_object('result', 'missing', 'ticket', null);
  end if;
  if exists (select from public.ticket_events where ticket_id = v_ticket.id and key = p_key) then
    v_result := 'repeated';
  elsif exists (select from public.ticket_events
                 where ticket_id = v_ticket.id and id > p_seen and kind <> 'notified') then
    v_result := 'stale';
  elsif p_action = 'fixed' or not exists (select from public.ticket_moves() m
                 where m.action = p_action and m.from_status = v_ticket.status) then
    v_result := 'illegal';
  elsif v_text is null and p_action in ('ask', 'answer') then
    v_result := 'text_missing';
  else
    perform public.move_ticket(v_ticket, 'technician', p_action, v_text, nullif(btrim(p_author), ''), p_key, null);
    if p_action = 'take' then
      update public.tickets set assignee = coalesce(nullif(btrim(p_author), ''), assignee) where id = v_ticket.id;
    end if;
  end if;
  return jsonb_build_object('result', v_result, 'ticket', public.ticket_record(v_ticket.id));
end $$;
comment on function public.act_on_ticket is
  'Applies a technician''s action: done, repeated (same form), stale (events after p_seen), illegal, text_missing or missing.';

create function public.notify() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
begin
  select * into v_ticket from public.tickets where id = new.ticket_id;
  if new.actor = 'technician' and (new.kind = 'status' or new.kind = 'answer' and new.body is not null) then
    perform public.notify_customer(v_ticket, new);
  elsif new.actor = 'customer' and (new.kind in ('note', 'rating') or new.kind = 'status' and new.action is not null) then
    perform public.notify_technicians(v_ticket, new);
  end if;
  return null;
end $$;

create trigger notify after insert on public.ticket_events for each row execute function public.notify();

create function public.notify_customer(p_ticket public.tickets, p_event public.ticket_events) returns void
language plpgsql set search_path = '' as $$
declare
  v_lane     text := 'notify:' || p_ticket.customer_id;      -- not the lane of replies, so that none waits for a notification
  v_row      public.outbox;
  v_customer bigint;
begin
  if p_ticket.customer_id is null then return; end if;
  -- Null while the customer is being merged or erased: inserting a row that references them would wait for that transaction,
  -- which waits for the ticket that we have locked. The notification looks up the ticket's customer when it is sent.
  select id into v_customer from public.customers where id = p_ticket.customer_id for key share skip locked;
  perform public.set_current_ticket(p_ticket, array[p_event.id], false);
  -- Events within a minute share one bubble.
  select * into v_row from public.outbox
   where ticket_id = p_ticket.id and lane = v_lane and status = 'ready' and attempts = 0 and next_at > now()
     and cardinality(events) < 5                       -- more would not fit in one message
   order by id desc limit 1 for update skip locked;
  if not found then
    insert into public.outbox (dedup_key, lane, kind, customer_id, ticket_id, body, fallback, events, next_at, window_until)
    values ('notify/' || p_event.id, v_lane, 'whatsapp', v_customer, p_ticket.id, 'message', 'template',
      array[p_event.id], now() + interval '60 s',
      coalesce((select last_inbound_at from public.conversations where customer_id = p_ticket.customer_id), '-infinity')
        + interval '23 h 55 min');
  elsif (select min(e.from_status) filter (where e.id = v_row.events[1]) = p_event.to_status and bool_and(e.body is null)
           from public.ticket_events e where e.id = any (v_row.events || p_event.id)) then
    delete from public.outbox where id = v_row.id;     -- back in the same status, without a text
  else
    update public.outbox set events = events || p_event.id where id = v_row.id;
  end if;
end $$;
comment on function public.notify_customer is
  'Notifies the customer by WhatsApp, after a minute, of all that technicians did by then: in free text, or by template outside the 24 hours.';

create function public.set_current_ticket(p_ticket public.tickets, p_events bigint[], p_left boolean) returns void
language plpgsql set search_path = '' as $$
declare
  v_asks boolean := p_ticket.status in ('waiting_customer', 'resolved');
begin
  -- An UPDATE in Supabase Studio holds the ticket and not the customer: skip it, as waiting could be a deadlock.
  perform from public.customers where id = p_ticket.customer_id for no key update skip locked;
  if not found then return; end if;
  update public.conversations set version = version + 1, updated_at = now(), session =
    (case when notified.matters and (
           coalesce(session->>'state', 'menu') in ('menu', 'asking_code', 'following')
           or p_left and session->>'state' = 'describing' and not session ?| array['draft', 'files'])
         -- A customer who is busy with another ticket stays on that ticket until the notification is sent.
         and (p_left or session->>'state' is distinct from 'following' or session->>'current_ticket' = p_ticket.code
              or (session->>'at')::timestamptz < now() - interval '10 minutes')
      then session - 'draft' - 'files' - 'acknowledged_at' - 'misses'
           || jsonb_build_object('state', 'following', 'current_ticket', p_ticket.code, 'at', now())
      else session end
    || case when v_asks then jsonb_build_object('open_question', p_ticket.code) else '{}' end)
    - case when not v_asks and session->>'open_question' = p_ticket.code then 'open_question' else '' end
    from (select bool_or(e.body is not null or e.to_status in ('waiting_customer', 'resolved')) as matters
            from public.ticket_events e where e.id = any (p_events)) notified
   where customer_id = p_ticket.customer_id
     and (notified.matters or session->>'open_question' = p_ticket.code);
end $$;
comment on function public.set_current_ticket is
  'Makes this the ticket that the customer''s next message is about, unless they are in the middle of something else.';

create function public.notify_technicians(p_ticket public.tickets, p_event public.ticket_events) returns void
language plpgsql set search_path = '' as $$
declare
  v_lane text := 'update:' || p_ticket.code;
begin
  update public.outbox set events = events || p_event.id
   where id = (select id from public.outbox where ticket_id = p_ticket.id and lane = v_lane and status = 'ready' and attempts = 0
                order by id desc limit 1 for update skip locked);
  if found then return; end if;
  insert into public.outbox (dedup_key, lane, kind, customer_id, ticket_id, body, events, next_at)
  values ('update/' || p_event.id, v_lane, 'email', p_ticket.customer_id, p_ticket.id, 'update', array[p_event.id],
    greatest(now() + interval '60 s',
      (select max(coalesce(done_at, next_at)) + interval '5 min' from public.outbox
        where ticket_id = p_ticket.id and lane = v_lane)));
end $$;
comment on function public.notify_technicians is 'E-mails the technicians what the customer did: collected for a minute, at most one e-mail per ticket in five minutes.';

create function public.mail_link(p_code text) returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.outbox (dedup_key, lane, kind, customer_id, ticket_id, body, events)
  select 'link/' || t.code || '/' || floor(extract(epoch from now()) / 600), 'link:' || t.code, 'email', t.customer_id,
         t.id, 'link', array(select max(e.id) from public.ticket_events e where e.ticket_id = t.id)
    from public.tickets t where t.code = p_code
  on conflict (dedup_key) do nothing;
  return found;
end $$;
comment on function public.mail_link is 'E-mails the technicians a fresh link, at most once in ten minutes. False if there is no such ticket, or one was sent just now.';

create function public.record_notification() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
  v_form   text := case when new.status = 'dead' then 'failed' when new.fallback is null then 'template' else 'message' end;
begin
  -- An outbox row is locked here, and a transaction that erases or deletes the ticket waits for it: skip it.
  select * into v_ticket from public.tickets where id = new.ticket_id for key share skip locked;
  if not found then return null; end if;
  insert into public.ticket_events (ticket_id, kind, actor, body) values (new.ticket_id, 'notified', 'system', v_form);
  if v_form <> 'failed' then
    perform public.set_current_ticket(v_ticket, new.events, true);
  end if;
  -- A template holds one line: the full text follows when their next message opens the 24 hours (see release_notifications).
  if v_form = 'template' and exists (select from public.ticket_events where id = any (new.events) and body is not null) then
    insert into public.outbox (dedup_key, lane, kind, customer_id, ticket_id, body, events, next_at, last_error)
    values (new.dedup_key || '/full', 'later:' || v_ticket.customer_id, 'whatsapp', new.customer_id, new.ticket_id, 'message',
      new.events, now() + interval '100 years', 'waits for their next message')
    on conflict (dedup_key) do nothing;
  end if;
  return null;
end $$;
comment on function public.record_notification is 'Records in the ticket whether its owner was notified, and in which form.';

create function public.release_notifications(p_customer bigint) returns text[]
language sql set search_path = '' as $$
  with released as (
    update public.outbox set next_at = now(), window_until = now() + interval '23 h 55 min', last_error = null
     where customer_id = p_customer and lane like 'later:%' and status = 'ready' and next_at > now() + interval '1 year'
    returning lane
  )
  select array_agg(distinct lane) from released
$$;
comment on function public.release_notifications is 'The customer has written: texts that were sent as one line of a template follow in full. Returns the lanes.';

create function public.lock_customer_of_row(p_row bigint) returns void
language sql set search_path = '' as $$
  select from public.customers c
   where c.id = (select o.customer_id from public.outbox o where o.id = p_row and o.lane like 'notify:%') for no key update
$$;
comment on function public.lock_customer_of_row is
  'Locks the customer of a notification before its row, in the order of all transactions: once sent, it sets their current ticket.';

create trigger record_notification after update of status on public.outbox
  for each row when (new.lane like 'notify:%' and new.ticket_id is not null and new.status in ('sent', 'dead')
                     and old.status is distinct from new.status)
  execute function public.record_notification();

create function public.find_person(p_user_id text, p_wa_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', c.id, 'name', c.name, 'wa_id', c.wa_id, 'user_id', c.user_id, 'since', c.created_at,
    'tickets', (select count(*) from public.tickets t where t.customer_id = c.id),
    'open_tickets', (select count(*) from public.tickets t where t.customer_id = c.id and t.status not in ('resolved', 'closed')),
    'files', (select count(*) from public.attachments a join public.tickets t on t.id = a.ticket_id where t.customer_id = c.id),
    'messages', (select count(*) from public.inbound i where i.customer_id = c.id),
    'waiting', (select count(*) from public.outbox o where o.customer_id = c.id and o.status in ('ready', 'sending', 'unknown')))
   from public.customers c where c.id = public.find_customer(p_user_id, p_wa_id)
$$;
comment on function public.find_person is 'Counts what is stored about a person, before the operator erases them.';

create function public.erase_person(p_id bigint) returns boolean
language plpgsql set search_path = '' as $$
begin
  perform from public.customers where id = p_id for update;
  if not found then return false; end if;
  perform public.erase_customer(p_id, '');
  return true;
end $$;
comment on function public.erase_person is 'Erases a person who asked the operator for it. False if they were erased already.';
