-- Sends each outbox row once: leases, lanes, fences, delivery statuses, dead letters.
--
-- The order of locks is that of 10_customers.sql. The lock of a lane is the last of a transaction: its holder waits for no row.

create function public.leased_row(p_row public.outbox) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  return jsonb_build_object('id', p_row.id, 'dedup_key', p_row.dedup_key, 'lane', p_row.lane, 'channel', p_row.channel,
    'content', p_row.content, 'as_template', p_row.as_template,
    'body', case when p_row.as_template then p_row.template else p_row.body end,
    'attempts', p_row.attempts, 'wamid', p_row.wamid,
    'lease_seconds', extract(epoch from p_row.next_at - clock_timestamp()),
    'record', case p_row.content when 'rendered' then null
      when 'digest' then public.digest_record(p_row.events) || jsonb_build_object('written_at', p_row.created_at)
      else public.ticket_record(p_row.ticket_id, p_row.events) || jsonb_build_object('written_at', p_row.created_at) end);
end $$;
comment on function public.leased_row is 'A row for the sender that has just leased it.';

create function public.lease_lanes(p_lanes text[], p_channels text[], p_lease uuid, p_lease_seconds integer)
returns jsonb language plpgsql set search_path = '' as $$
declare
  v_now   timestamptz;
  v_lane  text;
  v_lanes text[] := '{}';
begin
  if p_lease is null or p_lanes is null or p_lanes = '{}' then return '[]'::jsonb; end if;
  -- One transaction at a time per lane; otherwise a row inserted while the one before it is finished could be missed by both. No
  -- deadlock: this is always the last lock of a transaction, and its holder waits for no row (skip locked).
  perform pg_advisory_xact_lock(lane.key) from
    (select distinct hashtextextended(name, 0) as key from unnest(p_lanes) as name order by 1) lane;
  -- Most lanes are empty once their row was sent.
  foreach v_lane in array p_lanes loop
    if exists (select from public.outbox o
                where o.lane = v_lane and o.status in ('ready', 'sending', 'unknown') and not o.held) then
      v_lanes := v_lanes || v_lane;
    end if;
  end loop;
  if v_lanes = '{}' then return '[]'::jsonb; end if;
  v_now := clock_timestamp();      -- not now(): rows committed while we waited are due, too

  -- Expired leases: the holder died or froze, and may or may not have sent the row. An e-mail can be resent at once, because
  -- Resend knows its key; a WhatsApp message waits for Meta's delivery status.
  update public.outbox set
    status = 'unknown', lease_token = null, last_error = 'lease expired',
    next_at = v_now + case channel when 'whatsapp' then interval '120 s' else interval '0' end
   where id in (select o.id from public.outbox o
                 where o.lane = any (v_lanes) and o.status = 'sending' and not o.held and o.next_at < v_now
                 for update skip locked);

  -- Rows that may not be sent as they are. A menu without a delivery status is dropped once there is a newer reply, even if it
  -- was never sent because its instance froze. Outside the service window only the approved template may be sent.
  with ended as (
    select o.id, w.why
      from public.outbox o cross join lateral (select case
        when o.attempts >= public.max_attempts(o.channel, o.status) then 'too many attempts'
        when o.channel = 'email' and o.first_attempt_at < v_now - public.email_key_lifetime() then 'key expired'
        when not o.repeat and exists (
          select from public.outbox n where n.customer_id = o.customer_id and n.id > o.id and n.lane = o.lane
             and (o.status = 'unknown' or o.attempts > 0 or n.attempts > 0)) then 'superseded'
        when o.window_until < v_now and not exists (
          select from public.conversations c
           where c.customer_id = o.customer_id and c.last_inbound_at > v_now - public.service_window()) then 'window closed'
        end) w(why)
     where o.lane = any (v_lanes) and o.status in ('ready', 'unknown') and not o.held and o.next_at <= v_now
       and w.why is not null
     for update of o skip locked
  )
  update public.outbox o set
    status = case when ended.why = 'window closed' and public.has_template(o.content, o.template, o.as_template)
      then o.status else 'dead' end,
    as_template = o.as_template or ended.why = 'window closed', window_until = null, last_error = ended.why
   from ended where o.id = ended.id;

  with head as (
    select distinct on (o.lane) o.id
      from public.outbox o
     where o.lane = any (v_lanes) and o.status in ('ready', 'sending', 'unknown') and not o.held
       -- A menu that waits after an attempt blocks no other row.
       and not (o.status <> 'sending' and o.attempts > 0 and not o.repeat and o.next_at > v_now)
     order by o.lane, o.id
  ), due as (
    select o.id from public.outbox o join head on head.id = o.id
     where o.status in ('ready', 'unknown') and o.next_at <= v_now and o.channel = any (p_channels)
       and not public.is_paused(o.channel)
     for update of o skip locked
  )
  update public.outbox o set
    status = 'sending', attempts = o.attempts + 1, lease_token = p_lease,
    next_at = v_now + make_interval(secs => p_lease_seconds), first_attempt_at = coalesce(o.first_attempt_at, v_now)
   from due where o.id = due.id;

  -- Includes rows whose earlier response was lost: a retry with the same lease gets them again.
  return (select coalesce(jsonb_agg(public.leased_row(o) order by o.id), '[]'::jsonb)
    from public.outbox o
   where o.lane = any (v_lanes) and o.status = 'sending' and not o.held and o.lease_token = p_lease and o.next_at > v_now);
