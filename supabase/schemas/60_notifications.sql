-- What is told to whom when something happens to a ticket. Every event goes through the trigger on ticket_events, which puts the
-- notification into the outbox, and a fact into the customer's conversation.

create function public.append_fact(p_ticket public.tickets, p_kind text, p_events bigint[]) returns void
language plpgsql set search_path = '' as $$
declare
  v_duplicate text;
begin
  -- What is said of a duplicate is said of the ticket that it was merged into: the customer goes on there.
  if p_ticket.merged_into is not null then
    v_duplicate := p_ticket.code;
    select * into p_ticket from public.tickets where id = p_ticket.merged_into;
  end if;
  -- An UPDATE in Supabase Studio holds the ticket and not the customer: skip it, as waiting could be a deadlock. The notification
  -- that follows is a fact, too.
  perform from public.customers where id = p_ticket.customer_id for no key update skip locked;
  if not found then return; end if;
  update public.conversations set version = version + 1, updated_at = now(),
    facts = case when jsonb_array_length(facts) < 100 then facts else facts - 0 end || (
      select jsonb_build_object('kind', p_kind, 'ticket', p_ticket.code, 'duplicate', v_duplicate, 'status', p_ticket.status, 'at', now(),
        'language', p_ticket.language,
        'to', coalesce(max(e.to_status) filter (where e.to_status in ('waiting_customer', 'resolved')),
          max(e.to_status) filter (where e.action is distinct from 'merge')),
        'text', bool_or(e.body is not null or e.action is not distinct from 'merge'))
      from public.ticket_events e where e.id = any (p_events))
   where customer_id = p_ticket.customer_id;
end $$;
comment on function public.append_fact is
  'Appends a fact to the conversation of a ticket''s customer, for the dialogue to take in at the next turn: technicians changed '
  'the ticket (status), or its customer was notified of that (notified). At most 100, the latest.';

create function public.tells_of_opening(p_events bigint[]) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.ticket_events e where e.id = p_events[1] and e.kind = 'created');
end $$;
comment on function public.tells_of_opening is
  'Whether a notification tells its customer of a ticket that a technician has opened for them: of that alone.';

create function public.notify_customer(p_ticket public.tickets, p_event public.ticket_events) returns void
language plpgsql set search_path = '' as $$
declare
  v_lane     text := 'notify:' || p_ticket.customer_id;      -- not the lane of replies, so that none waits for a notification
  -- Who takes it, hands it over or gives it back says nothing to the customer: the name comes with the next words.
  v_told     boolean := p_event.body is not null or p_event.to_status in ('waiting_customer', 'resolved', 'closed')
                        or p_event.from_status in ('resolved', 'closed');
  v_at_once  boolean := p_event.body is not null or p_event.to_status is not distinct from 'resolved'
                        or p_event.action is not distinct from 'merge';
  v_row      public.outbox;
  v_customer bigint;
  -- Who has never written was told the code of their ticket. All else waits for their first message.
  v_held     boolean := not public.has_written(p_ticket.customer_id);
begin
  if p_ticket.customer_id is null then return; end if;
  -- Null while the customer is being merged or erased: inserting a row that references them would wait for that transaction,
  -- which waits for the ticket that we have locked. The notification looks up the ticket's customer when it is sent.
  select id into v_customer from public.customers where id = p_ticket.customer_id for key share skip locked;
  perform public.append_fact(p_ticket, 'status', array[p_event.id]);
  -- What has not left takes this in, too, so that both share one bubble.
  select * into v_row from public.outbox
   where ticket_id = p_ticket.id and content = 'notification' and lane = v_lane and status = 'ready' and not tried
     and cardinality(events) < 5                       -- more would not fit in one message
     and not public.tells_of_opening(events)
   order by id desc limit 1 for update skip locked;
  if not found and v_told then
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, held, next_at, window_until)
    values ('notify/' || p_event.id, v_lane, 'whatsapp', 'notification', v_customer, p_ticket.id, array[p_event.id], v_held,
      now() + case when v_at_once then interval '0' else interval '60 s' end,
      coalesce((select last_inbound_at from public.conversations where customer_id = p_ticket.customer_id), '-infinity')
        + public.service_window());
  elsif (select bool_and(e.body is null and e.action is distinct from 'merge')
             and replace(min(e.from_status) filter (where e.id = v_row.events[1]), 'in_progress', 'open')
               = replace(p_event.to_status, 'in_progress', 'open')
             -- Not if the customer has changed it in between.
             and min(e.to_status) filter (where e.id = v_row.events[cardinality(v_row.events)]) = p_event.from_status
           from public.ticket_events e where e.id = any (v_row.events || p_event.id)) then
    delete from public.outbox where id = v_row.id;     -- back in the same status, as far as they are told, without a text
  elsif v_told then
    update public.outbox set events = events || p_event.id where id = v_row.id;
  end if;
  if v_at_once then             -- with whatever stands before it in the lane, also about another ticket
    update public.outbox set next_at = now()
     where id in (select o.id from public.outbox o
                   where o.lane = v_lane and o.status = 'ready' and not o.held and not o.tried and o.next_at > now()
                   order by o.id for update skip locked);
  end if;
