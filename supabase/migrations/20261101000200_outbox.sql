-- How things leave, once: leases, lanes, fencing, grace, dead letters.
--
--   ready --lease--> sending --finish--> sent | ready (later) | unknown | dead
--   sending, lease expired ------------> unknown: it may or may not have left
--   unknown --status echo--------------> sent
--   unknown, no echo within the grace--> sent again, or dropped when the customer has had a newer reply

create function public.outbox_rows(p_rows public.outbox[]) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
           'id', r.id, 'dedup_key', r.dedup_key, 'lane', r.lane, 'kind', r.kind, 'body', r.body,
           'attempts', r.attempts, 'wamid', r.wamid,
           'lease_seconds', extract(epoch from r.lease_until - now())) order by r.id), '[]'::jsonb)
    from unnest(p_rows) r
$$;
comment on function public.outbox_rows is 'Leased rows in the shape the function sends them from.';

create function public.lease_lanes(p_lanes text[], p_kinds text[], p_lease uuid, p_lease_seconds integer)
returns public.outbox[] language plpgsql set search_path = '' as $$
declare
  v_rows public.outbox[];
begin
  -- A lease that ran out: its holder died or froze, and may or may not have sent. An e-mail can be repeated at once,
  -- Resend knows its key; a WhatsApp message waits for Meta's status echo.
  update public.outbox set
    status = 'unknown', lease_token = null, lease_until = null, last_error = 'lease expired',
    next_at = now() + case kind when 'whatsapp' then interval '120 s' else interval '0' end
   where id in (select o.id from public.outbox o
                 where o.lane = any (p_lanes) and o.status = 'sending' and o.lease_until < now()
                 for update skip locked);

  -- Outside Meta's 24-hour window only the approved template may go.
  update public.outbox set
    body = coalesce(fallback, body), fallback = null, window_until = null,
    status = case when fallback is null then 'dead' else status end,
    last_error = case when fallback is null then 'window closed' else last_error end,
    done_at = case when fallback is null then now() end
   where lane = any (p_lanes) and status in ('ready', 'unknown') and next_at <= now() and window_until < now();

  -- Resend forgets a key after 24 h: a later try could be a second e-mail.
  update public.outbox set status = 'dead', last_error = 'key expired', done_at = now()
   where lane = any (p_lanes) and status in ('ready', 'unknown') and kind = 'email'
     and first_try_at < now() - interval '23 h';

  -- No echo, and the customer has had a newer reply: a menu that is late is worse than none.
  update public.outbox o set status = 'dead', last_error = 'superseded', done_at = now()
   where o.lane = any (p_lanes) and o.status = 'unknown' and not o.repeat and o.next_at <= now()
     and exists (select from public.outbox n where n.lane = o.lane and n.id > o.id);

  with head as (
    select distinct on (o.lane) o.id
      from public.outbox o
     where o.lane = any (p_lanes) and o.status in ('ready', 'sending', 'unknown')
       and not (o.status = 'unknown' and not o.repeat and o.next_at > now())      -- holds up nobody while it waits
     order by o.lane, o.id
  ), due as (
    select o.id from public.outbox o join head on head.id = o.id
     where o.status in ('ready', 'unknown') and o.next_at <= now() and o.kind = any (p_kinds)
       and not exists (select from public.outbox p where p.kind = o.kind and p.paused_until > now())
     for update of o skip locked
  ), leased as (
    update public.outbox o set
      status = 'sending', attempts = o.attempts + 1, lease_token = p_lease,
      lease_until = now() + make_interval(secs => p_lease_seconds),
      first_try_at = coalesce(o.first_try_at, now())
     from due where o.id = due.id and o.status in ('ready', 'unknown')
    returning o as r
  )
  select array_agg(r) into v_rows from leased;
  return coalesce(v_rows, '{}');
end $$;
comment on function public.lease_lanes is 'The head of each lane, leased to the caller if it is due: at most one row a lane.';

