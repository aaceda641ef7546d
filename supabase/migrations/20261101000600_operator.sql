-- The outbox for the operator's command line. A row under a live lease cannot be changed: its holder finishes it within half a
-- minute.

create index outbox_dead on public.outbox (id) where status = 'dead';

create function public.outbox_entry(p_row public.outbox) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', p_row.id, 'kind', p_row.kind, 'lane', p_row.lane, 'key', p_row.dedup_key,
    'status', p_row.status, 'attempts', p_row.attempts, 'error', p_row.last_error, 'created_at', p_row.created_at,
    'next_at', p_row.next_at, 'first_attempt_at', p_row.first_attempt_at, 'lease_until', p_row.lease_until, 'done_at', p_row.done_at,
    'provider_id', p_row.provider_id, 'events', p_row.events, 'forgotten', p_row.body = '',
    'ticket', (select t.code from public.tickets t where t.id = p_row.ticket_id),
    'pause', case when p_row.status in ('ready', 'unknown') then
      (select jsonb_build_object('until', p.paused_until, 'error', p.last_error) from public.outbox p
        where p.kind = p_row.kind and p.paused_until > now() order by p.paused_until desc limit 1) end,
    'behind', case when p_row.status in ('ready', 'unknown') then
      (select min(e.id) from public.outbox e
        where e.lane = p_row.lane and e.id < p_row.id and e.status in ('ready', 'sending', 'unknown')
          and (e.status = 'sending' or e.attempts = 0 or e.repeat or e.next_at <= now())) end)
$$;
comment on function public.outbox_entry is
  'A row for the operator, without its content. behind: the row it waits for; pause: the pause of its channel.';

create function public.list_outbox(
  p_statuses text[] default null, p_limit integer default 50, p_before bigint default null, p_id bigint default null,
  p_content boolean default false
) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(public.outbox_entry(found.o) || case when p_content
      then jsonb_build_object('body', (found.o).body, 'fallback', (found.o).fallback) else '{}' end
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
  with waiting as (select * from public.outbox where status in ('ready', 'sending', 'unknown')),
       paused as (select * from waiting where paused_until > now()),
       dead as (select * from public.outbox where status = 'dead' and reported_at is null)
  select jsonb_build_object(
    'waiting', (select count(*) from waiting),
    'oldest', (select min(created_at) from waiting),
    'late', (select count(*) from waiting
              where next_at < now() - interval '5 min' and id not in (select id from paused)),
    'paused', (select coalesce(jsonb_agg(channel), '[]') from (
       select kind, max(paused_until) as until,
         (array_agg(last_error order by id) filter (where last_error is not null))[1] as error
         from paused group by kind order by kind) channel),
    'dead', (select count(*) from dead),
    'last_dead', (select jsonb_build_object('kind', kind, 'error', last_error) from dead order by id desc limit 1))
$$;
comment on function public.outbox_backlog is
  'Rows waiting, those late by more than 5 minutes (the sweep runs every minute), paused channels, and dead rows that are not '
  'reported yet.';

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
language plpgsql set search_path = '' as $$
declare
  v_row    public.outbox := public.lock_outbox_row(p_id);
  v_late   boolean := v_row.kind = 'email' and v_row.first_attempt_at < now() - interval '23 h';
  v_result text := case
    when v_row.id is null then 'missing'
    when v_row.status = 'sent' then 'sent'
    when v_row.status = 'sending' and v_row.lease_until >= now() then 'leased'
    when v_row.body = '' then 'forgotten'
    when p_anyway then 'done'
    when v_late then 'late'
    when v_row.kind = 'whatsapp' and v_row.status in ('sending', 'unknown') then 'unclear'
    else 'done' end;
begin
  if v_result = 'done' then
    update public.outbox o set
      -- A row that may have been sent stays unknown: a delivery status of that attempt still closes it.
      status = case when o.status in ('sending', 'unknown') then 'unknown' else 'ready' end,
      attempts = case when o.status = 'dead' or v_late then 0 else o.attempts end,
      first_attempt_at = case when v_late then null else o.first_attempt_at end,
      next_at = now(), lease_token = null, lease_until = null, done_at = null, reported_at = null,
      last_error = case when o.status = 'dead' then null else o.last_error end,
      -- A notification that was given up has lost its fallback.
      fallback = case when o.status = 'dead' and o.body = 'message' then 'template' else o.fallback end,
      window_until = case when o.status = 'dead' and o.body = 'message'
        then coalesce((select c.last_inbound_at from public.conversations c where c.customer_id = o.customer_id), '-infinity')
             + interval '23 h 55 min'
        else o.window_until end
     where o.id = p_id returning o.* into v_row;
  end if;
  return jsonb_build_object('result', v_result, 'row', case when v_row.id is not null then public.outbox_entry(v_row) end);
end $$;
comment on function public.retry_outbox is
  'Makes a dead or waiting row due now: done, missing, sent, leased, forgotten (it was scrubbed) or, unless p_anyway, late (an '
  'e-mail whose key Resend no longer knows) or unclear (a message that may have arrived).';

create function public.drop_outbox(p_id bigint) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_row    public.outbox := public.lock_outbox_row(p_id);
  v_result text := case
    when v_row.id is null then 'missing'
    when v_row.status = 'sent' then 'sent'
    when v_row.status = 'sending' and v_row.lease_until >= now() then 'leased'
    else 'done' end;
begin
  if v_result = 'done' then
    update public.outbox set status = 'dead', last_error = 'dropped', reported_at = coalesce(reported_at, now())
     where id = p_id returning * into v_row;
  end if;
  return jsonb_build_object('result', v_result, 'row', case when v_row.id is not null then public.outbox_entry(v_row) end);
end $$;
comment on function public.drop_outbox is 'Gives up a row without a report: done, missing, sent or leased.';

create function public.resume_channel(p_kind text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_paused boolean;
begin
  if p_kind is null or p_kind not in ('whatsapp', 'email') then
    raise exception 'unknown channel %', p_kind using errcode = '22023';
  end if;
  update public.outbox set paused_until = null, next_at = now()
   where id in (select id from public.outbox where kind = p_kind and paused_until > now() order by id for update);
  v_paused := found;
  return jsonb_build_object('paused', v_paused, 'waiting',
    (select count(*) from public.outbox where kind = p_kind and status in ('ready', 'sending', 'unknown')));
end $$;
comment on function public.resume_channel is
  'Ends the pause of a channel, if there is one. The sweep sends within a minute; if it is still refused, it is paused again.';

create function public.export_tickets(p_since timestamptz default null, p_after bigint default 0, p_limit integer default 500)
returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'code', t.code, 'status', t.status, 'summary', t.summary,
      'language', t.language, 'wants_human', t.wants_human, 'assignee', t.assignee, 'rating', t.rating,
      'created_at', t.created_at, 'updated_at', t.updated_at,
      'events', (select count(*) from public.ticket_events e where e.ticket_id = t.id),
      'files', (select count(*) from public.attachments a where a.ticket_id = t.id))
      || (select jsonb_build_object('answered_at', x.answered_at, 'resolved_at', x.resolved_at, 'reopened', x.reopened)
            from public.ticket_times x where x.id = t.id) order by t.id), '[]')
    from (select * from public.tickets
           where id > p_after and (p_since is null or created_at >= p_since) order by id limit p_limit) t
$$;
comment on function public.export_tickets is 'Tickets with their times, oldest first, page by page; without the customer''s name, number or BSUID.';
