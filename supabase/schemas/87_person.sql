-- What is stored about one person, for them to have: python -m ops export-person. find_person (70_deletion.sql) says who it is.

create function public.export_person(p_id bigint) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'person', jsonb_build_object('name', c.name, 'number', c.wa_id, 'user_id', c.user_id, 'since', c.created_at),
    'conversation', (select jsonb_build_object('language', v.session->>'language', 'last_message_at', v.last_inbound_at,
        'session', v.session) from public.conversations v where v.customer_id = c.id),
    'tickets', (select coalesce(jsonb_agg(t.code order by t.id), '[]') from public.tickets t where t.customer_id = c.id),
    'received', (select coalesce(jsonb_agg(jsonb_build_object('id', i.wamid, 'sent_at', i.sent_at, 'received_at', i.received_at,
          'outcome', i.outcome, 'ticket', i.ticket, 'content', i.payload) order by i.received_at, i.wamid), '[]')
        from (select * from public.inbound where customer_id = c.id
              union all
              -- As erase_customer finds them: what could not be read has no customer.
              select * from public.inbound where outcome = 'poison' and customer_id is null
                 and (strpos(payload, c.user_id) > 0 or strpos(payload, c.wa_id) > 0)) i),
    'sent', (select coalesce(jsonb_agg(jsonb_build_object('at', o.done_at, 'written_at', o.created_at, 'channel', o.channel,
          'content', o.content, 'ticket', (select t.code from public.tickets t where t.id = o.ticket_id),
          'status', o.status, 'error', o.last_error, 'reported', o.proof, 'template', o.as_template,
          'message', case when o.as_template then o.template else o.body end) order by o.id), '[]')
        from public.outbox o where o.customer_id = c.id and o.channel = 'whatsapp'))
    from public.customers c where c.id = p_id
$$;
comment on function public.export_person is
  'A customer as they may have it: aliases, conversation, messages received and sent (30 days), the codes of their tickets. Null: gone.';

create function public.export_ticket(p_id bigint, p_code text, p_internal boolean) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_ticket public.tickets;
  v_told   jsonb;
begin
  select * into v_ticket from public.tickets where code = p_code and customer_id = p_id;
  if not found then return null; end if;
  v_told := public.deliveries(v_ticket.id);
  return jsonb_build_object('code', v_ticket.code, 'status', v_ticket.status, 'summary', v_ticket.summary,
      'description', v_ticket.description, 'language', v_ticket.language, 'wants_human', v_ticket.wants_human,
      'assignee', v_ticket.assignee, 'rating', v_ticket.rating, 'created_at', v_ticket.created_at, 'updated_at', v_ticket.updated_at,
      'merged_into', (select m.code from public.tickets m where m.id = v_ticket.merged_into))
    || case when p_internal then jsonb_build_object('urgent', v_ticket.urgent, 'category', v_ticket.category) else '{}' end
    || jsonb_build_object(
      'events', (select coalesce(jsonb_agg(jsonb_build_object('at', e.created_at, 'kind', e.kind, 'actor', e.actor,
            'author', e.author, 'action', e.action, 'from_status', e.from_status, 'to_status', e.to_status, 'text', e.body,
            'deleted', e.deleted, 'delivery', v_told->(e.id::text)) order by e.id), '[]')
          from public.ticket_events e
         where e.ticket_id = v_ticket.id and (p_internal or e.kind not in ('internal', 'urgent', 'category'))),
      'files', (select coalesce(jsonb_agg(jsonb_build_object('at', a.created_at, 'kind', a.kind, 'mime_type', a.mime_type,
            'sha256', a.sha256, 'filename', a.filename, 'caption', a.caption, 'latitude', a.latitude, 'longitude', a.longitude,
            'place', a.place, 'bytes', a.bytes, 'seconds', a.seconds, 'transcript', a.transcript, 'missing', a.missing,
            'from_technician', public.is_from_technician(a), 'object', case when a.stored_at is not null then a.object end)
            order by a.id), '[]')
          from public.attachments a where a.ticket_id = v_ticket.id));
end $$;
comment on function public.export_ticket is
  'One ticket of a customer with its events and files. p_internal: with what technicians noted among themselves. No technician''s address.';
