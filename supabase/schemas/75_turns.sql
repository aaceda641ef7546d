-- One message, one turn, one transaction.
--
-- What is called for every message is plpgsql, which keeps its plans: Postgres 17 plans a function in SQL again at every call.

create function public.load_conversation(
  p_user_id text, p_wa_id text, p_codes text[] default null, p_tickets boolean default false,
  p_quoting text default null
) returns jsonb language plpgsql stable set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_id           bigint := public.find_customer(p_user_id, p_wa_id);
  v_conversation public.conversations;
  v_ticket       public.tickets;
  v_quoted       public.tickets;
  v_original     public.inbound;
  v_code         text;
  v_merged       text;                -- the code of a duplicate that led to v_ticket
begin
  select * into v_conversation from public.conversations where customer_id = v_id;
  p_codes := coalesce(nullif(p_codes, '{}'), array[v_conversation.session->>'current_ticket']);
  foreach v_code in array p_codes loop                     -- a text may name several; one at a time, as most name one
    select * into v_ticket from public.tickets where code = v_code and customer_id = v_id;
    exit when found;
  end loop;
  if v_ticket.merged_into is not null then
    v_merged := v_ticket.code;
    select * into v_ticket from public.tickets where id = v_ticket.merged_into and customer_id = v_id;
  end if;
  if p_quoting is not null then
    select * into v_original from public.inbound where wamid = p_quoting;
    select t.* into v_quoted from public.tickets t where t.customer_id = v_id and t.id = coalesce(
      (select o.ticket_id from public.outbox o where o.provider_id = p_quoting and o.channel = 'whatsapp' limit 1),
      (select w.id from public.tickets w where w.code = v_original.ticket));
    if v_quoted.merged_into is not null then
      select * into v_quoted from public.tickets where id = v_quoted.merged_into and customer_id = v_id;
    end if;
  end if;
  return jsonb_build_object(
    'customer_id', v_id,
    'version', coalesce(v_conversation.version, 0),
    'session', coalesce(v_conversation.session, '{}'),
    'facts', coalesce(v_conversation.facts, '[]'),
    'bubbles', coalesce(v_conversation.bubbles, 0),
    'bubbles_since', v_conversation.bubbles_since,
    -- Null, whether it does not exist or belongs to somebody else.
    'ticket', case when v_ticket.id is not null then public.ticket_view(v_ticket) end, 'merged', v_merged,
    'quoted', case when v_quoted.id is not null then public.ticket_view(v_quoted) end,
    'deleted', coalesce(v_original.outcome = 'deleted', false), 'edited_at', v_original.edited_at,
    'tickets', case when p_tickets then public.latest_tickets(v_id) end);
end $$;
comment on function public.load_conversation is 'A conversation with the facts for a turn: one ticket (the first of theirs with one of these codes, else the current one; of a duplicate, the one that it was merged into) and, if requested, the latest ten, and the ticket that a message of the chat is about, whether that was deleted, and when it was edited.';

create function public.load_conversations(p_people jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('customer_id', found.id, 'version', coalesce(c.version, 0),
        'session', coalesce(c.session, '{}'), 'facts', coalesce(c.facts, '[]'), 'bubbles', coalesce(c.bubbles, 0),
        'bubbles_since', c.bubbles_since) order by p.ordinality), '[]')
      from jsonb_array_elements(p_people) with ordinality as p
     cross join lateral (select public.find_customer(p.value->>'user_id', p.value->>'wa_id') as id) found
      left join public.conversations c on c.customer_id = found.id);
end $$;
comment on function public.load_conversations is
  'The conversations of many people, in their order: user_id and wa_id of each are given. Without facts about tickets.';

create function public.latest_tickets(p_customer bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(public.ticket_view(t) order by t.status in ('resolved', 'closed'), t.id desc), '[]')
      from (select * from public.tickets where customer_id = p_customer and merged_into is null
             order by status in ('resolved', 'closed'), id desc limit 10) t);
end $$;
comment on function public.latest_tickets is 'Ten tickets as their owner may see them: the open ones first, newest first.';

