-- What technicians see and do.

create function public.load_ticket(p_code text, p_before bigint default null) returns jsonb
language sql stable set search_path = '' as $$
  select public.ticket_page(t.id, p_before) from public.tickets t where t.code = p_code
$$;
comment on function public.load_ticket is
  'The record of a ticket with its latest events, or those before p_before; or null. For technicians: there is no owner check.';

create function public.load_file(p_code text, p_file bigint) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('file', public.file_json(a),
      'at', coalesce((select e.created_at from public.ticket_events e where e.id = a.event_id), a.created_at),
      'place', (select count(*) from public.attachments b where b.ticket_id = t.id and b.id <= a.id))
    from public.tickets t join public.attachments a on a.ticket_id = t.id where t.code = p_code and a.id = p_file
$$;
comment on function public.load_file is 'A file of a ticket, its place among the ticket''s files (from 1), and when it came; or null.';

create function public.work_on_ticket(
  p_ticket public.tickets, p_action text, p_text text, p_author text, p_key text, p_technician text, p_technicians text[], p_to text,
  p_to_name text
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_moves boolean := true;                                 -- it changes hands
  v_event bigint;
begin
  case
    when p_action = 'hand_over' then null;
    when p_action = 'give_back' then p_to := null; p_to_name := null;
    else
      -- The first words on a ticket that nobody has take it.
      v_moves := coalesce(p_author, p_technician) is not null
        and (p_action = 'take' or p_action in ('ask', 'answer', 'resolve') and public.is_untaken(p_ticket.assignee, p_ticket.assignee_address, p_technicians));
      p_to := p_technician; p_to_name := p_author;
  end case;
  if v_moves then perform public.assign_ticket(p_ticket.id, p_to_name, p_to); end if;
  v_event := public.move_ticket(p_ticket, 'technician', p_action, case when not public.assigns(p_action) then p_text end, p_author,
    p_key, null, null, p_technician, case when public.assigns(p_action) then coalesce(p_to_name, p_to) end);
  if public.assigns(p_action) and v_moves then
    -- Who did it knows, and who is no technician any more is not told.
    perform public.notify_colleague(p_ticket, v_event, nullif(case
        when p_action = 'hand_over' then p_to
        when p_action = 'take' and not public.is_untaken(p_ticket.assignee, p_ticket.assignee_address, p_technicians)
          then p_ticket.assignee_address
      end, p_technician));
  end if;
  return v_event;
end $$;
comment on function public.work_on_ticket is
  'A technician does something that is possible to a ticket, locked by the caller with its customer. p_to, p_to_name: who is to have it. '
  'Returns the event.';

create function public.is_to_be_read(p_kind text) returns boolean
language sql immutable as $$ select p_kind not in ('notified', 'undelivered', 'email_failed', 'urgent', 'category') $$;
comment on function public.is_to_be_read is
  'Whether a technician who acts has to know of an event of this kind: not of what became of a message, nor of a mark.';

create function public.has_just_said(p_ticket bigint, p_action text, p_text text, p_technician text, p_files jsonb) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return coalesce((
    select e.actor = 'technician' and e.action is not distinct from p_action and e.body = p_text
        and e.author_address is not distinct from p_technician and e.created_at > now() - interval '1 hour'
        -- Another file under the same words is something else.
        and array(select (a.sha256, a.filename)::text from public.attachments a where a.event_id = e.id order by 1)
          = array(select (f->>'sha256', f->>'filename')::text from jsonb_array_elements(p_files) f order by 1)
      from public.ticket_events e
     where e.ticket_id = p_ticket and public.is_to_be_read(e.kind) and e.kind <> 'assigned'
     order by e.id desc limit 1), false);
end $$;
comment on function public.has_just_said is
  'Whether the latest that happened in a ticket is that this technician said these words, with these files: a browser that goes back shows them again, in '
  'a form that is a new one.';

create function public.act_on_ticket(
  p_code text, p_action text, p_text text default null, p_author text default null,
  p_key text default null, p_seen bigint default null,
  p_technician text default null, p_technicians text[] default null, p_to text default null, p_to_name text default null,
  p_choice text default null, p_files jsonb default '[]',
  p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_customer bigint;
  v_ticket   public.tickets;
  v_text     text := nullif(btrim(p_text, E' \t\r\n'), '');
  v_result   text := 'done';
  v_event    bigint;
  v_rows     jsonb := '[]';
begin
  p_author := nullif(btrim(p_author), '');
  p_technician := lower(p_technician);
  -- The customer is locked first, as in every transaction that may change their conversation: whoever has the ticket once that is
  -- done. Else a second update of the ticket, at which Postgres checks its reference to the customer, would wait for them with the
  -- ticket locked. Two customers are not held at once: a ticket gets another when the row of the former is deleted (65_identity.sql).
  loop
    v_customer := (select customer_id from public.tickets where code = p_code);
    perform from public.customers where id = v_customer for no key update;
    exit when v_customer is not distinct from (select customer_id from public.tickets where code = p_code);
  end loop;
  if p_action = 'merge' then
    perform from public.tickets where customer_id = v_customer order by id for no key update;
  end if;
  select * into v_ticket from public.tickets where code = p_code for no key update;
  if not found then
    return jsonb_build_object('result', 'missing', 'ticket', null, 'rows', v_rows);
  end if;
  if exists (select from public.ticket_events where ticket_id = v_ticket.id and key = p_key)
     or p_key like 'page/%' and public.has_just_said(v_ticket.id, p_action, v_text, p_technician, p_files) then
    v_result := 'repeated';
  elsif p_action in ('internal', 'urgent', 'not_urgent', 'category') then
    v_result := public.mark_ticket(v_ticket, p_action, v_text, nullif(btrim(p_choice), ''), p_author, p_key, p_technician);
  elsif exists (select from public.ticket_events
                 where ticket_id = v_ticket.id and id > p_seen and public.is_to_be_read(kind)) then
    v_result := 'stale';
  elsif (p_action = any (public.possible_actions(v_ticket))) is not true or p_action = 'hand_over' and coalesce(p_to, p_to_name) is null then
    v_result := 'illegal';
  elsif v_text is null and p_action in ('ask', 'answer') then
    v_result := 'text_missing';
  elsif p_files <> '[]' and p_action not in ('ask', 'answer', 'resolve') then
    v_result := 'illegal';
  elsif p_files <> '[]' and not public.claim_files(p_files) then
    v_result := 'files_gone';
  elsif p_action = 'merge' then
    v_result := public.merge_ticket(v_ticket, p_choice, p_author, p_key, p_technician);
  else
    v_event := public.work_on_ticket(v_ticket, p_action, v_text, p_author, p_key, p_technician, p_technicians, lower(p_to), p_to_name);
    if p_files <> '[]' then perform public.send_files(v_ticket, v_event, p_files); end if;
  end if;
  if p_files <> '[]' and v_result <> 'done' then perform public.drop_files(p_files); end if;
  -- If the answer to this form was lost, what it put into the outbox may still be open.
  if v_result in ('done', 'repeated') and v_ticket.customer_id is not null then
    v_rows := public.lease_lanes(array['notify:' || v_ticket.customer_id]
      || case when p_files <> '[]' then array['files:' || v_ticket.customer_id] end, p_channels, p_lease, p_lease_seconds);
  end if;
  return jsonb_build_object('result', v_result, 'ticket', public.ticket_page(v_ticket.id), 'rows', v_rows);
end $$;
comment on function public.act_on_ticket is
  'Applies a technician''s action, or their mark: done, repeated (same form), stale (events after p_seen), illegal, text_missing, '
  'files_gone (they have waited for their answer too long) or missing. p_technician: the address of who acts; p_technicians: all addresses of the setting; p_to, p_to_name: who it is handed '
  'to; p_choice: the category, or the code of the ticket to merge into; p_files: those of an answer, see send_files. Leases what tells the customer of it, if that may leave now.';

create function public.open_ticket_for(
  p_key text, p_code text, p_number text, p_name text, p_text text, p_summary text, p_language text, p_category text default null,
  p_author text default null, p_technician text default null, p_technicians text[] default null, p_takes boolean default false,
  p_epoch integer default null, p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_wamid    text := 'desk/' || p_key;                     -- no message opens it: that it is unique makes of one form one ticket
  v_result   text := 'repeated';
  v_customer bigint;
  v_ticket   public.tickets;
  v_event    bigint;
begin
  if p_epoch <> public.desk_epoch() then
    return jsonb_build_object('result', 'shut', 'rows', '[]'::jsonb);
  end if;
  p_author := nullif(btrim(p_author), '');
  p_technician := lower(p_technician);
  select * into v_ticket from public.tickets where wamid = v_wamid;
  if not found then
    if exists (select from public.tickets where code = p_code) then
      return jsonb_build_object('result', 'code_taken', 'rows', '[]'::jsonb);
    end if;
    v_customer := public.customer_of_number(p_number, nullif(btrim(p_name), ''));
    -- The same form may have been sent twice, and this one has waited for the other.
    select * into v_ticket from public.tickets where wamid = v_wamid;
  end if;
  if v_ticket.id is null then
    if public.has_too_many_tickets(v_customer) then
      return jsonb_build_object('result', 'too_many_tickets', 'rows', '[]'::jsonb);
    end if;
    insert into public.tickets (code, customer_id, wamid, summary, description, language, category)
    values (p_code, v_customer, v_wamid, p_summary, p_text, p_language, p_category)
    returning * into v_ticket;
    insert into public.ticket_events (ticket_id, kind, actor, author, author_address, body)
    values (v_ticket.id, 'created', 'technician', p_author, p_technician, p_text)
    returning id into v_event;
    perform public.append_fact(v_ticket, 'opened', array[v_event]);
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, window_until)
    values ('notify/' || v_event, 'notify:' || v_customer, 'whatsapp', 'notification', v_customer, v_ticket.id, array[v_event],
      coalesce((select last_inbound_at from public.conversations where customer_id = v_customer), '-infinity') + public.service_window());
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events)
    values ('mail/' || p_code || '/opened', 'mail:' || p_code, 'email', 'opened', v_customer, v_ticket.id, array[v_event]);
    if p_takes then
      perform public.work_on_ticket(v_ticket, 'take', null, p_author, null, p_technician, p_technicians, null, null);
    end if;
    v_result := 'opened';
  end if;
  -- If the answer to this form was lost, what it put into the outbox may still be open.
  return jsonb_build_object('result', v_result, 'code', v_ticket.code,
    'event', (select min(e.id) from public.ticket_events e where e.ticket_id = v_ticket.id and e.kind = 'created'),
    'rows', public.lease_lanes(array_remove(array['mail:' || v_ticket.code, 'notify:' || v_ticket.customer_id], null),
      p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.open_ticket_for is
  'A technician opens a ticket for somebody who called or stands at the counter, and tells them its code: opened, repeated (the same '
  'form), code_taken, too_many_tickets, or shut if all access of p_epoch was ended (null: the operator''s). p_takes: it is theirs. Leases what tells the customer and the technicians of it.';
