-- Sends each outbox row once: leases, lanes, fences, delivery statuses, dead letters.
--
-- The order of locks is that of 10_customers.sql. The lock of a lane is the last of a transaction: its holder waits for no row.
-- That of a channel's pause comes just before: a claim, which takes it first, waits for no row and no lane.

create function public.leased_row(p_row public.outbox) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  return jsonb_build_object('id', p_row.id, 'dedup_key', p_row.dedup_key, 'lane', p_row.lane, 'channel', p_row.channel,
    'content', p_row.content, 'as_template', p_row.as_template,
    'body', case when p_row.as_template then p_row.template else p_row.body end,
    'attempts', p_row.attempts, 'wamid', p_row.wamid, 'recipient', p_row.recipient, 'object', p_row.object,
    'lease_seconds', extract(epoch from p_row.next_at - clock_timestamp()),
    'record', case p_row.content when 'rendered' then null
      when 'store' then public.file_record(p_row.object)
      when 'remove' then jsonb_build_object('wanted', public.is_wanted(p_row.object))
      when 'transcribe' then public.file_record(p_row.object)
      when 'desk_link' then public.desk_link_record(p_row)
      when 'received' then public.received_record(p_row.id)
      when 'digest' then public.digest_record(p_row.events) || jsonb_build_object('written_at', p_row.created_at)
      when 'opened' then public.opened_record(p_row.ticket_id, p_row.events) || jsonb_build_object('written_at', p_row.created_at)
      when 'mail_result' then public.ticket_record(p_row.ticket_id, p_row.events)
        || jsonb_build_object('written_at', p_row.created_at, 'mailed', public.mailed_record(p_row.id))
      else public.ticket_record(p_row.ticket_id, p_row.events) || jsonb_build_object('written_at', p_row.created_at) end);
end $$;
comment on function public.leased_row is 'A row for the sender that has just leased it.';

create function public.lease_lanes(
  p_lanes text[], p_channels text[], p_lease uuid, p_lease_seconds integer, p_limit integer default null
) returns jsonb language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
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
        when not o.as_template and o.window_until < v_now and not exists (
          select from public.conversations c
           where c.customer_id = o.customer_id and c.last_inbound_at > v_now - public.service_window()) then 'window closed'
        end) w(why)
     where o.lane = any (v_lanes) and o.status in ('ready', 'unknown') and not o.held and o.next_at <= v_now
       and w.why is not null
       -- That puts in an e-mail about its ticket, which somebody may have locked (record_unread_mail).
       and (o.content <> 'received' or exists (select from public.tickets t where t.id = o.ticket_id for key share skip locked))
     for update of o skip locked
  )
  update public.outbox o set
    status = case when ended.why <> 'window closed' then 'dead' when o.content = 'file' then 'ready'
      when public.has_template(o.content, o.template, o.as_template) then o.status else 'dead' end,
    held = o.content = 'file' and ended.why = 'window closed',
    as_template = o.as_template or ended.why = 'window closed' and o.content <> 'file', window_until = null, last_error = ended.why
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
     order by o.next_at limit p_limit
     for update of o skip locked
  )
  update public.outbox o set
    status = 'sending', tried = true, attempts = o.attempts + 1, lease_token = p_lease,
    next_at = v_now + make_interval(secs => p_lease_seconds), first_attempt_at = coalesce(o.first_attempt_at, v_now)
   from due where o.id = due.id;

  -- Includes rows whose earlier response was lost: a retry with the same lease gets them again.
  return (select coalesce(jsonb_agg(public.leased_row(o) order by o.id), '[]'::jsonb)
    from public.outbox o
   where o.lane = any (v_lanes) and o.status = 'sending' and not o.held and o.lease_token = p_lease and o.next_at > v_now);
end $$;
comment on function public.lease_lanes is
  'Leases the head of each lane to the caller, if it is due, and returns it as JSON: at most one row per lane, and p_limit in all.';