create function public.unchanged_turn(
  p_conversation public.conversations, p_result text, p_rows jsonb default '[]'
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('result', p_result, 'customer_id', p_conversation.customer_id,
    'version', coalesce(p_conversation.version, 0), 'session', coalesce(p_conversation.session, '{}'),
    'facts', coalesce(p_conversation.facts, '[]'), 'bubbles', coalesce(p_conversation.bubbles, 0),
    'bubbles_since', p_conversation.bubbles_since,
    'rows', p_rows, 'waiting', '[]'::jsonb, 'due', '[]'::jsonb, 'done', '[]'::jsonb);
end $$;
comment on function public.unchanged_turn is 'The answer of commit_turn when the turn was not committed: the conversation as it is.';

create function public.answer_duplicate(
  p_known public.inbound, p_sent jsonb, p_lease uuid, p_lease_seconds integer, p_channels text[]
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_lanes        text[];
  v_done         bigint[];
  v_conversation public.conversations;
begin
  -- If the answer of that commit was lost, the rows that it leased are given again: also those behind its marks.
  select m.done, m.lanes into v_done, v_lanes from public.mark_rows_sent(p_sent, '{}') m;
  select * into v_conversation from public.conversations where customer_id = p_known.customer_id;
  v_lanes := v_lanes || array(select distinct o.lane from public.outbox o
    where o.wamid = p_known.wamid and o.status in ('ready', 'sending', 'unknown'));
  return public.unchanged_turn(v_conversation, 'duplicate', public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds))
    || jsonb_build_object('done', v_done, 'due', public.due_lanes(v_lanes));
end $$;
comment on function public.answer_duplicate is
  'The answer for a message that was committed before: marks rows as sent, leases the outbox rows of the message that are still '
  'open, and changes nothing else.';

create function public.commit_turn(
  p_wamid text, p_user_id text, p_wa_id text, p_name text, p_sent_at timestamptz,
  p_customer_id bigint, p_version bigint, p_session jsonb,
  p_ticket jsonb default null, p_change jsonb default null, p_erase boolean default false,
  p_outbox jsonb default '[]', p_throttle_reply jsonb default null, p_sent jsonb default '[]',
  p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{whatsapp,email}',
  p_original text default null, p_deletes boolean default false
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_known        public.inbound;
  v_id           bigint;
  v_conversation public.conversations;
  v_reply        jsonb := jsonb_path_query_first(p_outbox, '$[*] ? (@.channel == "whatsapp")');
  v_bubbles      integer := (v_reply is not null)::integer;
  v_wait         numeric := coalesce((v_reply->>'wait_seconds')::numeric, 0);
  v_dropped      integer := 0;        -- replies that waited, and whose place this one takes
  v_since        timestamptz;         -- when the first of them began to wait
  v_new_day      boolean;
  v_passed       numeric;             -- seconds since they wrote their newest message
  v_room         numeric;
  v_tokens       numeric;
  v_due          timestamptz;         -- when a bubble of this turn may leave
  v_window       timestamptz;
  v_ticket       public.tickets;
  v_full         text;
  v_row          public.outbox;
  v_rows         jsonb  := '[]';      -- leased to the caller
  v_waiting      text[] := '{}';      -- lanes in which a row of this turn waits
  v_later        jsonb  := '[]';      -- those of them in which it waits for a time
  v_lanes        text[] := '{}';      -- other lanes in which a row may leave now
  v_done         bigint[] := '{}';
begin
  select * into v_known from public.inbound where wamid = p_wamid;
  if found then
    return public.answer_duplicate(v_known, p_sent, p_lease, p_lease_seconds, p_channels);
  end if;

  -- Locks the customer until the end of the transaction.
  v_id := public.identify_customer(p_user_id, p_wa_id, p_name);
  select * into v_conversation from public.conversations where customer_id = v_id;
  if not found then
    insert into public.conversations (customer_id, tokens_at) values (v_id, p_sent_at) returning * into v_conversation;
  end if;
  if v_conversation.version <> p_version or (p_customer_id is not null and p_customer_id <> v_id) then
    if exists (select from public.inbound where wamid = p_wamid) then      -- the turn of another delivery of this message
      return public.answer_concurrent_duplicate(v_conversation, p_wamid, p_sent, p_lease, p_lease_seconds, p_channels);
    end if;
    return public.unchanged_turn(v_conversation, 'conflict');
  end if;

  v_window := greatest(v_conversation.last_inbound_at, p_sent_at) + public.service_window();
  -- Both buckets go by when the messages were written: what comes late and together, after an outage, was not written together.
  v_passed := greatest(extract(epoch from p_sent_at - v_conversation.tokens_at), 0);
  v_room := least(public.max_messages_per_hour(), v_conversation.room + v_passed * public.max_messages_per_hour() / 3600);
  if v_room < 1 then
    return public.throttle_turn(v_conversation, p_wamid, p_sent_at, v_window, p_throttle_reply, p_lease, p_lease_seconds, p_channels);
  end if;

  if p_ticket is not null then
    if exists (select from public.tickets where code = p_ticket->>'code') then
      return public.unchanged_turn(v_conversation, 'code_taken');
    end if;
    if public.has_too_many_tickets(v_id) then
      return public.unchanged_turn(v_conversation, 'too_many_tickets');
    end if;
  end if;
  if p_change is not null then
    select * into v_ticket from public.tickets where code = p_change->>'code' and customer_id = v_id for no key update;
    -- It no longer exists, or its status has changed: the dialogue has to load it again.
    if not found or not public.change_is_allowed(v_ticket.status, p_change->>'kind') then
      return public.unchanged_turn(v_conversation, 'conflict');
    end if;
    v_full := public.why_not_kept(v_ticket.id, p_change);
    if v_full is not null then
      return public.unchanged_turn(v_conversation, v_full);
    end if;
  end if;
  if p_erase then perform public.lock_belongings(array[v_id]); end if;

  insert into public.inbound (wamid, customer_id, sent_at, version, ticket)
  values (p_wamid, v_id, p_sent_at, v_conversation.version + 1, coalesce(p_ticket->>'code', p_change->>'code'))
  on conflict (wamid) do nothing;
  if not found then                                        -- another delivery was committed since this one began
    return public.answer_concurrent_duplicate(v_conversation, p_wamid, p_sent, p_lease, p_lease_seconds, p_channels);
  end if;
  if p_original is not null then
    perform public.record_edit(p_original, v_id, p_sent_at, coalesce(p_ticket->>'code', p_change->>'code'), p_deletes);
  end if;
  if p_ticket is not null then
    perform public.open_ticket(v_id, p_wamid, p_ticket);
    -- Whatever quotes, edits or deletes one of the messages of the report is about this ticket.
    update public.inbound set ticket = p_ticket->>'code'
     where customer_id = v_id and wamid in (select part->>'wamid' from jsonb_array_elements(p_ticket->'parts') part);
  end if;
  if p_change is not null then perform public.change_ticket(v_ticket, p_wamid, p_change); end if;
  -- Who writes too much, or has not finished, is not answered each time: the reply waits, and the one to their next message may
  -- take its place. What they write is kept all the same.
  v_tokens := least(public.bubbles_at_once(), v_conversation.tokens + v_passed / public.bubble_seconds()) - v_bubbles;
  if v_bubbles > 0 then
    select w.dropped, w.since into v_dropped, v_since from public.take_place_of_waiting(v_id, v_reply, v_tokens < 0) w;
    v_tokens := v_tokens + v_dropped;
  end if;
  v_since := case when v_wait > 0 then coalesce(v_since, now()) end;
  v_due := now() + make_interval(secs => case when p_erase then 0 else greatest(-v_tokens, 0) * public.bubble_seconds() end);
  v_due := greatest(v_due, least(now() + make_interval(secs => v_wait), v_since + public.max_reply_wait()));
  v_new_day := coalesce(p_sent_at >= v_conversation.bubbles_since + interval '24 hours', true);
  update public.conversations set
    version = version + 1, session = p_session, facts = '[]', tokens = v_tokens, room = v_room - 1,
    tokens_at = greatest(tokens_at, p_sent_at), last_inbound_at = greatest(last_inbound_at, p_sent_at), updated_at = now(),
    bubbles = greatest(case when v_new_day then 0 else bubbles end + v_bubbles - v_dropped, 0),
    bubbles_since = case when v_new_day then p_sent_at else bubbles_since end
   where customer_id = v_id returning bubbles, bubbles_since into v_conversation.bubbles, v_conversation.bubbles_since;
  if v_window > now() and exists (select from public.outbox
       where customer_id = v_id and (held or as_template and status in ('ready', 'sending'))) then
    v_lanes := public.release_held(v_id, v_window);
  end if;
  -- After all that may wait for a lock of somebody else, as these rows are of many customers; before the new rows, which may then
  -- leave at once.
  if jsonb_array_length(p_sent) > 0 and not p_erase then
    select m.done, v_lanes || m.lanes into v_done, v_lanes from public.mark_rows_sent(p_sent, '{}') m;
  end if;
  for n in 0..jsonb_array_length(p_outbox) - 1 loop
    v_row := public.insert_outbox_row(v_id, p_wamid, v_window, v_due, p_outbox->n, p_channels, p_lease, p_lease_seconds,
      v_since);
    if v_row.status = 'sending' then
      v_rows := v_rows || public.leased_row(v_row);
      v_lanes := array_remove(v_lanes, v_row.lane);
    elsif v_row.id is not null then
      v_waiting := v_waiting || v_row.lane;
    end if;
  end loop;
  if p_erase then perform public.erase_customer(v_id, p_wamid); end if;
  if 'storage' = any (p_channels) and jsonb_array_length(coalesce(p_ticket->'files', p_change->'files', '[]')) > 0 then
    v_lanes := v_lanes || public.lanes_of_files(coalesce(p_ticket->>'code', p_change->>'code'), p_wamid);
  end if;
  v_lanes := v_lanes || v_waiting;
  if v_lanes <> '{}' then
    v_rows := v_rows || public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds);
  end if;
  if v_waiting <> '{}' and v_due > now() then v_later := public.due_lanes(v_waiting); end if;
  return jsonb_build_object('result', 'committed', 'customer_id', case when not p_erase then v_id end,
    'version', case when p_erase then 0 else v_conversation.version + 1 end,
    'session', case when p_erase then '{}'::jsonb else p_session end, 'facts', '[]'::jsonb,
    'bubbles', case when p_erase then 0 else v_conversation.bubbles end,
    'bubbles_since', case when not p_erase then v_conversation.bubbles_since end,
    'rows', v_rows, 'done', v_done, 'due', v_later,
    'waiting', case when v_waiting = '{}' then '[]'
      else to_jsonb(v_waiting) - array(select leased->>'lane' from jsonb_array_elements(v_rows || v_later) leased) end);
end $$;
comment on function public.commit_turn is
  'Commits all effects of a message, or none: committed, duplicate, conflict, throttled (beyond the cap on messages), '
  'throttle_reply_needed, code_taken, too_many_tickets, ticket_full or ticket_full_told. With them it marks rows as sent (p_sent) '
  'and says which are done. p_original: the message that this one edits, or deletes. waiting: lanes in which a row of this turn '
  'waits for the one before it; due: lanes in which it waits for a time.';

create function public.throttle_turn(
  p_conversation public.conversations, p_wamid text, p_sent_at timestamptz, p_window timestamptz, p_reply jsonb, p_lease uuid,
  p_lease_seconds integer, p_channels text[]
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_id      bigint := p_conversation.customer_id;
  v_says_so boolean := coalesce(p_conversation.throttled_at < now() - interval '1 hour', true);
  v_row     public.outbox;
  v_rows    jsonb := '[]';
begin
  if v_says_so and p_reply is null then
    return public.unchanged_turn(p_conversation, 'throttle_reply_needed');
  end if;
  insert into public.inbound (wamid, customer_id, sent_at, version, outcome)
  values (p_wamid, v_id, p_sent_at, p_conversation.version, 'throttled')
  on conflict (wamid) do nothing;
  if not found then
    return public.answer_concurrent_duplicate(p_conversation, p_wamid, '[]', p_lease, p_lease_seconds, p_channels);
  end if;
  if v_says_so then
    v_row := public.insert_outbox_row(v_id, p_wamid, p_window, now(), p_reply, p_channels, p_lease, p_lease_seconds);
    v_rows := case v_row.status when 'sending' then jsonb_build_array(public.leased_row(v_row))
      else public.lease_lanes(array[v_row.lane], p_channels, p_lease, p_lease_seconds) end;
  end if;
  update public.conversations set throttled_at = now(), last_inbound_at = greatest(last_inbound_at, p_sent_at)
   where customer_id = v_id;
  return public.unchanged_turn(p_conversation, 'throttled', v_rows)
    || jsonb_build_object('waiting', case when v_row.status = 'ready' and v_rows = '[]' then array[v_row.lane] else '{}' end);
end $$;
comment on function public.throttle_turn is 'Beyond the cap on messages the message is not kept, and at most one reply an hour says so.';

create function public.answer_concurrent_duplicate(
  p_conversation public.conversations, p_wamid text, p_sent jsonb, p_lease uuid, p_lease_seconds integer, p_channels text[]
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_known public.inbound;
begin
  select * into v_known from public.inbound where wamid = p_wamid;
  delete from public.customers c where c.id = p_conversation.customer_id and p_conversation.version = 0
     and not exists (select from public.inbound i where i.customer_id = c.id);      -- was only just created
  return public.answer_duplicate(v_known, p_sent, p_lease, p_lease_seconds, p_channels);
end $$;
comment on function public.answer_concurrent_duplicate is
  'The answer for a message that another transaction has committed while this one waited for the customer.';

create function public.unshown_questions(p_after bigint, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select coalesce(jsonb_agg(to_jsonb(q) order by q.id), '[]') from (
    select o.id, o.wamid, coalesce(i.sent_at, o.created_at) as sent_at, c.user_id, c.wa_id, c.name
      from public.outbox o
      join public.customers c on c.id = o.customer_id
      join public.conversations v on v.customer_id = o.customer_id
      left join public.inbound i on i.wamid = o.wamid
     where o.status = 'dead' and o.id > p_after and o.channel = 'whatsapp' and o.content = 'rendered'
       and o.last_error is distinct from 'superseded'
       and (v.session ? 'draft' or v.session ? 'files')
       and (c.user_id is not null or public.number_is_theirs(c))
       -- It was their latest reply, and the dialogue has not been told yet.
       and not exists (select from public.outbox n where n.customer_id = o.customer_id and n.id > o.id
                          and n.channel = 'whatsapp' and n.content = 'rendered')
       and not exists (select from public.inbound s where s.wamid = o.wamid || '/unshown')
     order by o.id limit p_limit) q);
end $$;
comment on function public.unshown_questions is
  'The customers whose latest reply was given up while their session holds words or files, by the id of that reply.';
