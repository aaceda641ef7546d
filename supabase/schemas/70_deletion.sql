-- Deletes what is no longer needed, and what a person asks to be deleted.

create function public.erase_customer(p_customer bigint, p_wamid text) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.ticket_events (ticket_id, kind, actor)
  select id, 'erased', 'customer' from public.tickets where customer_id = p_customer;
  delete from public.attachments where ticket_id in (select id from public.tickets where customer_id = p_customer);
  -- A wamid contains the phone number.
  update public.ticket_events set wamid = null, parts = null
   where ticket_id in (select id from public.tickets where customer_id = p_customer) and (wamid is not null or parts is not null);
  update public.tickets set wamid = 'erased/' || id where customer_id = p_customer;
  -- The names of files, and who wrote.
  update public.received_mails set detail = null
   where ticket_id in (select id from public.tickets where customer_id = p_customer) and detail is not null;
  -- Finished rows are deleted now; pending e-mails and the reply to this message are sent first and then scrubbed.
  delete from public.outbox where customer_id = p_customer
     and (status in ('sent', 'dead')
          or channel = 'whatsapp' and status in ('ready', 'unknown') and wamid is distinct from p_wamid);
  update public.outbox set scrub = true where customer_id = p_customer;
  -- By wamid, as two people may be in one payload.
  delete from public.inbound where wamid in (
    select i.wamid from public.inbound i join public.customers c on c.id = p_customer
     where i.outcome = 'poison' and (strpos(i.payload, c.user_id) > 0 or strpos(i.payload, c.wa_id) > 0)
     order by i.wamid for update of i);
  delete from public.customers where id = p_customer;
end $$;
comment on function public.erase_customer is 'Deletes the customer, locked by the caller with what belongs to them; their tickets stay, anonymous.';

create function public.find_person(p_user_id text, p_wa_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', c.id, 'name', c.name, 'wa_id', c.wa_id, 'user_id', c.user_id, 'since', c.created_at,
    'tickets', (select count(*) from public.tickets t where t.customer_id = c.id),
    'open_tickets', (select count(*) from public.tickets t where t.customer_id = c.id and t.status not in ('resolved', 'closed')),
    'files', (select count(*) from public.attachments a join public.tickets t on t.id = a.ticket_id where t.customer_id = c.id),
    'messages', (select count(*) from public.inbound i where i.customer_id = c.id),
    'waiting', (select count(*) from public.outbox o where o.customer_id = c.id and o.status in ('ready', 'sending', 'unknown')))
   from public.customers c where c.user_id = p_user_id or c.wa_id = any (public.number_forms(p_wa_id))
   order by c.user_id = p_user_id desc nulls last, c.wa_id = p_wa_id desc limit 1
$$;
comment on function public.find_person is
  'Counts what is stored about a person, before the operator erases them. By a number in any of its forms, however long it was silent.';

create function public.erase_person(p_id bigint) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  perform from public.customers where id = p_id for update;
  if not found then return false; end if;
  perform public.lock_belongings(array[p_id]);
  perform public.erase_customer(p_id, '');
  return true;
end $$;
comment on function public.erase_person is 'Erases a person who asked the operator for it. False if they were erased already.';

create function public.purge_expired() returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_inbound integer;
  v_outbox  integer;
begin
  -- By ctid: the rows are locked, so they stay where they are, and whatever Postgres believes about the size of the table it reads
  -- no other.
  delete from public.inbound where ctid = any (array(
    select ctid from public.inbound where received_at < now() - interval '30 days' limit 5000 for update skip locked));
  get diagnostics v_inbound = row_count;
  delete from public.outbox where ctid = any (array(
    select ctid from public.outbox
     where (status = 'sent' or status = 'dead' and last_error in ('superseded', 'dropped', 'restored')) and done_at < now() - interval '30 days'
        or status = 'ready' and held and not as_template and content not in ('notification', 'file') and created_at < now() - interval '30 days'
     limit 5000 for update skip locked));
  get diagnostics v_outbox = row_count;
  delete from public.received_mails where ctid = any (array(
    select ctid from public.received_mails m where m.received_at < now() - interval '30 days'
       and (m.done_at is not null or not exists (
         select from public.outbox o where o.id = m.row_id and o.status in ('ready', 'sending', 'unknown')))
     limit 5000 for update skip locked));
  return jsonb_build_object('inbound', v_inbound, 'outbox', v_outbox) || public.apply_retention();
end $$;
comment on function public.purge_expired is
  'Deletes inbound rows, technicians'' e-mails and finished outbox rows after 30 days, in batches; failed rows stay for the operator. And what is older than '
  'the operator wants to keep: 68_retention.sql.';
