-- What technicians see and do.

create function public.load_ticket(p_code text, p_before bigint default null) returns jsonb
language sql stable set search_path = '' as $$
  select public.ticket_record(t.id, null, p_before) from public.tickets t where t.code = p_code
$$;
comment on function public.load_ticket is
  'The record of a ticket with its latest events, or those before p_before; or null. For technicians: there is no owner check.';

create function public.load_file(p_code text, p_file bigint) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('file', to_jsonb(a),
      'at', coalesce((select e.created_at from public.ticket_events e where e.id = a.event_id), a.created_at),
      'place', (select count(*) from public.attachments b where b.ticket_id = t.id and b.id <= a.id))
    from public.tickets t join public.attachments a on a.ticket_id = t.id where t.code = p_code and a.id = p_file
$$;
comment on function public.load_file is 'A file of a ticket, its place among the ticket''s files (from 1), and when it came; or null.';

create function public.act_on_ticket(
  p_code text, p_action text, p_text text default null, p_author text default null,
  p_key text default null, p_seen bigint default null
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' as $$
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
