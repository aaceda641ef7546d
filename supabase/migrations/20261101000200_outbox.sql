-- Sends each outbox row once: leases, lanes, fencing, grace, dead letters.
--
--   ready --lease--> sending --finish--> sent | ready (later) | unknown | dead
--   sending, lease expired ------------> unknown: it may or may not have left
--   unknown --delivery status----------> sent
--   unknown, no status in the grace----> sent again, or dropped when the customer has had a newer reply

create function public.complete_outbox_row() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.done_at := coalesce(new.done_at, now());
  new.lease_token := null;
  new.lease_until := null;
  new.paused_until := null;
  if new.scrub then
    new.body := '';
    new.fallback := null;
  end if;
  return new;
end $$;

create trigger complete_outbox_row before update on public.outbox
  for each row when (new.status in ('sent', 'dead')) execute function public.complete_outbox_row();

create function public.retry_pause(p_kind text, p_attempts integer, p_seconds double precision) returns interval
language sql volatile set search_path = '' as $$
  -- As long as the provider says, else doubling, with jitter. E-mails: up to 2 h, so 20 attempts last about 16 h on average, within
  -- the 24 h that Resend keeps a key. Replies, for which a customer is waiting: at most a minute, while Meta's 24 hours last.
  select make_interval(secs => coalesce(p_seconds,
    least(case p_kind when 'email' then 7200 else 60 end, power(2, least(p_attempts, 20))) * (0.5 + random())))
$$;

create function public.max_attempts(p_kind text, p_status text) returns integer
language sql immutable set search_path = '' as $$
  select case when p_kind = 'whatsapp' and p_status = 'ready' then 1500 else 20 end
$$;
comment on function public.max_attempts is
  'After how many attempts a row is given up: 20, but a message that was certainly not sent is retried while its window is open.';

create function public.lease_lanes(p_lanes text[], p_channels text[], p_lease uuid, p_lease_seconds integer)
returns jsonb language plpgsql set search_path = '' as $$
declare
  v_now timestamptz;
begin
  if p_lease is null or p_lanes is null then return '[]'::jsonb; end if;
  -- One transaction at a time per lane; otherwise a row inserted while the one before it is finished could be missed by both. No
  -- deadlock: this is always the last lock of a transaction, and its holder waits for no row (skip locked).
  perform pg_advisory_xact_lock(lane.key) from
    (select distinct hashtextextended(name, 0) as key from unnest(p_lanes) as name order by 1) lane;
  v_now := clock_timestamp();      -- not now(): rows committed while we waited are due, too

  -- Expired leases: the holder died or froze, and may or may not have sent the row. An e-mail can be resent at once, because
  -- Resend knows its key; a WhatsApp message waits for Meta's delivery status.
  update public.outbox set
    status = 'unknown', lease_token = null, lease_until = null, last_error = 'lease expired',
    next_at = v_now + case kind when 'whatsapp' then interval '120 s' else interval '0' end
   where id in (select o.id from public.outbox o
                 where o.lane = any (p_lanes) and o.status = 'sending' and o.lease_until < v_now
                 for update skip locked);

  -- Rows that may not be sent as they are. Resend forgets a key after 24 h: a later attempt could be a second e-mail. A menu
  -- without a delivery status is dropped once there is a newer reply, even if it was never sent because its instance froze.
  -- Outside Meta's 24-hour window only the approved template may be sent.
  with ended as (
    select o.id, w.why
      from public.outbox o cross join lateral (select case
        when o.attempts >= public.max_attempts(o.kind, o.status) then 'too many tries'
        when o.kind = 'email' and o.first_attempt_at < v_now - interval '23 h' then 'key expired'
        when not o.repeat and exists (
          select from public.outbox n where n.customer_id = o.customer_id and n.id > o.id and n.lane = o.lane
             and (o.status = 'unknown' or o.attempts > 0 or n.attempts > 0)) then 'superseded'
        when o.window_until < v_now and not exists (
          select from public.conversations c
           where c.customer_id = o.customer_id and c.last_inbound_at > v_now - interval '23 h 55 min') then 'window closed'
        end) w(why)
     where o.lane = any (p_lanes) and o.status in ('ready', 'unknown') and o.next_at <= v_now and w.why is not null
     for update of o skip locked
  )
  update public.outbox o set
    status = case when ended.why = 'window closed' and o.fallback is not null then o.status else 'dead' end,
    body = case when ended.why = 'window closed' then coalesce(o.fallback, o.body) else o.body end,
    fallback = null, window_until = null, last_error = ended.why
   from ended where o.id = ended.id;

  with head as (
    select distinct on (o.lane) o.id
      from public.outbox o
     where o.lane = any (p_lanes) and o.status in ('ready', 'sending', 'unknown')
       -- A menu that waits after an attempt blocks no other row.
       and not (o.status <> 'sending' and o.attempts > 0 and not o.repeat and o.next_at > v_now)
     order by o.lane, o.id
  ), due as (
    select o.id from public.outbox o join head on head.id = o.id
     where o.status in ('ready', 'unknown') and o.next_at <= v_now and o.kind = any (p_channels)
       and not exists (select from public.outbox p where p.kind = o.kind and p.paused_until > v_now)
     for update of o skip locked
  )
  update public.outbox o set
    status = 'sending', attempts = o.attempts + 1, lease_token = p_lease,
    lease_until = v_now + make_interval(secs => p_lease_seconds), first_attempt_at = coalesce(o.first_attempt_at, v_now)
   from due where o.id = due.id;

  -- Includes rows whose earlier response was lost: a retry with the same lease gets them again.
  return (select coalesce(jsonb_agg(jsonb_build_object(
      'id', o.id, 'dedup_key', o.dedup_key, 'lane', o.lane, 'channel', o.kind, 'body', o.body, 'attempts', o.attempts,
      'wamid', o.wamid, 'lease_seconds', extract(epoch from o.lease_until - v_now),
      'record', case when o.events is null then null when o.body = 'digest' then public.digest_record(o.events)
        else public.ticket_record(o.ticket_id, o.events) end || jsonb_build_object('written_at', o.created_at)) order by o.id), '[]'::jsonb)
    from public.outbox o
   where o.lane = any (p_lanes) and o.status = 'sending' and o.lease_token = p_lease and o.lease_until > v_now);