end $$;
comment on function public.lease_lanes is
  'Leases the head of each lane to the caller, if it is due, and returns it as JSON: at most one row per lane.';

create function public.insert_outbox_row(
  p_customer bigint, p_wamid text, p_window_until timestamptz, p_due timestamptz, p_row jsonb, p_channels text[], p_lease uuid,
  p_lease_seconds integer
) returns public.outbox language plpgsql set search_path = '' as $$
declare
  v_lane   text := case p_row->>'channel' when 'email' then 'mail:' || (p_row->>'ticket') else 'wa:' || p_customer end;
  v_due    timestamptz := case p_row->>'channel' when 'whatsapp' then p_due else now() end;
  v_ticket bigint;
  v_events bigint[];
  v_leased boolean;
  v_row    public.outbox;
begin
  if p_row->>'ticket' is not null then
    select id into v_ticket from public.tickets where code = p_row->>'ticket';
  end if;
  if p_row->>'content' <> 'rendered' then                  -- it tells of this message
    v_events := array(select e.id from public.ticket_events e where e.ticket_id = v_ticket and e.wamid = p_wamid order by e.id);
  end if;
  -- The usual case: nothing else is in its lane, so it is born leased. The lane needs no lock: its customer is locked.
  v_leased := p_lease is not null and p_row->>'channel' = any (p_channels) and v_due <= now() and not exists (
      select from public.outbox o where o.lane = v_lane and o.status in ('ready', 'sending', 'unknown') and not o.held)
    and (p_row->>'channel' <> 'whatsapp' or p_window_until > now()) and not public.is_paused(p_row->>'channel');
  insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, wamid, body, template, events, repeat,
    yields, window_until, status, attempts, lease_token, next_at, first_attempt_at)
  values (p_row->>'dedup_key', v_lane, p_row->>'channel', p_row->>'content', p_customer, v_ticket, p_wamid, p_row->>'body',
    p_row->>'template', v_events, (p_row->>'repeat')::boolean, coalesce((p_row->>'yields')::boolean, false),
    case p_row->>'channel' when 'whatsapp' then p_window_until end,
    case when v_leased then 'sending' else 'ready' end, v_leased::integer,
    case when v_leased then p_lease end,
    case when v_leased then now() + make_interval(secs => p_lease_seconds) else v_due end,
    case when v_leased then now() end)
  on conflict (dedup_key) do nothing
  returning * into v_row;
  return v_row;
end $$;
comment on function public.insert_outbox_row is
  'Puts a row into the outbox of a customer locked by the caller: leased if it can leave at once, else ready. p_due: when a bubble '
  'may leave. Null if it was there before, or its e-mail went into the digest.';

