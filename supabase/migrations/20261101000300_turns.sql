-- One message, one turn, one transaction.

create function public.ticket_view(p_ticket public.tickets) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('code', p_ticket.code, 'status', p_ticket.status, 'summary', p_ticket.summary,
    'wants_human', p_ticket.wants_human, 'created_at', p_ticket.created_at, 'updated_at', p_ticket.updated_at,
    'rating', p_ticket.rating,
    'said', (select e.body from public.ticket_events e
              where e.ticket_id = p_ticket.id and e.actor = 'technician' and e.body is not null order by e.id desc limit 1))
$$;
comment on function public.ticket_view is 'What a customer may see of their ticket.';

create function public.load_conversation(
  p_user_id text, p_wa_id text, p_code text default null, p_tickets boolean default false
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_id           bigint := public.find_customer(p_user_id, p_wa_id);
  v_conversation public.conversations;
begin
  select * into v_conversation from public.conversations where customer_id = v_id;
  return jsonb_build_object(
    'customer_id', v_id,
    'version', coalesce(v_conversation.version, 0),
    'session', coalesce(v_conversation.session, '{}'::jsonb),
    -- Null, whether it does not exist or belongs to somebody else.
    'ticket', (select public.ticket_view(t) from public.tickets t
                where t.code = coalesce(p_code, v_conversation.session->>'current_ticket') and t.customer_id = v_id),
    'tickets', case when p_tickets then coalesce((
        select jsonb_agg(public.ticket_view(t) order by t.status in ('resolved', 'closed'), t.id desc)
          from (select * from public.tickets where customer_id = v_id
                 order by status in ('resolved', 'closed'), id desc limit 10) t), '[]'::jsonb) end);
end $$;
comment on function public.load_conversation is 'A conversation with the facts for a turn: one ticket (by its code, else the current one) and, if requested, the latest ten.';

create function public.insert_attachments(p_ticket bigint, p_event bigint, p_attachments jsonb) returns void
language sql set search_path = '' as $$
  insert into public.attachments
    (ticket_id, event_id, kind, media_id, mime_type, sha256, filename, caption, latitude, longitude, place)
  select p_ticket, p_event, a->>'kind', a->>'media_id', a->>'mime_type', a->>'sha256', a->>'filename', a->>'caption',
         (a->>'latitude')::double precision, (a->>'longitude')::double precision, a->>'place'
    from jsonb_array_elements(coalesce(p_attachments, '[]'::jsonb)) with ordinality as given(a, n) order by n
$$;

create function public.open_ticket(p_customer bigint, p_wamid text, p_ticket jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_ticket bigint;
  v_event  bigint;
begin
  insert into public.tickets (code, customer_id, wamid, summary, description, language, wants_human)
  values (p_ticket->>'code', p_customer, p_wamid, p_ticket->>'summary', p_ticket->>'description',
          p_ticket->>'language', coalesce((p_ticket->>'wants_human')::boolean, false))
  returning id into v_ticket;
  insert into public.ticket_events (ticket_id, kind, actor, body, wamid)
  values (v_ticket, 'created', 'customer', p_ticket->>'description', p_wamid) returning id into v_event;
  perform public.insert_attachments(v_ticket, v_event, p_ticket->'files');
end $$;

create function public.change_ticket(p_ticket bigint, p_wamid text, p_change jsonb) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
  v_event  bigint;
begin
  select * into v_ticket from public.tickets where id = p_ticket for no key update;
  if p_change->>'kind' in ('close', 'fixed', 'reopen') then
    v_event := public.move_ticket(v_ticket, 'customer', p_change->>'kind', nullif(p_change->>'text', ''), null, null, p_wamid);
    if v_event is null then return false; end if;
  else
    if v_ticket.status = 'waiting_customer' and p_change->>'kind' in ('note', 'human') then       -- they have replied
      perform public.move_ticket(v_ticket, 'customer', null, null, null, null, p_wamid, 'in_progress');
    end if;
    insert into public.ticket_events (ticket_id, kind, actor, body, wamid)
    values (p_ticket, p_change->>'kind', 'customer', coalesce(p_change->>'rating', nullif(p_change->>'text', '')), p_wamid)
    returning id into v_event;
    update public.tickets set updated_at = now(), wants_human = wants_human or p_change->>'kind' = 'human',
      rating = coalesce((p_change->>'rating')::smallint, rating)
     where id = p_ticket;
  end if;
  perform public.insert_attachments(p_ticket, v_event, p_change->'files');
  return true;
end $$;
comment on function public.change_ticket is
  'Applies the owner''s change: add a note, ask for a person, close, confirm the fix, reopen, rate. False if the status forbids it.';

create function public.insert_outbox_rows(
  p_customer bigint, p_wamid text, p_window_until timestamptz, p_rows jsonb
) returns text[] language sql set search_path = '' as $$
  with given as (
    select r, n, case r->>'channel' when 'email' then 'mail:' || (r->>'ticket') else 'wa:' || p_customer end as lane
      from jsonb_array_elements(p_rows) with ordinality as given(r, n)
  ), put as (
    insert into public.outbox
      (dedup_key, lane, kind, customer_id, ticket_id, wamid, body, events, fallback, repeat, window_until)
    select r->>'dedup_key', lane, r->>'channel', p_customer,
           (select t.id from public.tickets t where t.code = r->>'ticket'), p_wamid, r->>'body',
           case r->>'body' when 'human' then array(                -- a notification about this message
             select e.id from public.ticket_events e join public.tickets t on t.id = e.ticket_id
              where t.code = r->>'ticket' and e.wamid = p_wamid order by e.id) end,
           r->>'fallback',
           coalesce((r->>'repeat')::boolean, true), case r->>'channel' when 'whatsapp' then p_window_until end
      from given order by n
    on conflict (dedup_key) do nothing
    returning lane
  )
  select coalesce(array_agg(distinct lane), '{}') from put
$$;

create function public.erase_customer(p_customer bigint, p_wamid text) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.ticket_events (ticket_id, kind, actor)
  select id, 'erased', 'customer' from public.tickets where customer_id = p_customer;
  delete from public.attachments where ticket_id in (select id from public.tickets where customer_id = p_customer);
  -- A wamid contains the phone number.
  update public.ticket_events set wamid = null
   where ticket_id in (select id from public.tickets where customer_id = p_customer) and wamid is not null;
  update public.tickets set wamid = 'erased/' || id where customer_id = p_customer;
  -- Finished rows are deleted now; pending e-mails and the reply to this message are sent first and then scrubbed.
  delete from public.outbox where customer_id = p_customer
     and (status in ('sent', 'dead')
          or kind = 'whatsapp' and status in ('ready', 'unknown') and wamid is distinct from p_wamid);
  update public.outbox set scrub = true where customer_id = p_customer;
  delete from public.inbound i using public.customers c
   where c.id = p_customer and i.outcome = 'poison'
     and (strpos(i.payload, c.user_id) > 0 or strpos(i.payload, c.wa_id) > 0);
  delete from public.customers where id = p_customer;
end $$;
comment on function public.erase_customer is 'Deletes the customer; their tickets stay, anonymous.';

create function public.unchanged_turn(
  p_conversation public.conversations, p_result text, p_rows jsonb default '[]'
) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('result', p_result, 'customer_id', p_conversation.customer_id,
    'version', coalesce(p_conversation.version, 0), 'session', coalesce(p_conversation.session, '{}'), 'rows', p_rows)
$$;
comment on function public.unchanged_turn is 'The answer of commit_turn when the turn was not committed: the conversation as it is.';

create function public.commit_turn(
  p_wamid text, p_user_id text, p_wa_id text, p_name text, p_sent_at timestamptz,
  p_customer_id bigint, p_version bigint, p_session jsonb,
  p_ticket jsonb default null, p_change jsonb default null, p_erase boolean default false,
  p_outbox jsonb default '[]', p_throttle_reply jsonb default null,
  p_lease uuid default null, p_lease_seconds integer default 30, p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_known        public.inbound;
  v_id           bigint;
  v_conversation public.conversations;
  v_bubbles      integer := (select count(*) from jsonb_array_elements(p_outbox) r where r->>'channel' = 'whatsapp');
  v_tokens       numeric;
  v_cost         numeric := case when v_bubbles > 0 then v_bubbles else 0.25 end;
  v_changed      bigint;
  v_lanes        text[];
  v_window       timestamptz;
begin
  select * into v_known from public.inbound where wamid = p_wamid;
  if found then
    return public.answer_duplicate(v_known, p_lease, p_lease_seconds, p_channels);
  end if;

  -- Locks the customer until the end of the transaction.
  v_id := public.identify_customer(p_user_id, p_wa_id, p_name);
  select * into v_conversation from public.conversations where customer_id = v_id;
  if not found then
    insert into public.conversations (customer_id) values (v_id) returning * into v_conversation;
  end if;

  select * into v_known from public.inbound where wamid = p_wamid;
  if found then
    delete from public.customers c where c.id = v_id and v_conversation.version = 0
       and not exists (select from public.inbound i where i.customer_id = c.id);      -- was only just created
    return public.answer_duplicate(v_known, p_lease, p_lease_seconds, p_channels);
  end if;

  if v_conversation.version <> p_version or (p_customer_id is not null and p_customer_id <> v_id) then
    return public.unchanged_turn(v_conversation, 'conflict');
  end if;

  v_window := greatest(v_conversation.last_inbound_at, p_sent_at) + interval '23 h 55 min';
  -- 20 bubbles at once, then one every 6 s: Meta's limit per recipient, which also limits what one customer can cost. A message
  -- without a reply (the photos of an album) costs a quarter.
  v_tokens := least(20, v_conversation.tokens + extract(epoch from now() - v_conversation.tokens_at) / 6.0);
  if v_cost > v_tokens then
    if coalesce(v_conversation.throttled_at < now() - interval '60 s', true) then
      if p_throttle_reply is null then
        return public.unchanged_turn(v_conversation, 'throttle_reply_needed');
      end if;
      v_lanes := public.insert_outbox_rows(v_id, p_wamid, v_window, jsonb_build_array(p_throttle_reply));
    end if;
    insert into public.inbound (wamid, customer_id, sent_at, version, outcome)
    values (p_wamid, v_id, p_sent_at, v_conversation.version, 'throttled');
    update public.conversations set throttled_at = now(), last_inbound_at = greatest(last_inbound_at, p_sent_at)
     where customer_id = v_id;
    return public.unchanged_turn(v_conversation, 'throttled',
      public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds));
  end if;

  if p_ticket is not null and exists (select from public.tickets where code = p_ticket->>'code') then
    return public.unchanged_turn(v_conversation, 'code_taken');
  end if;
  -- The customer is locked, so the count cannot change.
  if p_ticket is not null and (select created_at from public.tickets where customer_id = v_id
      order by id desc offset public.max_tickets_per_hour() - 1 limit 1) > now() - interval '1 hour' then
    return public.unchanged_turn(v_conversation, 'too_many_tickets');
  end if;
  if p_change is not null then
    select id into v_changed from public.tickets where code = p_change->>'code' and customer_id = v_id for no key update;
    -- It no longer exists, or its status has changed: the dialogue has to load it again.
    if not found or not public.change_is_allowed(v_changed, p_change->>'kind') then
      return public.unchanged_turn(v_conversation, 'conflict');
    end if;
  end if;

  insert into public.inbound (wamid, customer_id, sent_at, version, ticket)
  values (p_wamid, v_id, p_sent_at, v_conversation.version + 1, coalesce(p_ticket->>'code', p_change->>'code'));
  if p_ticket is not null then perform public.open_ticket(v_id, p_wamid, p_ticket); end if;
  if p_change is not null then perform public.change_ticket(v_changed, p_wamid, p_change); end if;
  v_lanes := public.insert_outbox_rows(v_id, p_wamid, v_window, p_outbox);
  update public.conversations set
    version = version + 1, session = p_session, tokens = v_tokens - v_cost, tokens_at = now(),
    last_inbound_at = greatest(last_inbound_at, p_sent_at), updated_at = now()
   where customer_id = v_id;
  v_lanes := v_lanes || public.release_notifications(v_id);
  if p_erase then perform public.erase_customer(v_id, p_wamid); end if;

  return jsonb_build_object('result', 'committed', 'customer_id', case when not p_erase then v_id end,
    'version', case when p_erase then 0 else v_conversation.version + 1 end,
    'session', case when p_erase then '{}'::jsonb else p_session end,
    'rows', public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.commit_turn is
  'Commits all effects of a message, or none: committed, duplicate, conflict, throttled, throttle_reply_needed, code_taken or too_many_tickets.';

create function public.answer_duplicate(
  p_known public.inbound, p_lease uuid, p_lease_seconds integer, p_channels text[]
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_lanes        text[];
  v_conversation public.conversations;
begin
  select * into v_conversation from public.conversations where customer_id = p_known.customer_id;
  select array_agg(distinct o.lane) into v_lanes from public.outbox o
   where o.wamid = p_known.wamid and o.status in ('ready', 'sending', 'unknown');
  return public.unchanged_turn(v_conversation, 'duplicate',
    public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.answer_duplicate is 'The answer for a message that was committed before: leases its outbox rows that are still open, and changes nothing else.';

create function public.record_poison(p_key text, p_payload text, p_reason text) returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.inbound (wamid, outcome, payload, reason) values (p_key, 'poison', p_payload, p_reason)
  on conflict (wamid) do nothing;
  return found;
end $$;
comment on function public.record_poison is 'Stores a signed item that cannot be processed, for the operator. False if it was stored before.';