create function public.claim_outbox(
  p_limit integer, p_lease uuid, p_lease_seconds integer default 30,
  p_kinds text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_lanes text[];
begin
  select array_agg(due.lane) into v_lanes from (
    select o.lane from public.outbox o
     where o.kind = any (p_kinds)
       and (o.status in ('ready', 'unknown') and o.next_at <= now()
            or o.status = 'sending' and o.lease_until < now())
       and not exists (select from public.outbox p where p.kind = o.kind and p.paused_until > now())
     group by o.lane order by min(o.next_at) limit p_limit) due;
  return public.outbox_rows(public.lease_lanes(coalesce(v_lanes, '{}'), p_kinds, p_lease, p_lease_seconds));
end $$;
comment on function public.claim_outbox is 'For the sweep: what is due in any lane, leased to the caller.';

create function public.finish_outbox(
  p_id bigint, p_lease uuid, p_outcome text, p_provider_id text default null, p_error text default null,
  p_retry_seconds double precision default null, p_lease_seconds integer default 30,
  p_kinds text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_row public.outbox;
begin
  if p_outcome not in ('sent', 'retry', 'unknown', 'window', 'paused', 'released', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;

  update public.outbox o set
    status = case
      when p_outcome = 'sent' then 'sent'
      when p_outcome in ('paused', 'released') then 'ready'
      when p_outcome = 'dead' or o.attempts >= 20 then 'dead'
      when p_outcome = 'window' and o.fallback is null then 'dead'
      when p_outcome = 'unknown' then 'unknown'
      else 'ready' end,
    body = case when p_outcome = 'window' then coalesce(o.fallback, o.body) else o.body end,
    fallback = case when p_outcome = 'window' then null else o.fallback end,
    window_until = case when p_outcome = 'window' then null else o.window_until end,
    -- An account-wide refusal is nobody's failed try.
    attempts = o.attempts - case when p_outcome in ('paused', 'released') then 1 else 0 end,
    first_try_at = case when p_outcome in ('paused', 'released') and o.attempts = 1 then null else o.first_try_at end,
    next_at = now() + case
      when p_outcome in ('window', 'released') then interval '0'
      when p_outcome = 'unknown' and o.kind = 'whatsapp' then interval '120 s'
      -- Doubling from 1 s to 2 h, 20 tries outlast any outage that Resend's 24 h allow for.
      else make_interval(secs => coalesce(p_retry_seconds, least(7200, power(2, o.attempts)) * (0.5 + random()))) end,
    paused_until = case when p_outcome = 'paused'
      then now() + make_interval(secs => coalesce(p_retry_seconds, 60)) end,
    provider_id = coalesce(p_provider_id, o.provider_id),
    last_error = case when p_outcome = 'sent' then o.last_error else p_error end,
    lease_token = null, lease_until = null
   where o.id = p_id and o.lease_token = p_lease and o.status = 'sending'
  returning o.* into v_row;
  if not found then
    return jsonb_build_object('finished', false, 'rows', '[]'::jsonb);      -- fenced: somebody else has it now
  end if;

  if v_row.status in ('sent', 'dead') then
    perform public.close_outbox(v_row.id);
  end if;
  return jsonb_build_object('finished', true, 'status', v_row.status, 'rows',
    public.outbox_rows(public.lease_lanes(array[v_row.lane], p_kinds, p_lease, p_lease_seconds)));
end $$;
comment on function public.finish_outbox is 'What became of a try, if the caller still holds the lease; hands back the next of the lane, leased.';

create function public.close_outbox(p_id bigint) returns void
language sql set search_path = '' as $$
  update public.outbox set
    done_at = coalesce(done_at, now()), paused_until = null,
    body = case when scrub then '' else body end, fallback = case when scrub then null else fallback end
   where id = p_id
$$;
comment on function public.close_outbox is 'A row is done with; an erased person''s words go with it.';

create function public.confirm_outbox(
  p_dedup_key text, p_provider_id text, p_outcome text, p_error text default null,
  p_retry_seconds double precision default null, p_lease uuid default null, p_lease_seconds integer default 30,
  p_kinds text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_row    public.outbox;
  v_result text := 'ignored';
begin
  if p_outcome not in ('sent', 'retry', 'window', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;
  select * into v_row from public.outbox
   where (p_dedup_key is not null and dedup_key = p_dedup_key)
      or (p_dedup_key is null and provider_id = p_provider_id)
   order by id limit 1 for update;
  -- A word about a try that was refused before says nothing about the next one.
  if not found or v_row.refused_id = p_provider_id then
    return jsonb_build_object('result', 'ignored', 'rows', '[]'::jsonb);
  end if;

  if p_outcome = 'sent' and v_row.status <> 'sent' then
    update public.outbox set status = 'sent', provider_id = p_provider_id, lease_token = null, lease_until = null
     where id = v_row.id;
    perform public.close_outbox(v_row.id);
    v_result := 'closed';
  elsif p_outcome <> 'sent' and v_row.status <> 'dead'
        and (v_row.provider_id is null or v_row.provider_id = p_provider_id) then
    update public.outbox o set
      status = case when p_outcome = 'dead' or o.attempts >= 20 or (p_outcome = 'window' and o.fallback is null)
                    then 'dead' else 'ready' end,
      body = case when p_outcome = 'window' then coalesce(o.fallback, o.body) else o.body end,
      fallback = case when p_outcome = 'window' then null else o.fallback end,
      window_until = case when p_outcome = 'window' then null else o.window_until end,
      refused_id = p_provider_id, provider_id = null, lease_token = null, lease_until = null, done_at = null,
      last_error = p_error,
      next_at = now() + case when p_outcome = 'window' then interval '0'
        else make_interval(secs => coalesce(p_retry_seconds, least(7200, power(2, o.attempts)) * (0.5 + random()))) end
     where o.id = v_row.id returning o.* into v_row;
    if v_row.status = 'dead' then perform public.close_outbox(v_row.id); end if;
    v_result := case v_row.status when 'dead' then 'dead' else 'again' end;
  end if;

  return jsonb_build_object('result', v_result, 'rows', case when p_lease is null then '[]'::jsonb else
    public.outbox_rows(public.lease_lanes(array[v_row.lane], p_kinds, p_lease, p_lease_seconds)) end);
end $$;
comment on function public.confirm_outbox is 'Evidence from outside (a status echo): closes a row, or puts a refused one back.';

create function public.purge_expired() returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_inbound integer;
  v_outbox  integer;
begin
  delete from public.inbound where wamid in
    (select wamid from public.inbound where received_at < now() - interval '30 days' limit 5000);
  get diagnostics v_inbound = row_count;
  delete from public.outbox where id in
    (select id from public.outbox where status = 'sent' and done_at < now() - interval '30 days' limit 5000);
  get diagnostics v_outbox = row_count;
  return jsonb_build_object('inbound', v_inbound, 'outbox', v_outbox);
end $$;
comment on function public.purge_expired is 'Retention: 30 days of inbound and of sent outbox, some rows at a time. Dead rows stay for a person to see.';