end $$;
comment on function public.notify_customer is
  'Notifies the customer by WhatsApp, in free text, or by template outside the 24 hours: of a text and of "resolved", which asks '
  'whether it is, at once; of other changes after a minute, with all that technicians did by then. Who has never written is notified '
  'when they write.';

create function public.notify_technicians(p_ticket public.tickets, p_event public.ticket_events) returns void
language plpgsql set search_path = '' as $$
begin
  update public.outbox set events = events || p_event.id
   where id = (select id from public.outbox
                where ticket_id = p_ticket.id and content = 'update' and recipient is null and status = 'ready' and not tried
                  and cardinality(events) < 50             -- it shows 30
                order by id desc limit 1 for update skip locked);
  if found then return; end if;
  insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, next_at)
  values ('update/' || p_event.id, 'update:' || p_ticket.code, 'email', 'update', p_ticket.customer_id, p_ticket.id,
    array[p_event.id],
    greatest(now() + interval '60 s',
      (select max(case status when 'sending' then now() else coalesce(done_at, next_at) end) + interval '5 min' from public.outbox
        where ticket_id = p_ticket.id and content = 'update' and recipient is null and emails is distinct from 0)));
end $$;
comment on function public.notify_technicians is
  'E-mails the technicians whom it concerns what the customer did, or a colleague noted for them: collected for a minute, at most one e-mail per ticket in five minutes.';

create function public.notify_colleague(p_ticket public.tickets, p_event bigint, p_address text) returns void
language plpgsql set search_path = '' as $$
begin
  -- Within a minute it may change hands again: then only the last is told.
  delete from public.outbox where id in (
    select o.id from public.outbox o
     where o.lane = 'assigned:' || p_ticket.code and o.status = 'ready' and not o.held and not o.tried for update skip locked);
  -- Without its customer, as a row that references them could wait for them: an UPDATE by hand holds only the ticket.
  insert into public.outbox (dedup_key, lane, channel, content, ticket_id, events, recipient, next_at)
  select 'update/' || p_event, 'assigned:' || p_ticket.code, 'email', 'update', p_ticket.id, array[p_event], lower(p_address),
    now() + interval '60 s'
   where p_address is not null;
end $$;
comment on function public.notify_colleague is
  'E-mails a technician, after a minute, that a ticket was handed to them, or taken from them. Null: nobody is to be told.';

create function public.record_assignment() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_event bigint;
begin
  if current_setting('mostrador.assignment', true) = 'recorded' then return null; end if;
  insert into public.ticket_events (ticket_id, kind, actor, action, assignee)
  values (new.id, 'assigned', 'technician',
    case when coalesce(new.assignee, new.assignee_address) is null then 'give_back' else 'hand_over' end,
    coalesce(new.assignee, new.assignee_address))
  returning id into v_event;
  perform public.notify_colleague(new, v_event, new.assignee_address);
  return null;
end $$;
comment on function public.record_assignment is 'Somebody else has the ticket: records an UPDATE by hand, in Supabase Studio.';

create trigger record_assignment after update of assignee, assignee_address on public.tickets
  for each row when ((old.assignee, old.assignee_address) is distinct from (new.assignee, new.assignee_address))
  execute function public.record_assignment();

create function public.notify() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
begin
  select * into v_ticket from public.tickets where id = new.ticket_id;
  if new.actor = 'technician' and new.kind <> 'internal' then
    perform public.notify_customer(v_ticket, new);
  else
    perform public.notify_technicians(v_ticket, new);
  end if;
  return null;
end $$;

create trigger notify after insert on public.ticket_events for each row
  when (new.actor = 'technician' and (new.to_status is not null or new.kind = 'internal' or new.kind = 'answer' and new.body is not null)
     or new.actor = 'customer' and (new.kind in ('note', 'rating', 'correction') or new.kind = 'status' and new.action is not null))
  execute function public.notify();

create function public.mail_link(p_code text, p_technician text) returns text
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_key    text := concat_ws('/', 'link', p_code, floor(extract(epoch from now()) / 600), public.technician_id(p_technician));
  v_ticket public.tickets;