create function public.insert_outbox_row(
  p_customer bigint, p_wamid text, p_window_until timestamptz, p_due timestamptz, p_row jsonb, p_channels text[], p_lease uuid,
  p_lease_seconds integer, p_waits_since timestamptz default null
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
    yields, asks, waits_since, window_until, status, tried, attempts, lease_token, next_at, first_attempt_at)
  values (p_row->>'dedup_key', v_lane, p_row->>'channel', p_row->>'content', p_customer, v_ticket, p_wamid, p_row->>'body',
    p_row->>'template', v_events, (p_row->>'repeat')::boolean, coalesce((p_row->>'yields')::boolean, false),
    (p_row->>'asks')::boolean, case p_row->>'channel' when 'whatsapp' then p_waits_since end,
    case p_row->>'channel' when 'whatsapp' then p_window_until end,
    case when v_leased then 'sending' else 'ready' end, v_leased, v_leased::integer,
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

create function public.take_place_of_waiting(
  p_customer bigint, p_reply jsonb, p_throttled boolean, out dropped integer, out since timestamptz
) language plpgsql set search_path = '' as $$
declare
  v_lane text := 'wa:' || p_customer;
begin
  dropped := 0;
  if not exists (select from public.outbox o where o.lane = v_lane and o.status = 'ready' and not o.held) then return; end if;
  with dropped_rows as (
    update public.outbox set status = 'dead', last_error = 'superseded'
     where id in (select o.id from public.outbox o
                   where o.lane = v_lane and o.status = 'ready' and not o.held and o.yields and o.attempts = 0
                     and (p_throttled or o.waits_since is not null and o.next_at > now())
                     -- What asks an open question gives way only to what asks it again, or comes after the answer.
                     and (o.asks and not (p_reply->>'asks')::boolean) is not true
                   for update skip locked)
    returning waits_since
  )
  select count(*), min(d.waits_since) into dropped, since from dropped_rows d;
  if not p_throttled and coalesce((p_reply->>'wait_seconds')::numeric, 0) <= 0 then
    -- What is left asks an open question: it leaves now, so that the new reply can follow it.
    update public.outbox set next_at = now()
     where id in (select o.id from public.outbox o
                   where o.lane = v_lane and o.status = 'ready' and not o.held and o.attempts = 0
                     and o.waits_since is not null and o.next_at > now()
                   for update skip locked);
  end if;
end $$;
comment on function public.take_place_of_waiting is
  'Drops the replies that still wait, for the next line or because of the limit on bubbles (p_throttled), as this one takes their '
  'place. Returns how many, and since when the first of those that waited for a line did.';

create function public.due_lanes(p_lanes text[]) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('lane', due.lane, 'seconds', extract(epoch from due.next_at - clock_timestamp()))), '[]')
      from (select o.lane, min(o.next_at) as next_at from public.outbox o
             where o.lane = any (p_lanes) and o.status = 'ready' and not o.held and o.channel = 'whatsapp' and o.attempts = 0
               and o.next_at > now() and o.next_at < now() + interval '1 min'
             group by o.lane) due);
end $$;
comment on function public.due_lanes is
  'In how many seconds a reply that waits in these lanes may leave, if it is less than a minute: later ones are left to the sweep.';