create function public.drop_yielding_replies(p_customer bigint) returns integer
language plpgsql set search_path = '' as $$
declare
  v_dropped integer;
begin
  update public.outbox set status = 'dead', last_error = 'superseded'
   where id in (select o.id from public.outbox o
                 where o.lane = 'wa:' || p_customer and o.status = 'ready' and not o.held and o.yields and o.attempts = 0
                 for update skip locked);
  get diagnostics v_dropped = row_count;
  return v_dropped;
end $$;
comment on function public.drop_yielding_replies is
  'Drops the replies that still wait for their turn, as a later one takes their place. Returns how many.';

create function public.lock_notified_customers(p_rows bigint[]) returns void
language plpgsql set search_path = '' as $$
begin
  perform from public.customers c
   where c.id in (select o.customer_id from public.outbox o where o.id = any (p_rows) and o.content = 'notification')
   order by c.id for no key update;
end $$;
comment on function public.lock_notified_customers is
  'Locks the customers of notifications before the rows, in the order of all transactions: once one is sent, its customer''s '
  'conversation gets a fact.';

create function public.mark_rows_sent(p_sent jsonb, p_notifications boolean, out done bigint[], out lanes text[])
language plpgsql set search_path = '' as $$
declare
  v_mark record;
  v_row  public.outbox;
begin
  done := '{}';
  lanes := '{}';
  -- Row by row: each is found by its id, whatever Postgres believes about the size of the table.
  for v_mark in
    select m.id, m.attempt, m.lease, m.provider_id
      from jsonb_to_recordset(p_sent) as m(id bigint, attempt integer, lease uuid, provider_id text) order by m.id
  loop
    select * into v_row from public.outbox where id = v_mark.id for update skip locked;
    if not found then
      if not exists (select from public.outbox where id = v_mark.id) then done := done || v_mark.id; end if;
      continue;
    end if;
    continue when v_row.content = 'notification' and not p_notifications;
    done := done || v_mark.id;
    lanes := lanes || v_row.lane;      -- even if it was marked before: a call whose answer was lost gets the next row again
    -- The lease is ours, or it expired and nobody has leased the row since: then this is the missing result of that attempt.
    if v_row.attempts = v_mark.attempt
       and (v_row.status = 'sending' and v_row.lease_token = v_mark.lease or v_row.status = 'unknown') then
      update public.outbox set status = 'sent', done_at = now(), lease_token = null, provider_id = v_mark.provider_id
       where id = v_mark.id;
    end if;
  end loop;
end $$;
comment on function public.mark_rows_sent is
  'Marks rows as sent, each unless there was a later attempt. Waits for nobody: a row that is locked is not done. Returns the ids '
  'that are done, and the lanes whose next row may leave. Notifications only if their customers are locked.';