begin
  select * into v_ticket from public.tickets where code = p_code;
  if not found then return 'missing'; end if;
  if exists (select from public.outbox where dedup_key = v_key) then return 'recent'; end if;
  -- Counted without a lock, as in cap_emails.
  if public.max_links_per_hour() <= (select count(*) from public.outbox o
       where o.channel = 'email' and o.content = 'link' and o.created_at > now() - interval '1 hour') then
    return 'too_many';
  end if;
  insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, recipient, events)
  values (v_key, 'link:' || p_code, 'email', 'link', v_ticket.customer_id, v_ticket.id, lower(p_technician),
    array(select max(e.id) from public.ticket_events e where e.ticket_id = v_ticket.id))
  on conflict (dedup_key) do nothing;
  return case when found then 'mailed' else 'recent' end;
end $$;
comment on function public.mail_link is
  'E-mails a technician a fresh link: mailed, recent (within ten minutes one for this ticket), too_many (of all tickets) or missing.';

create function public.record_notification() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
  v_texts  bigint[] := array(select e.id from public.ticket_events e
                              where e.id = any (new.events) and e.body is not null order by e.id);
  v_event  bigint;
begin
  -- An outbox row is locked here, and a transaction that erases or deletes the ticket waits for it: skip it.
  select * into v_ticket from public.tickets where id = new.ticket_id for key share skip locked;
  if not found then return null; end if;
  if new.status = 'dead' then
    insert into public.ticket_events (ticket_id, kind, actor, body, object)
    values (new.ticket_id, 'undelivered', 'system', new.last_error, new.object) returning id into v_event;
    if v_texts <> '{}' and v_ticket.customer_id is not null then
      -- To each author their own words. Who is not known by an address: to all whom the ticket concerns.
      insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, recipient, events)
      select concat_ws('/', 'undelivered', v_event, public.technician_id(e.author_address)), 'undelivered:' || v_ticket.code, 'email',
        'undelivered',
        (select id from public.customers where id = v_ticket.customer_id for key share skip locked),      -- as in notify_customer
        v_ticket.id, e.author_address, array_agg(e.id order by e.id) || v_event
        from public.ticket_events e where e.id = any (v_texts) group by e.author_address;
    end if;
    return null;
  end if;
  insert into public.ticket_events (ticket_id, kind, actor, body)
  values (new.ticket_id, 'notified', 'system', case when new.as_template then 'template' else 'message' end);
  if public.tells_of_opening(new.events) then return null; end if;      -- in the template, too, is all there is to tell
  perform public.append_fact(v_ticket, 'notified', new.events);
  -- A template holds one line: the full text follows when their next message opens the 24 hours (see release_held).
  if new.as_template and v_ticket.customer_id is not null and v_texts <> '{}' then
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, held)
    values (new.dedup_key || '/full', 'later:' || v_ticket.customer_id, 'whatsapp', 'full_text', new.customer_id, new.ticket_id,
      new.events, true)
    on conflict (dedup_key) do nothing;
    -- The files of these words wait for the same message: behind the full text, in its lane.
    with moved as (
      delete from public.outbox where id in (select o.id from public.outbox o
        where o.ticket_id = new.ticket_id and o.content = 'file' and o.held and o.events && new.events order by o.id for update skip locked)
      returning *)
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, object, held, window_until, created_at)
    select m.dedup_key, 'later:' || v_ticket.customer_id, m.channel, m.content, m.customer_id, m.ticket_id, m.events, m.object, true,
      m.window_until, m.created_at from moved m order by m.id;
  end if;
  return null;
end $$;
comment on function public.record_notification is
  'Records in the ticket that its owner was notified, and in which form. Or that what was written did not reach them, and why: then '
  'whoever wrote it gets an e-mail.';

create trigger record_notification after update of status on public.outbox
  for each row when (new.ticket_id is not null and old.status is distinct from new.status
                     and (new.content = 'notification' and new.status in ('sent', 'dead')
                       or new.content in ('full_text', 'file') and new.status = 'dead'))
  execute function public.record_notification();

create function public.release_held(p_customer bigint, p_window_until timestamptz) returns text[]
language plpgsql set search_path = '' as $$
declare
  v_lanes text[];
begin
  -- Where the notification itself leaves in free text now, its full text would be the same again.
  delete from public.outbox f
   where f.customer_id = p_customer and f.held and f.content = 'full_text' and exists (
     select from public.outbox n where n.dedup_key || '/full' = f.dedup_key and n.ticket_id = f.ticket_id and n.status = 'ready');
  with released as (
    update public.outbox set held = false, window_until = p_window_until,
      -- A template that is being sent may be refused once more: then its window tells that it may leave as free text.
      as_template = as_template and status = 'sending', next_at = case status when 'ready' then now() else next_at end
     where customer_id = p_customer and (held or as_template and status in ('ready', 'sending'))
    returning lane
  )
  select array_agg(distinct lane) into v_lanes from released;
  return v_lanes;
end $$;
comment on function public.release_held is
  'The customer has written, and the service window is open: texts that were sent as one line of a template follow in full, and what '
  'waits as a template leaves as free text. Returns the lanes.';
