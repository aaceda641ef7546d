-- What technicians note on a ticket among themselves, and how a duplicate is merged into another ticket of the same customer.

create function public.mark_ticket(
  p_ticket public.tickets, p_action text, p_text text, p_choice text, p_author text, p_key text, p_technician text
) returns text language plpgsql set search_path = '' as $$
begin
  if p_action = 'internal' and p_text is null then return 'text_missing'; end if;
  if p_action = 'urgent' and p_ticket.urgent or p_action = 'not_urgent' and not p_ticket.urgent
     or p_action = 'category' and p_choice is not distinct from p_ticket.category then
    return 'done';                                         -- it is so already
  end if;
  -- Not updated_at: the customer may see that.
  update public.tickets set
    urgent = case p_action when 'urgent' then true when 'not_urgent' then false else urgent end,
    category = case p_action when 'category' then p_choice else category end
   where id = p_ticket.id and p_action <> 'internal';
  insert into public.ticket_events (ticket_id, kind, actor, author, author_address, action, body, key)
  values (p_ticket.id, case p_action when 'not_urgent' then 'urgent' else p_action end, 'technician', p_author, p_technician, p_action,
    case p_action when 'internal' then p_text when 'category' then p_choice end, p_key);
  return 'done';
end $$;
comment on function public.mark_ticket is
  'A mark on a ticket, locked by the caller: internal (a note), urgent, not_urgent or category. Its customer never hears of it, it '
  'takes nothing, and it is possible in every status: done or text_missing.';

create function public.merge_ticket(
  p_ticket public.tickets, p_into text, p_author text, p_key text, p_technician text
) returns text language plpgsql set search_path = '' as $$
declare
  v_into public.tickets;
begin
  select * into v_into from public.tickets where code = p_into and customer_id = p_ticket.customer_id;
  if v_into.merged_into is not null then
    select * into v_into from public.tickets where id = v_into.merged_into and customer_id = p_ticket.customer_id;
  end if;
  if v_into.id is null or v_into.id = p_ticket.id or v_into.status = 'closed' then return 'illegal'; end if;
  -- What was merged into the duplicate follows, so that every pointer leads to a ticket without one.
  update public.tickets set merged_into = v_into.id where id = p_ticket.id or merged_into = p_ticket.id;
  -- The first of their words that we have not answered, in either.
  update public.tickets set urgent = urgent or p_ticket.urgent, wants_human = wants_human or p_ticket.wants_human, updated_at = now(),
    answer_due = answer_due or p_ticket.answer_due,
    waits_since = case when p_ticket.answer_due and (not answer_due or p_ticket.waits_since < waits_since)
      then p_ticket.waits_since else waits_since end
   where id = v_into.id;
  perform public.move_ticket(p_ticket, 'technician', 'merge', null, p_author, p_key, null, null, p_technician);
  insert into public.ticket_events (ticket_id, kind, actor, author, author_address, body)
  values (v_into.id, 'merged', 'technician', p_author, p_technician, p_ticket.code);
  return 'done';
end $$;
comment on function public.merge_ticket is
  'Closes a duplicate, with a pointer to another ticket of the same customer that is not closed: done or illegal. All of their '
  'tickets are locked by the caller.';

create function public.other_tickets(p_ticket public.tickets) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('code', o.code, 'status', o.status, 'summary', o.summary,
      'wants_human', o.wants_human, 'merged', o.merged_into is not null) order by o.status = 'closed', o.id desc), '[]')
    from (select * from public.tickets
           where customer_id = p_ticket.customer_id and id <> p_ticket.id
           order by status = 'closed', id desc limit 20) o);
end $$;
comment on function public.other_tickets is 'Twenty other tickets of the same customer: those that are not closed first, newest first.';

create function public.ticket_page(p_ticket bigint, p_before bigint default null) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_ticket public.tickets;
begin
  select * into v_ticket from public.tickets where id = p_ticket;
  return public.ticket_record(p_ticket, null, p_before) || jsonb_build_object(
    'others', public.other_tickets(v_ticket),
    'others_count', (select count(*) from public.tickets where customer_id = v_ticket.customer_id and id <> v_ticket.id),
    'answers', (select coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'language', a.language) order by a.name), '[]')
                  from public.answers a));
end $$;
comment on function public.ticket_page is
  'The record of a ticket with what else its page shows: the customer''s other tickets, and the names of the canned answers.';
