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
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_customer bigint;
  v_ticket   public.tickets;
  v_text     text := nullif(btrim(p_text, E' \t\r\n'), '');
  v_result   text := 'done';
begin
  -- The customer is locked first, as in every transaction that may change their conversation: whoever has the ticket once that is
  -- done. Else a second update of the ticket, at which Postgres checks its reference to the customer, would wait for them with the
  -- ticket locked. Two customers are not held at once: a ticket gets another when the row of the former is deleted (65_identity.sql).
  loop
    v_customer := (select customer_id from public.tickets where code = p_code);
    perform from public.customers where id = v_customer for no key update;
    exit when v_customer is not distinct from (select customer_id from public.tickets where code = p_code);
  end loop;
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