create function public.lease_waiting(
  p_lanes text[], p_ahead_seconds double precision, p_lease uuid, p_lease_seconds integer default 40,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
begin
  if p_ahead_seconds > 0 then
    update public.outbox set next_at = now()
     where id in (select o.id from public.outbox o
                   where o.lane = any (p_lanes) and o.status = 'ready' and not o.held and o.attempts = 0
                     and o.waits_since is not null and o.next_at > now()
                     and o.next_at <= now() + make_interval(secs => p_ahead_seconds)
                   order by o.id for update skip locked);
  end if;
  return jsonb_build_object('rows', public.lease_lanes(p_lanes, p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.lease_waiting is
  'Leases the replies that have waited in these lanes for the customer''s next line. p_ahead_seconds: also those that are due so '
  'soon, because the caller ends.';

create function public.lock_notified_customers(p_rows bigint[]) returns bigint[]
language plpgsql set search_path = '' as $$
declare
  v_customers bigint[] := array(
    select distinct o.customer_id from public.outbox o
     where o.id = any (p_rows) and o.content = 'notification' and o.customer_id is not null);
begin
  if v_customers = '{}' then return v_customers; end if;      -- the usual case: only replies and e-mails
  begin
    return array(select c.id from public.customers c where c.id = any (v_customers) order by c.id for no key update);
  exception when lock_not_available then
    null;                         -- somebody holds one of them for long, and the others are not to wait for it
  end;
  return array(select c.id from public.customers c where c.id = any (v_customers) order by c.id for no key update skip locked);
end $$;
comment on function public.lock_notified_customers is
  'Locks the customers of notifications before the rows, in the order of all transactions: once one is sent, its customer''s '
  'conversation gets a fact. Returns those that are locked: all, or after a while those that nobody else holds.';

create function public.mark_rows_sent(p_sent jsonb, p_customers bigint[], out done bigint[], out lanes text[])
language plpgsql set search_path = '' as $$
declare
  v_mark record;
  v_row  public.outbox;
begin
  done := '{}';
  lanes := '{}';
  -- Row by row: each is found by its id, whatever Postgres believes about the size of the table.
  for v_mark in
    select m.id, m.attempt, m.lease, m.provider_id, m.proof, m.emails
      from jsonb_to_recordset(p_sent)
        as m(id bigint, attempt integer, lease uuid, provider_id text, proof public.delivery_proof, emails smallint)
     order by m.id
  loop
    select * into v_row from public.outbox where id = v_mark.id for update skip locked;
    if not found then
      if not exists (select from public.outbox where id = v_mark.id) then done := done || v_mark.id; end if;
      continue;
    end if;
    if v_mark.attempt is null and v_row.status = 'sent' then       -- marked before: this is what Meta has reported since
      done := done || v_mark.id;
      update public.outbox set proof = v_mark.proof where id = v_mark.id and v_mark.proof > coalesce(proof, 'sent');
      continue;
    end if;
    continue when v_row.content = 'notification' and v_row.customer_id is not null and v_row.customer_id <> all (p_customers);
    done := done || v_mark.id;
    if v_mark.attempt is null then                                  -- and meanwhile it was reported as failed
      perform public.apply_delivery_status(v_mark.id, v_mark.provider_id, 'sent', null, null, v_mark.proof);
      continue;
    end if;
    lanes := lanes || v_row.lane;      -- even if it was marked before: a call whose answer was lost gets the next row again
    -- The lease is ours, or it expired and nobody has leased the row since: then this is the missing result of that attempt.
    if v_row.attempts = v_mark.attempt
       and (v_row.status = 'sending' and v_row.lease_token = v_mark.lease or v_row.status = 'unknown') then
      update public.outbox set status = 'sent', done_at = now(), lease_token = null, provider_id = v_mark.provider_id,
        emails = coalesce(v_mark.emails, emails)
       where id = v_mark.id;
    end if;
  end loop;
end $$;
comment on function public.mark_rows_sent is
  'Marks rows as sent, each unless there was a later attempt; without an attempt, a mark only says what Meta has reported of a row. '
  'Waits for nobody: a row that is locked is not done. Returns the ids that are done, and the lanes whose next row may leave. '
  'Notifications only of these customers, who are locked, or of nobody.';

create function public.mark_sent(
  p_sent jsonb, p_lease uuid default null, p_lease_seconds integer default 40,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_customers bigint[] := public.lock_notified_customers(array(select (m->>'id')::bigint from jsonb_array_elements(p_sent) m));
  v_done      bigint[];
  v_lanes     text[];
begin
  select m.done, m.lanes into v_done, v_lanes from public.mark_rows_sent(p_sent, v_customers) m;
  return jsonb_build_object('done', v_done, 'rows', public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.mark_sent is
  'Marks rows as sent, many at once, and leases the next rows of their lanes. Rows that are not done were locked by another '
  'transaction, or their customer was: to be marked again.';

create function public.judge_refusal(p_id bigint, p_attempt integer, p_lease uuid, p_error text)
returns text language plpgsql set search_path = '' as $$
declare
  v_row       public.outbox;
  v_accepted  timestamptz;
  v_customers bigint[];      -- refused since then, and never before
begin
  update public.outbox w set refusals = w.refusals + 1, refused_at = coalesce(w.refused_at, now()), last_error = p_error
   where w.id = p_id and w.status = 'sending' and w.attempts = p_attempt and w.lease_token = p_lease
  returning * into v_row;
  if not found then return 'retry'; end if;                -- fenced, as the finish will be
  select max(s.done_at) into v_accepted from public.outbox s
   where s.channel = 'whatsapp' and s.status = 'sent' and s.done_at >= (
     select min(w.refused_at) from public.outbox w where w.refused_at > now() - interval '1 day');
  select array_agg(refused.customer_id) into v_customers from (
    select w.customer_id from public.outbox w
     where w.refused_at > now() - interval '1 day' and w.last_error = p_error
     group by w.customer_id having min(w.refused_at) > coalesce(v_accepted, '-infinity')) refused;
  if cardinality(v_customers) < public.max_refused_recipients() or v_customers is null then
    return case when v_row.refusals < public.max_refusals() then 'retry' else 'dead' end;
  end if;
  -- Nobody's fault: what was counted before the third one came is given back. After the pause the others go first: if one of them
  -- is accepted, it was about these after all.
  update public.outbox w set refusals = 0, attempts = w.attempts - case when w.id = p_id then 0 else w.refusals end,
    next_at = case when w.id = p_id then w.next_at else now() + interval '90 s' end
   where w.id in (select o.id from public.outbox o
                   where o.refused_at > now() - interval '1 day' and o.last_error = p_error and o.customer_id = any (v_customers)
                     and (o.status = 'ready' or o.id = p_id)
                   for update skip locked);
  return 'paused';
end $$;
comment on function public.judge_refusal is
  'Meta refuses a recipient, or the account: what that means for the row. paused: several recipients who were never refused before '
  'somebody was accepted; else it is about this one, who is tried again a few times (retry) and then given up (dead).';

create function public.hold_template(p_id bigint, p_seconds double precision) returns public.outbox
language plpgsql set search_path = '' as $$
declare
  v_row public.outbox;
begin
  update public.outbox o set
    held = coalesce(o.window_until < now(), true), as_template = coalesce(o.window_until < now(), true),
    next_at = now() + case when o.window_until >= now() then interval '0'
      else make_interval(secs => coalesce(p_seconds, 3600) * (0.9 + 0.2 * random())) end
   where o.id = p_id returning * into v_row;
  return v_row;
end $$;
comment on function public.hold_template is
  'Meta refuses the template of a row that is ready: it waits for its next try, in so many seconds, or for its customer''s next '
  'message. If they have written meanwhile, it leaves as free text.';

create function public.release_first_notifications(p_limit integer) returns integer
language plpgsql set search_path = '' as $$
declare
  v_released integer;
begin
  -- Their first message has released them (release_held), unless they were put in meanwhile by an UPDATE by hand, or their
  -- customer turned out to be somebody who has written.
  update public.outbox o set held = false, next_at = now(),
    status = case when o.created_at < now() - interval '30 days' then 'dead' else 'ready' end,
    last_error = case when o.created_at < now() - interval '30 days' then 'never written' else o.last_error end
   where o.id in (
     select h.id from public.outbox h
      where h.held and h.content = 'notification' and not h.as_template
        and (h.created_at < now() - interval '30 days' or public.has_written(coalesce(h.customer_id,
          (select t.customer_id from public.tickets t where t.id = h.ticket_id))))
      order by h.id limit p_limit for update skip locked);
  get diagnostics v_released = row_count;
  -- A file has no template: it waits as long for any message of theirs.
  update public.outbox o set held = false, status = 'dead', last_error = 'window closed'
   where o.id in (select h.id from public.outbox h
                   where h.held and h.content = 'file' and h.created_at < now() - interval '30 days'
                   order by h.id limit p_limit for update skip locked);
  return v_released;
end $$;
comment on function public.release_first_notifications is
  'What waits for a customer''s first message leaves if they have written all the same, and is given up after 30 days. Returns how many.';

create function public.release_templates(p_limit integer) returns integer
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_released integer;
begin
  update public.outbox o set held = false,
    status = case when o.ticket_id is null or o.customer_id is null and o.content = 'rendered'
        or o.created_at < now() - interval '30 days' then 'dead' else 'ready' end,
    last_error = case when o.ticket_id is null then 'the ticket is gone' when o.customer_id is null and o.content = 'rendered'
      then 'the customer is gone' else o.last_error end
   where o.id in (select h.id from public.outbox h where h.held and h.as_template and h.next_at <= now()
                   order by h.next_at limit p_limit for update skip locked);
  get diagnostics v_released = row_count;
  return v_released + public.release_first_notifications(p_limit);
end $$;
comment on function public.release_templates is
  'Templates that Meta has refused are due again, for 30 days; and what waited for a first message that has come. Returns how many. '
  'Until then they block no other row of their lane.';

create function public.finish_outbox(
  p_id bigint, p_attempt integer, p_lease uuid, p_outcome text, p_provider_id text default null,
  p_error text default null, p_retry_seconds double precision default null, p_lease_seconds integer default 40,
  p_channels text[] default '{whatsapp,email}', p_emails integer default null
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_row      public.outbox;
  v_lane     text;           -- the one in which it was tried
  v_finished boolean;
  v_held     boolean := p_outcome = 'held';
  v_refused  boolean;        -- the account was, or nothing was tried
begin
  if p_outcome not in ('sent', 'retry', 'unknown', 'window', 'held', 'paused', 'limited', 'refused', 'released', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;

  perform public.lock_notified_customers(array[p_id]);
  if p_outcome = 'refused' then
    p_outcome := public.judge_refusal(p_id, p_attempt, p_lease, p_error);
    select case when p_outcome = 'retry' then public.refusal_pause(o.refusals) end into p_retry_seconds
      from public.outbox o where o.id = p_id;
  elsif v_held then
    -- Released: ready, and no attempt. What was no template, or may not be kept, can wait for nothing.
    select case when o.as_template and not o.scrub then 'released' else 'dead' end into p_outcome from public.outbox o where o.id = p_id;
  end if;
  v_refused := p_outcome in ('paused', 'limited', 'released');
  v_lane := (select o.lane from public.outbox o where o.id = p_id);
  update public.outbox o set
    status = case
      when p_outcome = 'sent' then 'sent'
      when p_outcome in ('paused', 'limited', 'released') then 'ready'
      when p_outcome = 'dead'
        or o.attempts >= public.max_attempts(o.channel, case p_outcome when 'retry' then 'ready' else 'unknown' end) then 'dead'
      when p_outcome = 'window' and o.content = 'file' then case when o.scrub then 'dead' else 'ready' end
      when p_outcome = 'window' and not public.has_template(o.content, o.template, o.as_template) then 'dead'
      when p_outcome = 'unknown' then 'unknown'
      else 'ready' end,
    held = p_outcome = 'window' and o.content = 'file' and not o.scrub,
    as_template = o.as_template or p_outcome = 'window' and o.content <> 'file',
    window_until = case when p_outcome = 'window' then null else o.window_until end,
    -- An account-wide refusal does not count as an attempt. But the first one does if some of the row's e-mails were taken before:
    -- their keys are known for a day from now.
    attempts = o.attempts - case when v_refused and (o.attempts > 1 or p_emails is null) then 1 else 0 end,
    first_attempt_at = case when v_refused and o.attempts = 1 and p_emails is null then null else o.first_attempt_at end,
    emails = coalesce(p_emails, o.emails),
    next_at = now() + case
      when p_outcome in ('sent', 'window', 'limited', 'released') then interval '0'
      when p_outcome = 'unknown' and o.channel = 'whatsapp' then interval '120 s'
      else public.retry_pause(o.channel, o.attempts, p_retry_seconds) end,
    provider_id = coalesce(p_provider_id, o.provider_id),
    last_error = case when p_outcome = 'sent' then o.last_error else p_error end,
    lane = case when p_outcome in ('retry', 'unknown', 'window') then public.retry_lane(o.content, o.lane, o.customer_id) else o.lane end,
    lease_token = null
   -- The lease is ours, or it expired and nobody has leased the row since: then this is the missing result of that attempt.
   where o.id = p_id and o.attempts = p_attempt
     and (o.status = 'sending' and o.lease_token = p_lease or o.status = 'unknown')
  returning o.* into v_row;
  v_finished := found;
  if not v_finished then             -- fenced: another holder has it, or this result was stored before and the response was lost
    select * into v_row from public.outbox where id = p_id;
  elsif v_held and v_row.status = 'ready' then
    v_row := public.hold_template(p_id, p_retry_seconds);
  elsif p_outcome in ('paused', 'limited') then
    perform public.pause_channel(v_row.channel, p_outcome = 'limited',
      coalesce(p_retry_seconds, 60) * case p_outcome when 'limited' then 1 + 0.1 * random() else 1 end, p_error);
  end if;
  return jsonb_build_object('finished', v_finished, 'status', v_row.status,
    'rows', public.lease_lanes(array[v_lane, v_row.lane], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.finish_outbox is
  'Stores the result of an attempt, unless there was a later one; leases the next row of the lane. p_emails: how many e-mails of the '
  'row were taken, or may have been; null if none.';

create function public.max_lanes_per_claim() returns integer
language sql immutable as $$ select 250 $$;
comment on function public.max_lanes_per_claim is
  'A claim locks each lane that it looks at until its end, and has to end well within the time-out of a call, also on a small machine.';

create function public.claim_again_in(p_channels text[]) returns double precision
language plpgsql stable set search_path = '' as $$
begin
  return (select min(greatest(0, extract(epoch from coalesce(p.claim_at, p.paused_until) - clock_timestamp())))
    from public.channel_pauses p
   where p.channel = any (p_channels) and p.paused_until > now()
     and (p.claim_at is not null or exists (
       select from public.outbox o
        where o.channel = p.channel and o.status in ('ready', 'unknown') and not o.held and o.next_at <= p.paused_until)));
end $$;
comment on function public.claim_again_in is 'In how many seconds rows that wait for the end of a pause can be claimed; null if none does.';

create function public.claim_outbox(
  p_limit integer, p_lease uuid, p_lease_seconds integer default 40,
  p_channels text[] default '{whatsapp,email}', p_emails_per_row integer default 1
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_limit integer := p_limit;
  v_batch integer := p_limit;
  v_rows  jsonb  := '[]';
  v_seen  text[] := '{}';
  v_lanes text[];
  v_found jsonb;
  v_paced text;              -- the channel whose rows leave at the pace of the account
  v_error text;
  v_count integer;
  v_more  boolean := false;
begin
  -- One claim after the other, of all instances: it lifts the pause for itself, and sets the next one by what it leases.
  update public.channel_pauses set paused_until = now()
   where channel in (select p.channel from public.channel_pauses p
                      where p.channel = any (p_channels) and p.claim_at <= now() and p.paused_until > now()
                      limit 1 for update skip locked)
  returning channel, error into v_paced, v_error;
  if v_paced is not null then
    v_limit := least(p_limit, greatest(public.emails_per_second() / p_emails_per_row, 1));
  end if;
  loop
    select array_agg(due.lane) into v_lanes from (
      select o.lane from public.outbox o
       where o.status in ('ready', 'sending', 'unknown') and not o.held
         and (o.next_at <= now() and not public.is_paused(o.channel) or o.status = 'sending' and o.lease_token = p_lease)
         and o.channel = any (p_channels)
         and not exists (select from unnest(v_seen) as seen where seen = o.lane)
         and not exists (                                          -- behind a row that is not due
           select from public.outbox e
            where e.lane = o.lane and e.id < o.id and not e.held and e.next_at > now()
              and (e.status = 'ready' and (e.repeat or e.attempts = 0)
                   or e.status = 'unknown' and e.repeat
                   or e.status = 'sending'))
       group by o.lane order by min(o.next_at) limit v_batch) due;
    exit when v_lanes is null;
    v_seen := v_seen || v_lanes;
    select array_agg(lane) into v_lanes from unnest(v_lanes) as lane
     where pg_try_advisory_xact_lock(hashtextextended(lane, 0));     -- skip lanes that another transaction is using
    v_found := public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds, v_limit - jsonb_array_length(v_rows));
    v_rows := v_rows || v_found;
    exit when jsonb_array_length(v_rows) >= v_limit;
    v_more := cardinality(v_seen) >= public.max_lanes_per_claim();
    exit when v_more;
    -- A due lane may turn out to have nothing to send. However many there are of these, they keep no row waiting.
    v_batch := case when v_found = '[]' then least(v_batch * 4, public.max_lanes_per_claim()) else v_limit - jsonb_array_length(v_rows) end;
  end loop;
  if v_paced is not null then
    select count(*) into v_count from jsonb_array_elements(v_rows) as leased where leased->>'channel' = v_paced;
    if v_count > 0 or v_more then
      perform public.pause_channel(v_paced, true, v_count::double precision * p_emails_per_row / public.emails_per_second(), v_error);
    end if;
  end if;
  return jsonb_build_object('rows', v_rows, 'more', v_more,
    'spacing', case when v_paced is null then 0 else 1.0 / public.emails_per_second() end,
    -- Once nothing waits, the pace is over; but a turn that is being committed may not have seen that, so look once more.
    'again_in', case when v_paced is not null and v_count = 0 then 1.0 else public.claim_again_in(p_channels) end);
end $$;
comment on function public.claim_outbox is
  'For the sweep: leases due rows of any lane to the caller, to be sent with so many seconds (spacing) between the e-mails, of which a '
  'row becomes p_emails_per_row at most. None if nothing '
  'is due; then more: there are others to look at, with another call; again_in: in so many seconds some that wait may be claimed.';

create function public.apply_delivery_status(
  p_id bigint, p_provider_id text, p_outcome text, p_error text, p_retry_seconds double precision,
  p_proof public.delivery_proof default null
) returns text language plpgsql set search_path = '' as $$
declare
  v_row     public.outbox;
  v_sent_at timestamptz;
begin
  if p_outcome not in ('sent', 'retry', 'window', 'held', 'dead') then
    raise exception 'unknown outcome %', p_outcome using errcode = '22023';
  end if;
  select * into v_row from public.outbox where id = p_id for update;

  if v_row.id is null or v_row.refused_id = p_provider_id and (p_outcome <> 'sent' or p_proof is null or p_proof = 'sent') then
    return 'ignored';       -- not ours; or about an earlier, refused attempt, which says nothing about the current one
  elsif p_outcome = 'sent' then
    if v_row.status = 'sent' then
      update public.outbox set proof = p_proof where id = v_row.id and p_proof > coalesce(proof, 'sent');
      return 'ignored';
    end if;
    update public.outbox set status = 'sent', done_at = coalesce(done_at, now()), lease_token = null, provider_id = p_provider_id,
      refused_id = nullif(refused_id, p_provider_id), proof = greatest(proof, p_proof, 'sent')
     where id = v_row.id;
    return 'closed';
  elsif v_row.proof > 'sent' then
    return 'ignored';       -- they have it, whatever became of another attempt
  elsif v_row.provider_id is null and v_row.attempts > 1 then
    -- One of several attempts, and we do not know which: another may still arrive.
    update public.outbox set refused_id = p_provider_id where id = v_row.id;
    return 'ignored';
  elsif v_row.status = 'dead' or coalesce(v_row.provider_id, p_provider_id) <> p_provider_id then
    return 'ignored';
  end if;
  v_sent_at := v_row.done_at;
  update public.outbox o set
    status = case when p_outcome = 'dead' or o.attempts >= public.max_attempts(o.channel, 'unknown')
                       or p_outcome = 'window' and o.content <> 'file' and not public.has_template(o.content, o.template, o.as_template)
                       or p_outcome = 'held' and not o.as_template
                       or o.scrub and o.done_at is not null                          -- scrubbed: nothing left to send
                  then 'dead' else 'ready' end,
    held = p_outcome = 'window' and o.content = 'file' and not o.scrub,
    as_template = o.as_template or p_outcome = 'window' and o.content <> 'file',
    window_until = case when p_outcome = 'window' then null else o.window_until end,
    refused_id = p_provider_id, provider_id = null, proof = null, lease_token = null, done_at = null, last_error = p_error,
    lane = public.retry_lane(o.content, o.lane, o.customer_id),
    next_at = now() + case when p_outcome = 'window' then interval '0'
      else public.retry_pause(o.channel, o.attempts, p_retry_seconds) end
   where o.id = v_row.id returning o.* into v_row;
  if p_outcome = 'held' and v_row.status = 'ready' then
    update public.outbox set attempts = greatest(attempts - 1, 0), window_until = (         -- if they have written since it left
      select c.last_inbound_at + public.service_window() from public.conversations c
       where c.customer_id = v_row.customer_id and c.updated_at > v_sent_at)
     where id = v_row.id;
    perform public.hold_template(v_row.id, p_retry_seconds);
  end if;
  return case v_row.status when 'dead' then 'dead' else 'again' end;
end $$;
comment on function public.apply_delivery_status is
  'Applies a delivery status from Meta: closed, again (it was refused, and will be sent again), dead or ignored.';

create function public.lock_reported_rows(p_rows bigint[]) returns bigint[]
language plpgsql set search_path = '' as $$
declare
  v_customers bigint[] := public.lock_notified_customers(p_rows);
  v_rows      bigint[] := array(
    select o.id from public.outbox o
     where o.id = any (p_rows) and (o.content <> 'notification' or o.customer_id is null or o.customer_id = any (v_customers)));
begin
  begin
    return array(select o.id from public.outbox o where o.id = any (v_rows) order by o.id for update);
  exception when lock_not_available then
    null;
  end;
  return array(select o.id from public.outbox o where o.id = any (v_rows) order by o.id for update skip locked);
end $$;
comment on function public.lock_reported_rows is
  'Locks rows, after the customers of notifications. Returns those that are locked: all, or after a while those that nobody else holds.';

create function public.confirm_outbox(
  p_statuses jsonb, p_lease uuid default null, p_lease_seconds integer default 40,
  p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_ids     bigint[];      -- of each status its row, null if it is not ours
  v_locked  bigint[];
  v_results text[] := '{}';
  v_status  jsonb;
begin
  v_ids := array(
    select coalesce(
        (select o.id from public.outbox o where o.dedup_key = s.value->>'dedup_key'),
        (select o.id from public.outbox o where s.value->>'dedup_key' is null and o.provider_id = s.value->>'provider_id' limit 1))
      from jsonb_array_elements(p_statuses) with ordinality as s order by s.ordinality);
  v_locked := public.lock_reported_rows(v_ids);
  for n in 1..cardinality(v_ids) loop
    v_status := p_statuses->(n - 1);
    v_results := v_results || case when v_ids[n] is not null and v_ids[n] <> all (v_locked) then 'busy'
      else public.apply_delivery_status(v_ids[n], v_status->>'provider_id', v_status->>'outcome', v_status->>'error',
        (v_status->>'retry_seconds')::double precision, (v_status->>'proof')::public.delivery_proof) end;
  end loop;
  return jsonb_build_object('results', v_results, 'sent', array(
      select (select o.id from public.outbox o where o.id = s.id and o.status = 'sent')
        from unnest(v_ids) with ordinality as s(id, n) order by s.n), 'rows', public.lease_lanes(
    array(select distinct lane from public.outbox where id = any (v_locked)), p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.confirm_outbox is
  'Applies Meta''s delivery statuses, many at once, in their order: closes rows, or makes refused ones ready again. Busy: somebody '
  'else holds the row for long, and nothing was done. sent: for each status its row, if that is sent now.';

create function public.report_dead() returns jsonb
language sql set search_path = '' as $$
  with reported as (
    update public.outbox set reported_at = now()
     where id in (select id from public.outbox
                   where status = 'dead' and reported_at is null and public.is_dead_letter(content, last_error)
                   order by id limit 100 for update skip locked)
    returning id, channel, wamid, last_error
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'channel', channel, 'wamid', wamid, 'error', last_error) order by id), '[]')
    from reported
$$;
comment on function public.report_dead is 'Returns dead rows, each once.';