create function public.mark_sent(
  p_sent jsonb, p_lease uuid default null, p_lease_seconds integer default 30,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_done  bigint[];
  v_lanes text[];
begin
  perform public.lock_notified_customers(array(select (m->>'id')::bigint from jsonb_array_elements(p_sent) m));
  select m.done, m.lanes into v_done, v_lanes from public.mark_rows_sent(p_sent, true) m;
  return jsonb_build_object('done', v_done, 'rows', public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.mark_sent is
  'Marks rows as sent, many at once, and leases the next rows of their lanes. Rows that are not done were locked by another '
  'transaction: to be marked again.';

create function public.finish_outbox(
  p_id bigint, p_attempt integer, p_lease uuid, p_outcome text, p_provider_id text default null,
  p_error text default null, p_retry_seconds double precision default null, p_lease_seconds integer default 30,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_row      public.outbox;
  v_finished boolean;
begin
  if p_outcome not in ('sent', 'retry', 'unknown', 'window', 'paused', 'released', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;

  perform public.lock_notified_customers(array[p_id]);
  update public.outbox o set
    status = case
      when p_outcome = 'sent' then 'sent'
      when p_outcome in ('paused', 'released') then 'ready'
      when p_outcome = 'dead'
        or o.attempts >= public.max_attempts(o.channel, case p_outcome when 'retry' then 'ready' else 'unknown' end) then 'dead'
      when p_outcome = 'window' and not public.has_template(o.content, o.template, o.as_template) then 'dead'
      when p_outcome = 'unknown' then 'unknown'
      else 'ready' end,
    as_template = o.as_template or p_outcome = 'window',
    window_until = case when p_outcome = 'window' then null else o.window_until end,
    -- An account-wide refusal does not count as an attempt.
    attempts = o.attempts - case when p_outcome in ('paused', 'released') then 1 else 0 end,
    first_attempt_at = case when p_outcome in ('paused', 'released') and o.attempts = 1 then null else o.first_attempt_at end,
    next_at = now() + case
      when p_outcome in ('sent', 'window', 'released') then interval '0'
      when p_outcome = 'unknown' and o.channel = 'whatsapp' then interval '120 s'
      else public.retry_pause(o.channel, o.attempts, p_retry_seconds) end,
    provider_id = coalesce(p_provider_id, o.provider_id),
    last_error = case when p_outcome = 'sent' then o.last_error else p_error end,
    lease_token = null
   -- The lease is ours, or it expired and nobody has leased the row since: then this is the missing result of that attempt.
   where o.id = p_id and o.attempts = p_attempt
     and (o.status = 'sending' and o.lease_token = p_lease or o.status = 'unknown')
  returning o.* into v_row;
  v_finished := found;
  if not v_finished then             -- fenced: another holder has it, or this result was stored before and the response was lost
    select * into v_row from public.outbox where id = p_id;
  elsif p_outcome = 'paused' then
    insert into public.channel_pauses (channel, paused_until, error)
    values (v_row.channel, now() + make_interval(secs => coalesce(p_retry_seconds, 60)), p_error)
    on conflict (channel) do update set paused_until = excluded.paused_until, error = excluded.error;
  end if;
  return jsonb_build_object('finished', v_finished, 'status', v_row.status,
    'rows', public.lease_lanes(array[v_row.lane], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.finish_outbox is
  'Stores the result of an attempt, unless there was a later one; leases the next row of the lane.';

create function public.claim_outbox(
  p_limit integer, p_lease uuid, p_lease_seconds integer default 30,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_rows  jsonb  := '[]';
  v_seen  text[] := '{}';
  v_lanes text[];
begin
  -- A due lane may turn out to have nothing to send: it must not keep the others from being claimed.
  for round in 1..50 loop
    select array_agg(due.lane) into v_lanes from (
      select o.lane from public.outbox o
       where o.status in ('ready', 'sending', 'unknown') and not o.held
         and (o.next_at <= now() or o.status = 'sending' and o.lease_token = p_lease)
         and o.channel = any (p_channels) and o.lane <> all (v_seen) and not public.is_paused(o.channel)
         and not exists (                                          -- behind a row that is not due
           select from public.outbox e
            where e.lane = o.lane and e.id < o.id and not e.held and e.next_at > now()
              and (e.status = 'ready' and (e.repeat or e.attempts = 0)
                   or e.status = 'unknown' and e.repeat
                   or e.status = 'sending'))
       group by o.lane order by min(o.next_at) limit p_limit - jsonb_array_length(v_rows)) due;
    exit when v_lanes is null;
    v_seen := v_seen || v_lanes;
    select array_agg(lane) into v_lanes from unnest(v_lanes) as lane
     where pg_try_advisory_xact_lock(hashtextextended(lane, 0));     -- skip lanes that another transaction is using
    v_rows := v_rows || public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds);
    exit when jsonb_array_length(v_rows) >= p_limit;
  end loop;
  return jsonb_build_object('rows', v_rows);
end $$;
comment on function public.claim_outbox is 'For the sweep: leases due rows of any lane to the caller. Empty only if nothing is due.';

create function public.apply_delivery_status(
  p_id bigint, p_provider_id text, p_outcome text, p_error text, p_retry_seconds double precision
) returns text language plpgsql set search_path = '' as $$
declare
  v_row public.outbox;
begin
  if p_outcome not in ('sent', 'retry', 'window', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;
  select * into v_row from public.outbox where id = p_id for update;

  if v_row.id is null or v_row.refused_id = p_provider_id then
    return 'ignored';       -- not ours; or about an earlier, refused attempt, which says nothing about the current one
  elsif p_outcome = 'sent' then
    if v_row.status = 'sent' then return 'ignored'; end if;
    update public.outbox set status = 'sent', done_at = coalesce(done_at, now()), lease_token = null, provider_id = p_provider_id
     where id = v_row.id;
    return 'closed';
  elsif v_row.provider_id is null and v_row.attempts > 1 then
    -- One of several attempts, and we do not know which: another may still arrive.
    update public.outbox set refused_id = p_provider_id where id = v_row.id;
    return 'ignored';
  elsif v_row.status = 'dead' or coalesce(v_row.provider_id, p_provider_id) <> p_provider_id then
    return 'ignored';
  end if;
  update public.outbox o set
    status = case when p_outcome = 'dead' or o.attempts >= public.max_attempts(o.channel, 'unknown')
                       or p_outcome = 'window' and not public.has_template(o.content, o.template, o.as_template)
                       or o.scrub and o.done_at is not null                          -- scrubbed: nothing left to send
                  then 'dead' else 'ready' end,
    as_template = o.as_template or p_outcome = 'window',
    window_until = case when p_outcome = 'window' then null else o.window_until end,
    refused_id = p_provider_id, provider_id = null, lease_token = null, done_at = null, last_error = p_error,
    next_at = now() + case when p_outcome = 'window' then interval '0'
      else public.retry_pause(o.channel, o.attempts, p_retry_seconds) end
   where o.id = v_row.id returning o.* into v_row;
  return case v_row.status when 'dead' then 'dead' else 'again' end;
end $$;
comment on function public.apply_delivery_status is
  'Applies a delivery status from Meta: closed, again (it was refused, and will be sent again), dead or ignored.';

create function public.confirm_outbox(
  p_statuses jsonb, p_lease uuid default null, p_lease_seconds integer default 30,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_ids     bigint[];      -- of each status its row, null if it is not ours
  v_results text[] := '{}';
  v_status  jsonb;
begin
  v_ids := array(
    select coalesce(
        (select o.id from public.outbox o where o.dedup_key = s.value->>'dedup_key'),
        (select o.id from public.outbox o where s.value->>'dedup_key' is null and o.provider_id = s.value->>'provider_id' limit 1))
      from jsonb_array_elements(p_statuses) with ordinality as s order by s.ordinality);
  perform public.lock_notified_customers(v_ids);
  perform from public.outbox where id = any (v_ids) order by id for update;
  for n in 1..cardinality(v_ids) loop
    v_status := p_statuses->(n - 1);
    v_results := v_results || public.apply_delivery_status(v_ids[n], v_status->>'provider_id', v_status->>'outcome',
      v_status->>'error', (v_status->>'retry_seconds')::double precision);
  end loop;
  return jsonb_build_object('results', v_results, 'rows', public.lease_lanes(
    array(select distinct lane from public.outbox where id = any (v_ids)), p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.confirm_outbox is
  'Applies Meta''s delivery statuses, many at once, in their order: closes rows, or makes refused ones ready again.';

create function public.report_dead() returns jsonb
language sql set search_path = '' as $$
  with reported as (
    update public.outbox set reported_at = now()
     where id in (select id from public.outbox
                   where status = 'dead' and reported_at is null and last_error is distinct from 'superseded'
                   order by id limit 100 for update skip locked)
    returning id, channel, wamid, last_error
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'channel', channel, 'wamid', wamid, 'error', last_error) order by id), '[]')
    from reported
$$;
comment on function public.report_dead is 'Returns dead rows, each once.';
