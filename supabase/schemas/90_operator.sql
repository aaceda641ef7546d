-- The outbox for the operator's command line. A row under a live lease cannot be changed: its holder finishes it within half a
-- minute.

create function public.outbox_entry(p_row public.outbox) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', p_row.id, 'channel', p_row.channel, 'content', p_row.content, 'lane', p_row.lane, 'key', p_row.dedup_key,
    'status', p_row.status, 'attempts', p_row.attempts, 'error', p_row.last_error, 'created_at', p_row.created_at,
    'next_at', p_row.next_at, 'first_attempt_at', p_row.first_attempt_at, 'held', p_row.held, 'as_template', p_row.as_template,
    'proof', p_row.proof,
    'lease_until', case p_row.status when 'sending' then p_row.next_at end, 'done_at', p_row.done_at,
    'provider_id', p_row.provider_id, 'events', p_row.events, 'forgotten', p_row.scrub and p_row.done_at is not null,
    'object', p_row.object, 'ticket', coalesce((select t.code from public.tickets t where t.id = p_row.ticket_id),
      split_part(p_row.object, '/', 1)),
    'pause', case when p_row.status in ('ready', 'unknown') then
      (select jsonb_build_object('until', p.paused_until, 'error', p.error) from public.channel_pauses p
        where p.channel = p_row.channel and p.paused_until > now() and p.claim_at is null) end,
    'behind', case when p_row.status in ('ready', 'unknown') then
      (select min(e.id) from public.outbox e
        where e.lane = p_row.lane and e.id < p_row.id and e.status in ('ready', 'sending', 'unknown') and not e.held
          and (e.status = 'sending' or e.attempts = 0 or e.repeat or e.next_at <= now())) end)
$$;
comment on function public.outbox_entry is
  'A row for the operator, without its content. behind: the row it waits for; pause: the pause of its channel.';

create function public.list_outbox(
  p_statuses text[] default null, p_limit integer default 50, p_before bigint default null, p_id bigint default null,
  p_content boolean default false
) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(public.outbox_entry(found.o) || case when p_content
      then jsonb_build_object('body', (found.o).body, 'template', (found.o).template) else '{}' end
      order by (found.o).id desc), '[]') from (
    select o from (
      select w as o from public.outbox w where p_id is null and p_statuses is null and w.status in ('ready', 'sending', 'unknown')
      union all
      select d from public.outbox d where p_id is null and p_statuses is null and d.status = 'dead'
         and coalesce(d.last_error, '') not in ('superseded', 'dropped')
      union all
      select s from public.outbox s where p_id is null and p_statuses is not null and s.status = any (p_statuses)
      union all
      select i from public.outbox i where i.id = p_id
    ) rows where p_before is null or (o).id < p_before
    order by (o).id desc limit p_limit) found
$$;
comment on function public.list_outbox is
  'The latest rows, newest first, with some statuses; by default those waiting, and dead ones that were not dropped; or one row.';

create function public.outbox_backlog() returns jsonb
language sql stable set search_path = '' as $$
  with waiting as (select * from public.outbox where status in ('ready', 'sending', 'unknown') and not held),
       dead as (select * from public.outbox where status = 'dead' and public.is_dead_letter(content, last_error))
  select jsonb_build_object(
    'waiting', (select count(*) from waiting),
    'oldest', (select min(created_at) from waiting),
    'late', (select count(*) from waiting where next_at < now() - interval '5 min' and not public.is_paused(channel)),
    'templates', (select jsonb_build_object('rows', count(*), 'error', max(last_error))
      from public.outbox where held and as_template),
    'paused', (select coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'until', paused_until, 'error', error)
      order by channel), '[]') from public.channel_pauses where paused_until > now() and claim_at is null),
    'dead', (select count(*) from dead),
    'last_dead', (select jsonb_build_object('channel', channel, 'error', last_error) from dead order by id desc limit 1))
$$;
comment on function public.outbox_backlog is
  'Rows waiting, those late by more than 5 minutes (the sweep runs every minute), paused channels, and dead rows that nobody '
  'has retried or dropped. Not those that wait for their customer''s next message. templates: of these, what waits because Meta refuses the template.';

create function public.emails_sent() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'day', coalesce(sum(emails) filter (where at > now() - interval '24 hours'), 0),
    'month', coalesce(sum(emails), 0))
    from (select coalesce(emails, 1) as emails, coalesce(done_at, first_attempt_at) as at
            from public.outbox
           -- The index is on this. A row is tried for less than two days.
           where channel = 'email' and created_at > now() - interval '32 days' and status in ('sent', 'unknown')) tried
   where at > now() - interval '30 days'
$$;
comment on function public.emails_sent is 'How many e-mails left in the last 24 hours and 30 days, each recipient counted, as Resend counts.';

create function public.lock_outbox_row(p_id bigint) returns public.outbox
language plpgsql set search_path = '' as $$
declare
  v_row public.outbox;
