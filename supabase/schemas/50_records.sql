-- The records of tickets, as technicians see them and as notifications are rendered from them.

create function public.events_page(p_ticket bigint, p_before bigint) returns bigint[]
language plpgsql stable set search_path = '' as $$
begin
  return array(select sized.id from (
    select latest.id, row_number() over newest as place, sum(coalesce(octet_length(latest.body), 0)) over newest as bytes
      from (select e.id, e.body from public.ticket_events e
             where e.ticket_id = p_ticket and (p_before is null or e.id < p_before) order by e.id desc limit 50) latest
    window newest as (order by latest.id desc)) sized
    where sized.place = 1 or sized.bytes <= 100000);
end $$;
comment on function public.events_page is
  'The latest events of a ticket before one of them: 50, or fewer if their texts have more than 100,000 bytes.';

create function public.delivery_state(p_row public.outbox) returns text
language plpgsql stable set search_path = '' as $$
begin
  return case
    when p_row.status = 'dead' then 'failed'
    when p_row.status = 'sent' then coalesce(p_row.proof, 'sent')::text
    when p_row.held and p_row.content = 'file' then 'next_message'
    when p_row.held and not p_row.as_template then 'first_message'
    when p_row.held then 'held'
    when p_row.status = 'ready' and not p_row.tried and p_row.next_at > now() then 'waiting'
    else 'leaving' end;
end $$;
comment on function public.delivery_state is 'Where a message to a customer is, as DeliveryState in state/model/ticket.py.';

create function public.file_json(p_file public.attachments) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('id', p_file.id, 'kind', p_file.kind,
    'media_id', case when p_file.uploaded_at is null or p_file.uploaded_at > now() - interval '25 days' then p_file.media_id end, 'mime_type', p_file.mime_type,
    'sha256', p_file.sha256, 'filename', p_file.filename, 'caption', p_file.caption, 'latitude', p_file.latitude,
    'longitude', p_file.longitude, 'place', p_file.place, 'object', p_file.object, 'bytes', p_file.bytes,
    'stored', p_file.stored_at is not null, 'missing', p_file.missing, 'seconds', p_file.seconds, 'transcript', p_file.transcript);
end $$;
comment on function public.file_json is 'An attachment, as StoredFile in state/model/ticket.py.';

create function public.is_wanted(p_object text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.attachments a where a.object = p_object and a.bytes is not null);
end $$;
comment on function public.is_wanted is 'Whether a ticket has this object, or waits for it.';

create function public.file_record(p_object text) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select public.file_json(a) from public.attachments a where a.object = p_object);
end $$;
comment on function public.file_record is 'What a row about a file needs to know; null if the attachment was deleted.';

create function public.file_delivery(p_object text) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('state', public.delivery_state(o), 'template', false) from public.outbox o
           where o.object = p_object and o.content = 'file');
end $$;
comment on function public.file_delivery is 'How a file of a technician reaches the customer; null if it does not, or as long ago as no row is kept.';

create function public.deliveries(p_ticket bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select coalesce(jsonb_object_agg(told.event, told.delivery), '{}') from (
    select distinct on (event) event, jsonb_build_object(
        'state', public.delivery_state(o), 'template', o.as_template) as delivery
      from public.outbox o cross join lateral unnest(o.events) event
     where o.ticket_id = p_ticket and (o.content = 'notification' or o.content = 'full_text' and not o.held)
     order by event, o.id desc) told);
end $$;
comment on function public.deliveries is
  'How the customer is told of each event of a ticket, by its id: state (as DeliveryState in state/model/ticket.py); template: they '
  'have one line of it until they write. Of what was sent within 30 days.';

create function public.ticket_record(p_ticket bigint, p_events bigint[] default null, p_before bigint default null) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_events  bigint[] := p_events;
  v_created bigint;
  v_earlier bigint;
  v_told    jsonb := '{}';