end $$;
comment on function public.lease_lanes is
  'Leases the head of each lane to the caller, if it is due, and returns it as JSON: at most one row per lane.';

create function public.claim_outbox(
  p_limit integer, p_lease uuid, p_lease_seconds integer default 30,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_rows  jsonb  := '[]';
  v_seen  text[] := '{}';
  v_lanes text[];
begin
  -- A due lane may turn out to have nothing to send: it must not keep the others from being claimed.
  for round in 1..50 loop
    select array_agg(due.lane) into v_lanes from (
      select o.lane from (
        select id, lane, kind, next_at from public.outbox where status in ('ready', 'unknown') and next_at <= now()
        union all
        select id, lane, kind, next_at from public.outbox
         where status = 'sending' and (lease_until < now() or lease_token = p_lease)) o
       where o.kind = any (p_channels) and o.lane <> all (v_seen)
         and not exists (select from public.outbox p where p.kind = o.kind and p.paused_until > now())
         and not exists (                                          -- behind a row that is not due
           select from public.outbox e
            where e.lane = o.lane and e.id < o.id
              and (e.status = 'ready' and e.next_at > now() and (e.repeat or e.attempts = 0)
                   or e.status = 'unknown' and e.next_at > now() and e.repeat
                   or e.status = 'sending' and e.lease_until >= now()))
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

create function public.finish_outbox(
  p_id bigint, p_attempt integer, p_lease uuid, p_outcome text, p_provider_id text default null,
  p_error text default null, p_retry_seconds double precision default null, p_lease_seconds integer default 30,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_row      public.outbox;
  v_finished boolean;
begin
  if p_outcome not in ('sent', 'retry', 'unknown', 'window', 'paused', 'released', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;

  perform public.lock_customer_of_row(p_id);
  update public.outbox o set
    status = case
      when p_outcome = 'sent' then 'sent'
      when p_outcome in ('paused', 'released') then 'ready'
      when p_outcome = 'dead'
        or o.attempts >= public.max_attempts(o.kind, case p_outcome when 'retry' then 'ready' else 'unknown' end) then 'dead'
      when p_outcome = 'window' and o.fallback is null then 'dead'
      when p_outcome = 'unknown' then 'unknown'
      else 'ready' end,
    body = case when p_outcome = 'window' then coalesce(o.fallback, o.body) else o.body end,
    fallback = case when p_outcome = 'window' then null else o.fallback end,
    window_until = case when p_outcome = 'window' then null else o.window_until end,
    -- An account-wide refusal does not count as an attempt.
    attempts = o.attempts - case when p_outcome in ('paused', 'released') then 1 else 0 end,
    first_attempt_at = case when p_outcome in ('paused', 'released') and o.attempts = 1 then null else o.first_attempt_at end,
    next_at = now() + case
      when p_outcome in ('window', 'released') then interval '0'
      when p_outcome = 'unknown' and o.kind = 'whatsapp' then interval '120 s'
      else public.retry_pause(o.kind, o.attempts, p_retry_seconds) end,
    paused_until = case when p_outcome = 'paused'
      then now() + make_interval(secs => coalesce(p_retry_seconds, 60)) end,
    provider_id = coalesce(p_provider_id, o.provider_id),
    last_error = case when p_outcome = 'sent' then o.last_error else p_error end,
    lease_token = null, lease_until = null
   -- The lease is ours, or it expired and nobody has leased the row since: then this is the missing result of that attempt.
   where o.id = p_id and o.attempts = p_attempt
     and (o.status = 'sending' and o.lease_token = p_lease or o.status = 'unknown')
  returning o.* into v_row;
  v_finished := found;
  if not v_finished then             -- fenced: another holder has it, or this result was stored before and the response was lost
    select * into v_row from public.outbox where id = p_id;
  end if;
  return jsonb_build_object('finished', v_finished, 'status', v_row.status,
    'rows', public.lease_lanes(array[v_row.lane], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.finish_outbox is
  'Stores the result of an attempt, unless there was a later one; leases the next row of the lane.';

create function public.confirm_outbox(
  p_dedup_key text, p_provider_id text, p_outcome text, p_error text default null,
  p_retry_seconds double precision default null, p_lease uuid default null, p_lease_seconds integer default 30,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_row    public.outbox;
  v_result text := 'ignored';
begin
  if p_outcome not in ('sent', 'retry', 'window', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;
  if p_dedup_key is not null then
    perform public.lock_customer_of_row(o.id) from public.outbox o where o.dedup_key = p_dedup_key;
    select * into v_row from public.outbox where dedup_key = p_dedup_key for update;
  else
    perform public.lock_customer_of_row(o.id) from public.outbox o where o.provider_id = p_provider_id;
    select * into v_row from public.outbox where provider_id = p_provider_id for update;
  end if;

  if v_row.id is null or v_row.refused_id = p_provider_id then
    null;       -- not ours; or about an earlier, refused attempt, which says nothing about the current one
  elsif p_outcome = 'sent' then
    update public.outbox set status = 'sent', provider_id = p_provider_id where id = v_row.id and status <> 'sent';
    if found then v_result := 'closed'; end if;
  elsif v_row.provider_id is null and v_row.attempts > 1 then
    -- One of several attempts, and we do not know which: another may still arrive.
    update public.outbox set refused_id = p_provider_id where id = v_row.id;
  elsif v_row.status <> 'dead' and coalesce(v_row.provider_id, p_provider_id) = p_provider_id then
    update public.outbox o set
      status = case when p_outcome = 'dead' or o.attempts >= 20 or (p_outcome = 'window' and o.fallback is null)
                         or o.body = ''                                         -- scrubbed: nothing left to send
                    then 'dead' else 'ready' end,
      body = case when p_outcome = 'window' then coalesce(o.fallback, o.body) else o.body end,
      fallback = case when p_outcome = 'window' then null else o.fallback end,
      window_until = case when p_outcome = 'window' then null else o.window_until end,
      refused_id = p_provider_id, provider_id = null, lease_token = null, lease_until = null, done_at = null,
      last_error = p_error,
      next_at = now() + case when p_outcome = 'window' then interval '0'
        else public.retry_pause(o.kind, o.attempts, p_retry_seconds) end
     where o.id = v_row.id returning o.* into v_row;
    v_result := case v_row.status when 'dead' then 'dead' else 'again' end;
  end if;

  return jsonb_build_object('result', v_result,
    'rows', public.lease_lanes(array[v_row.lane], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.confirm_outbox is 'Applies a delivery status from Meta: closes a row, or makes a refused one ready again.';

create function public.report_dead() returns jsonb
language sql set search_path = '' as $$
  with reported as (
    update public.outbox set reported_at = now()
     where id in (select id from public.outbox
                   where status = 'dead' and reported_at is null and last_error is distinct from 'superseded'
                   order by id limit 100 for update skip locked)
    returning id, kind, wamid, last_error
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'channel', kind, 'wamid', wamid, 'error', last_error) order by id), '[]')
    from reported
$$;
comment on function public.report_dead is 'Returns dead rows, each once.';

create function public.purge_expired() returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_inbound integer;
  v_outbox  integer;
begin
  delete from public.inbound where wamid in
    (select wamid from public.inbound where received_at < now() - interval '30 days' limit 5000 for update skip locked);
  get diagnostics v_inbound = row_count;
  delete from public.outbox where id in
    (select id from public.outbox
      where (status = 'sent' or status = 'dead' and last_error in ('superseded', 'dropped')) and done_at < now() - interval '30 days'
         or status = 'ready' and lane like 'later:%' and created_at < now() - interval '30 days'
      limit 5000 for update skip locked);
  get diagnostics v_outbox = row_count;
  return jsonb_build_object('inbound', v_inbound, 'outbox', v_outbox);
end $$;
comment on function public.purge_expired is 'Deletes inbound rows and finished outbox rows after 30 days, in batches. Failed rows stay for the operator.';