begin
  -- The ticket is locked first, as in all transactions: a notification that dies is recorded there.
  perform from public.tickets where id = (select ticket_id from public.outbox where id = p_id) for key share;
  select * into v_row from public.outbox where id = p_id for update;
  return v_row;
end $$;

create function public.retry_outbox(p_id bigint, p_anyway boolean default false) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_row    public.outbox := public.lock_outbox_row(p_id);
  v_late   boolean := v_row.channel = 'email' and v_row.first_attempt_at < now() - public.email_key_lifetime();
  v_result text := case
    when v_row.id is null then 'missing'
    when v_row.status = 'sent' then 'sent'
    when v_row.status = 'sending' and v_row.next_at >= now() then 'leased'
    when v_row.scrub and v_row.done_at is not null then 'forgotten'
    when p_anyway then 'done'
    when v_late then 'late'
    when v_row.channel = 'whatsapp' and v_row.status in ('sending', 'unknown') then 'unclear'
    else 'done' end;
begin
  if v_result = 'done' then
    update public.outbox o set
      -- A row that may have been sent stays unknown: a delivery status of that attempt still closes it.
      status = case when o.status in ('sending', 'unknown') then 'unknown' else 'ready' end,
      attempts = case when o.status = 'dead' or v_late then 0 else o.attempts end, refusals = 0, refused_at = null,
      first_attempt_at = case when v_late then null else o.first_attempt_at end,
      next_at = now(), held = false, lease_token = null, done_at = null, reported_at = null,
      last_error = case when o.status = 'dead' then null else o.last_error end,
      -- A notification that was given up begins anew: in free text, if the service window is open again.
      as_template = o.as_template and not (o.status = 'dead' and o.content = 'notification'),
      window_until = case when o.status = 'dead' and o.content in ('notification', 'file')
        then coalesce((select c.last_inbound_at from public.conversations c where c.customer_id = o.customer_id), '-infinity')
             + public.service_window()
        else o.window_until end
     where o.id = p_id returning o.* into v_row;
    -- Its author was told that nobody has read it, or is not told yet and need not be.
    delete from public.outbox o using public.received_mails m
     where m.row_id = p_id and m.outcome = 'unreadable' and o.id = m.told_id and o.status = 'ready';
    update public.received_mails set done_at = null, outcome = null, detail = null where row_id = p_id and outcome = 'unreadable';
  end if;
  return jsonb_build_object('result', v_result, 'row', case when v_row.id is not null then public.outbox_entry(v_row) end);
end $$;
comment on function public.retry_outbox is
  'Makes a dead or waiting row due now: done, missing, sent, leased, forgotten (it was scrubbed) or, unless p_anyway, late (an '
  'e-mail whose key Resend no longer knows) or unclear (a message that may have arrived).';

create function public.drop_outbox(p_id bigint) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_row    public.outbox := public.lock_outbox_row(p_id);
  v_result text := case
    when v_row.id is null then 'missing'
    when v_row.status = 'sent' then 'sent'
    when v_row.status = 'sending' and v_row.next_at >= now() then 'leased'
    else 'done' end;
begin
  if v_result = 'done' then
    update public.outbox set status = 'dead', last_error = 'dropped', reported_at = coalesce(reported_at, now())
     where id = p_id returning * into v_row;
  end if;
  return jsonb_build_object('result', v_result, 'row', case when v_row.id is not null then public.outbox_entry(v_row) end);
end $$;
comment on function public.drop_outbox is 'Gives up a row without a report: done, missing, sent or leased.';

create function public.resume_channel(p_channel text) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_pause  public.channel_pauses;
  v_paused boolean;
begin
  if p_channel is null or p_channel not in ('whatsapp', 'email', 'storage', 'inbox') then
    raise exception 'unknown channel %', p_channel using errcode = '22023';
  end if;
  delete from public.channel_pauses where channel = p_channel and paused_until > now() returning * into v_pause;
  v_paused := found;
  update public.outbox set next_at = now() where id in (      -- what was refused with it is due now
    select id from public.outbox
     where v_paused and channel = p_channel and status = 'ready' and not held and next_at > now()
       and last_error is not distinct from v_pause.error
     order by id for update);
  return jsonb_build_object('paused', v_paused, 'waiting', (select count(*) from public.outbox
    where channel = p_channel and status in ('ready', 'sending', 'unknown') and not held));
end $$;
comment on function public.resume_channel is
  'Ends the pause of a channel, if there is one. The sweep sends within a minute; if it is still refused, it is paused again.';

create function public.database_use() returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  delete from public.channel_pauses where false;           -- 25006 where nothing can be written
  return jsonb_build_object('bytes', pg_database_size(current_database()),
    'read_only_mode', current_setting('default_transaction_read_only')::boolean);
end $$;
comment on function public.database_use is
  'How large the database is, and whether Supabase wants it to be read only because it is nearly full. Changes nothing.';