begin
  if v_events is null then
    v_created := (select e.id from public.ticket_events e where e.ticket_id = p_ticket order by e.id limit 1);
    v_events := public.events_page(p_ticket, p_before);
    v_earlier := (select min(id) from unnest(v_events) id);
    if not exists (select from public.ticket_events e
                    where e.ticket_id = p_ticket and e.id < v_earlier and e.id > v_created) then
      v_earlier := null;
    end if;
    v_events := v_events || v_created;             -- the report itself is on every page
    v_told := public.deliveries(p_ticket);
  end if;
  return (select jsonb_build_object(
    'code', t.code, 'status', t.status,
    -- In a notification, the status at its latest event: a later change must not alter the text of the next attempt.
    'status_then', case when p_events is not null then coalesce((
        select e.to_status from public.ticket_events e
         where e.ticket_id = t.id and e.to_status is not null and e.id <= (select max(id) from unnest(p_events) as id)
         order by e.id desc limit 1), 'open') end,
    'summary', t.summary, 'description', case when p_events is null then t.description else '' end, 'wants_human', t.wants_human,
    'urgent', t.urgent, 'category', t.category, 'merged_into', (select m.code from public.tickets m where m.id = t.merged_into),
    'assignee', t.assignee, 'assignee_address', t.assignee_address, 'assignee_away', public.is_out_of_reach(t.assignee_address),
    'rating', t.rating, 'created_at', t.created_at, 'updated_at', t.updated_at,
    'language', coalesce((select v.session->>'language' from public.conversations v where v.customer_id = t.customer_id), t.language),
    'has_written', t.customer_id is null or public.has_written(t.customer_id),
    'window_until', case when p_events is null then (select v.last_inbound_at + public.service_window()
       from public.conversations v where v.customer_id = t.customer_id) end,
    'customer', (select jsonb_build_object('name', c.name, 'wa_id', c.wa_id, 'user_id', c.user_id)
                   from public.customers c where c.id = t.customer_id),
    'actions', to_jsonb(public.possible_actions(t)),
    'events', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', e.id, 'kind', e.kind, 'actor', e.actor, 'author', e.author, 'author_address', e.author_address, 'action', e.action,
        'assignee', e.assignee, 'from_status', e.from_status, 'to_status', e.to_status, 'text', e.body, 'deleted', e.deleted,
        'object', e.object, 'at', e.created_at, 'delivery', v_told->(e.id::text), 'files', (
          select coalesce(jsonb_agg(public.file_json(a) || case when p_events is null and e.actor = 'technician'
              then jsonb_build_object('delivery', public.file_delivery(a.object)) else '{}' end order by a.id), '[]')
            from public.attachments a where a.event_id = e.id)) order by e.id), '[]')
       from public.ticket_events e where e.ticket_id = t.id and e.id = any (v_events)),
    'earlier', v_earlier,
    'waiting', (select count(*) from public.outbox o where o.ticket_id = t.id and o.status in ('ready', 'sending', 'unknown')
       and (not o.held or o.as_template or o.content = 'notification')
       and (o.channel = 'email' or o.content not in ('rendered', 'received')))        -- not replies, nor what is to be fetched
)
   from public.tickets t where t.id = p_ticket);
end $$;
comment on function public.ticket_record is
  'A ticket for technicians: with its report and the latest events (before p_before), or only some events. Never shown to a '
  'customer. earlier: for p_before, if there are more; window_until: when the service window closes.';

create function public.opened_record(p_ticket bigint, p_events bigint[]) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return public.ticket_record(p_ticket, p_events) || (
    select jsonb_build_object('description', e.body, 'wants_human', e.action is not distinct from 'human', 'language', t.language)
      from public.ticket_events e join public.tickets t on t.id = e.ticket_id
     where e.id = any (p_events) and e.kind = 'created');
end $$;
comment on function public.opened_record is 'A ticket as it was opened, whatever has happened to it since: the same at every attempt.';

create function public.digest_record(p_events bigint[]) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('tickets', coalesce(jsonb_agg(jsonb_build_object(
      'code', t.code, 'summary', t.summary, 'wants_human', t.wants_human, 'at', latest.at,
      'assignee_address', t.assignee_address, 'assignee_away', public.is_out_of_reach(t.assignee_address)) order by t.id), '[]'))
    from public.tickets t
    join (select e.ticket_id, max(e.created_at) as at from public.ticket_events e
           where e.id = any (p_events) group by e.ticket_id) latest on latest.ticket_id = t.id);
end $$;
comment on function public.digest_record is 'The tickets of these events, for the digest of e-mails beyond the cap.';
