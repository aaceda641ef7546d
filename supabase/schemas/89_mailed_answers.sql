-- What Resend's webhook and the outbox do with an e-mail that a technician sent: at the top of 42_received_mails.sql.

create function public.receive_mail(
  p_event_id text, p_message_id text, p_email_id text, p_code text, p_technician text, p_seen bigint,
  p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{inbox}',
  p_for_team boolean default false
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_ticket bigint := (select id from public.tickets where code = p_code);
  v_mail   bigint;
  v_row    bigint;
  v_result text := 'known';
begin
  p_message_id := nullif(p_message_id, '');
  if v_ticket is null then return jsonb_build_object('result', 'missing', 'rows', '[]'::jsonb); end if;
  v_mail := (select min(id) from public.received_mails where event_id = p_event_id or message_id = p_message_id);
  -- Counted without a lock: concurrent inserts may exceed the cap by a few.
  if v_mail is null and public.max_mails_per_hour() <= (select count(*) from public.received_mails
       where ticket_id = v_ticket and technician = lower(p_technician) and received_at > now() - interval '1 hour') then
    return jsonb_build_object('result', 'too_many', 'rows', '[]'::jsonb);
  end if;
  if v_mail is null then
    insert into public.received_mails (event_id, message_id, email_id, ticket_id, technician, seen, for_team)
    values (p_event_id, p_message_id, p_email_id, v_ticket, lower(p_technician), p_seen, p_for_team)
    on conflict do nothing returning id into v_mail;
    if found then
      insert into public.outbox (dedup_key, lane, channel, content, ticket_id)
      values ('received/' || v_mail, 'inbox:' || v_mail, 'inbox', 'received', v_ticket) returning id into v_row;
      update public.received_mails set row_id = v_row where id = v_mail;
      v_result := 'new';
    else                                                   -- at the same moment
      v_mail := (select min(id) from public.received_mails where event_id = p_event_id or message_id = p_message_id);
    end if;
  end if;
  return jsonb_build_object('result', v_result,
    'rows', public.lease_lanes(array['inbox:' || v_mail], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.receive_mail is
  'An e-mail came to the address of a technician for a ticket: new, known (its event or the e-mail came before), too_many (in an hour) '
  'or missing (no such ticket). p_seen: the latest event that the answered e-mail told. Leases the row that fetches it.';

create function public.finish_mail(
  p_id bigint, p_outcome text, p_detail jsonb, p_tell boolean, p_events bigint[],
  p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_mail public.received_mails;
  v_told bigint;
begin
  -- First the ticket, as whoever erases its customer does: the e-mail's row in the outbox refers to it. Nor is a detail written after
  -- they have erased it.
  perform from public.tickets t join public.received_mails m on m.ticket_id = t.id where m.id = p_id for key share of t;
  update public.received_mails m set done_at = now(), outcome = p_outcome,
    detail = case when (select t.customer_id from public.tickets t where t.id = m.ticket_id) is not null then p_detail end
   where m.id = p_id and m.done_at is null returning m.* into v_mail;
  if v_mail.id is not null and p_tell and public.max_told_per_hour() > (select count(*) from public.received_mails m
       where m.technician = v_mail.technician and m.told_id is not null and m.done_at > now() - interval '1 hour'
         -- What strangers send keeps nobody from hearing of their own.
         and (m.outcome in ('not_theirs', 'unproved')) = (p_outcome in ('not_theirs', 'unproved'))) then
    -- Without its customer, as in notify_colleague.
    insert into public.outbox (dedup_key, lane, channel, content, ticket_id, recipient, events)
    values (concat_ws('/', 'mailed', p_id, p_outcome), 'mailed:' || p_id, 'email', 'mail_result', v_mail.ticket_id, v_mail.technician,
      coalesce(nullif(p_events, '{}'), array(select max(e.id) from public.ticket_events e where e.ticket_id = v_mail.ticket_id)))
    on conflict (dedup_key) do nothing returning id into v_told;
    -- Who was told of one end, before it was tried again, is told of another.
    update public.received_mails set told_id = coalesce(v_told, told_id) where id = p_id;
  end if;
  return jsonb_build_object('rows', public.lease_lanes(array['mailed:' || p_id], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.finish_mail is
  'What became of an e-mail, once. p_tell: its author is told by e-mail, up to so many times an hour; p_events: what of the ticket that '
  'shows. Leases that e-mail.';

create function public.record_unread_mail() returns trigger
language plpgsql set search_path = '' as $$
begin
  -- An outbox row is locked here, and perhaps its lane: whoever erases or deletes the ticket, or records another end, is not waited for.
  perform from public.tickets where id = new.ticket_id for key share skip locked;
  if not found then return null; end if;
  perform public.finish_mail(m.id, 'unreadable', '{}', true, '{}')
    from (select id from public.received_mails where row_id = new.id and done_at is null for update skip locked) m;
  return null;
end $$;
comment on function public.record_unread_mail is 'The row that was to fetch an e-mail was given up: its author is told that nobody has read it.';

create trigger record_unread_mail after update of status on public.outbox for each row
  when (new.content = 'received' and new.status = 'dead' and old.status <> 'dead')
  execute function public.record_unread_mail();
