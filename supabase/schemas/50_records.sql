-- The records of tickets, as technicians see them and as notifications are rendered from them.

create function public.ticket_record(p_ticket bigint, p_events bigint[] default null) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object(
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
        'to_status', e.to_status, 'text', e.body, 'deleted', e.deleted, 'at', e.created_at, 'files', (
          select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'media_id', a.media_id,
              'mime_type', a.mime_type, 'sha256', a.sha256, 'filename', a.filename, 'caption', a.caption,
              'latitude', a.latitude, 'longitude', a.longitude, 'place', a.place) order by a.id), '[]')
            from public.attachments a where a.event_id = e.id)) order by e.id), '[]')
       from public.ticket_events e where e.ticket_id = t.id and (p_events is null or e.id = any (p_events))),
    'waiting', (select count(*) from public.outbox o where o.ticket_id = t.id and o.status in ('ready', 'sending', 'unknown') and not o.held
       and (o.channel = 'email' or o.content <> 'rendered'))        -- not replies
)
   from public.tickets t where t.id = p_ticket);
end $$;
comment on function public.ticket_record is
  'A ticket for technicians: everything, or only some of its events. Never shown to a customer.';

create function public.digest_record(p_events bigint[]) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('tickets', coalesce(jsonb_agg(jsonb_build_object(
      'code', t.code, 'summary', t.summary, 'wants_human', t.wants_human, 'at', latest.at) order by t.id), '[]'))
    from public.tickets t
    join (select e.ticket_id, max(e.created_at) as at from public.ticket_events e
           where e.id = any (p_events) group by e.ticket_id) latest on latest.ticket_id = t.id);
end $$;
comment on function public.digest_record is 'The tickets of these events, for the digest of e-mails beyond the cap.';
