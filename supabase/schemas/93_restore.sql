-- After a backup was restored: python -m ops restored. The desk went on after the backup was made, and what it did since is not here.

create function public.open_after_restore() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'newest', (select max(at) from (
      select max(received_at) as at from public.inbound
      union all select max(greatest(created_at, first_attempt_at, done_at)) from public.outbox
      union all select max(created_at) from public.ticket_events) known),
    'messages', count(*) filter (where o.channel = 'whatsapp'), 'emails', count(*) filter (where o.channel = 'email'),
    'tasks', count(*) filter (where o.channel in ('storage', 'inbox')))
    from public.outbox o where o.status in ('ready', 'sending', 'unknown')
$$;
comment on function public.open_after_restore is
  'Until when this database knows what happened (newest), and the rows of the outbox that were open then.';

create function public.restored_gap() returns integer
language sql immutable as $$ select 1000000 $$;
comment on function public.restored_gap is 'By so much all counters go on after a restore: more than a desk can have counted since the backup.';

create function public.settle_restored() returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_open     jsonb := public.open_after_restore();
  v_newest   timestamptz := v_open->>'newest';
  v_given_up integer;
begin
  -- Numbers that were given out since must not come again. Resend and Meta know rows by keys that are made of them, and an instance
  -- may have a conversation of a version that this database has yet to reach. Only the owner of the tables may do this.
  perform setval(format('%I.%I', s.schemaname, s.sequencename)::regclass, coalesce(s.last_value, 1) + public.restored_gap())
    from pg_sequences s where s.schemaname = 'public';
  update public.conversations set version = version + public.restored_gap();
  insert into public.desk_access as a (epoch) values (public.restored_gap())
  on conflict (one) do update set epoch = a.epoch + public.restored_gap();
  -- An e-mail that was sent since is known to Resend by its key, for a day: until then it may be sent again, with nothing more in it.
  update public.outbox set tried = true, first_attempt_at = coalesce(first_attempt_at, v_newest)
   where channel = 'email' and status in ('ready', 'sending', 'unknown');
  -- The operator's e-mail that was on its way has been sent, or is not news any more: the next has another number.
  delete from public.operator_mails where sent_at is null;
  update public.outbox set status = 'dead', last_error = 'restored'
   where id in (select o.id from public.outbox o
                 where o.status in ('ready', 'sending', 'unknown') and (o.channel in ('whatsapp', 'inbox')
                   or o.channel = 'email' and o.first_attempt_at < now() - public.email_key_lifetime())
                 order by o.id for update);
  get diagnostics v_given_up = row_count;
  return v_open || jsonb_build_object('given_up', v_given_up);
end $$;
comment on function public.settle_restored is
  'Gives up what would be sent a second time, as it was sent after the backup was made. What technicians wrote, they are told of. '
  'Every cookie of the list ends.';

-- The bucket beside it: python -m ops files.

create function public.list_files(p_after bigint, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'object', a.object, 'bytes', a.bytes, 'mime_type', a.mime_type) order by a.id), '[]')
    from (select * from public.attachments where id > p_after and object is not null and stored_at is not null
           order by id limit p_limit) a
$$;
comment on function public.list_files is 'The files that are in Storage, as far as their tickets know, page by page.';
