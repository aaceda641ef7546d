-- Files of tickets, in the bucket ticket-files of Supabase Storage.
--
-- Storage has no transactions with this database. So an object is only touched by a row of the outbox, and all rows of one object
-- are in one lane, "file:" and its path:
--
--   a customer sent a file        store: fetched from Meta and uploaded; a second attempt uploads the same again
--   a technician sends a file     the function uploads it before the answer is committed. Before that it commits remove rows that are
--                                 due in an hour and four hours later, and the answer deletes them: what no answer needs is removed
--   the attachment is deleted     remove, by a trigger: with the person, the message or the ticket, or by hand
--   the room is needed            remove
--
-- Remove comes twice, now and in an hour: an instance that was frozen in the middle of an upload may end it after the first. And it
-- removes nothing that a ticket has: whether an object is wanted is asked when the row is leased.

create function public.lanes_of_files(p_code text, p_wamid text) returns text[]
language plpgsql stable set search_path = '' as $$
begin
  return array(select 'file:' || a.object from public.attachments a join public.ticket_events e on e.id = a.event_id
    where a.ticket_id = (select t.id from public.tickets t where t.code = p_code) and e.wamid = p_wamid and a.object is not null);
end $$;
comment on function public.lanes_of_files is 'The lanes in which the files of a message wait to be stored.';

create function public.store_attachment() returns trigger
language plpgsql set search_path = '' as $$
begin
  insert into public.outbox (dedup_key, lane, channel, content, object)
  values ('store/' || new.object, 'file:' || new.object, 'storage', 'store', new.object);
  return null;
end $$;

create trigger store_attachment after insert on public.attachments for each row
  when (new.object is not null and new.stored_at is null) execute function public.store_attachment();

create function public.remove_object(p_object text) returns void
language plpgsql set search_path = '' as $$
begin
  update public.outbox set status = 'dead', last_error = 'superseded'
   where id in (select o.id from public.outbox o
                 where o.object = p_object and o.content in ('store', 'transcribe') and o.status in ('ready', 'unknown')
                 order by o.id for update skip locked);
  insert into public.outbox as o (dedup_key, lane, channel, content, object, next_at)
  select concat_ws('/', 'remove', p_object, again), 'file:' || p_object, 'storage', 'remove', p_object,
    now() + case when again is null then interval '0' else interval '1 hour' end
    from (values (null), ('again')) times(again)
  on conflict (dedup_key) do update set status = 'ready', attempts = 0, done_at = null, last_error = null, first_attempt_at = null,
    next_at = excluded.next_at
   where o.status in ('sent', 'dead');
end $$;
comment on function public.remove_object is
  'Puts into the outbox what removes an object, now and once more in an hour. Nothing is stored any more.';

create function public.remove_attachment() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform public.remove_object(old.object);
  return null;
end $$;

create trigger remove_attachment after delete on public.attachments for each row
  when (old.object is not null) execute function public.remove_attachment();

create function public.stored_files() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('files', count(*), 'bytes', coalesce(sum(a.bytes), 0),
    'removed', (select count(*) from public.attachments r where r.missing = 'removed'),
    'no_room', (select count(*) from public.attachments r where r.missing = 'no_room'),
    'late', (select jsonb_build_object('rows', count(*), 'since', min(o.first_attempt_at), 'error', max(o.last_error))
      from public.outbox o where o.channel = 'storage' and o.status in ('ready', 'sending', 'unknown')
       and o.attempts > 0 and o.first_attempt_at < now() - interval '1 hour'),
    'dead', (select jsonb_build_object('rows', count(*), 'error', max(o.last_error))
      from public.outbox o where o.channel = 'storage' and o.status = 'dead'
       and coalesce(o.last_error, '') not in ('superseded', 'dropped')))
    from public.attachments a where a.bytes is not null
$$;
comment on function public.stored_files is
  'How many files are stored, or being stored, and their bytes; how many have been removed to make room, and how many were not kept '
  'because there was none; the rows of the outbox about files that have failed for an hour, and those that were given up.';

create function public.customer_share() returns numeric
language sql immutable as $$ select 0.2 $$;
comment on function public.customer_share is
  'So much of the room may be taken by the files of one customer''s tickets: nobody fills it alone.';

create function public.customer_bytes(p_customer bigint) returns bigint
language plpgsql stable set search_path = '' as $$
begin
  -- Also of closed tickets, as they can be opened again.
  return (select coalesce(sum(a.bytes), 0) from public.tickets t join public.attachments a on a.ticket_id = t.id
           where t.customer_id = p_customer and not public.is_from_technician(a));
end $$;
comment on function public.customer_bytes is 'The bytes of all files that came from this customer.';

create function public.removable_files(p_bytes numeric, p_customer bigint default null, p_but bigint[] default '{}') returns bigint[]
language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
  v_over  numeric := p_bytes;
  v_file  record;
  v_files bigint[] := '{}';
begin
  if v_over <= 0 then return v_files; end if;
  for v_file in
    select a.id, a.bytes from public.attachments a
     where a.bytes is not null and a.stored_at is not null and a.id <> all (p_but)
       -- As sub-queries: in a join the planner may read all tickets.
       and (select t.status from public.tickets t where t.id = a.ticket_id) = 'closed'
       and (p_customer is null or (select t.customer_id from public.tickets t where t.id = a.ticket_id) = p_customer)
       -- A technician's that waits for its customer was promised to them.
       and not exists (select from public.outbox o
                        where o.object = a.object and o.content = 'file' and o.status in ('ready', 'sending', 'unknown'))
     order by a.stored_at, a.id
  loop
    v_files := v_files || v_file.id;
    v_over := v_over - v_file.bytes;
    exit when v_over <= 0;
  end loop;
  return case when v_over <= 0 then v_files end;
end $$;
comment on function public.removable_files is
  'The oldest files of closed tickets that take so many bytes, no more than are needed; null if they take fewer. p_customer: only of '
  'their tickets; p_but: without these.';

create function public.make_room(p_bytes bigint, p_most bigint, p_customer bigint default null) returns boolean
language plpgsql set search_path = '' set enable_seqscan = off as $$
declare
  v_theirs bigint[] := '{}';
  v_others bigint[];
  v_file   record;
begin
  -- One at a time. Nobody else takes this lock, and its holder waits for no file.
  perform pg_advisory_xact_lock(hashtextextended('stored files', 0));
  if p_customer is not null then
    v_theirs := public.removable_files(public.customer_bytes(p_customer) + p_bytes - p_most * public.customer_share(), p_customer);
  end if;
  v_others := public.removable_files(
    (select coalesce(sum(a.bytes) filter (where a.id <> all (v_theirs)), 0) from public.attachments a where a.bytes is not null)
      -- What answers are about to bring, and what those have left that came to nothing.
      + (select coalesce(sum(o.bytes), 0) from public.outbox o where o.bytes is not null and o.status in ('ready', 'sending', 'unknown'))
      + p_bytes - p_most, null, v_theirs);
  if v_theirs is null or v_others is null then return false; end if;
  for v_file in
    select a.id, a.object from public.attachments a where a.id = any (v_theirs || v_others) order by a.id for update skip locked
  loop
    update public.attachments set bytes = null, stored_at = null, missing = 'removed' where id = v_file.id;
    perform public.remove_object(v_file.object);
  end loop;
  return true;
end $$;
comment on function public.make_room is
  'Whether so many bytes more fit into p_most, once the oldest files of closed tickets were removed as far as that is needed. If it '
  'would not be enough, nothing is removed. p_customer: the bytes are theirs, and have to fit into their share, too.';

create function public.reserve_file(p_object text, p_bytes bigint, p_most bigint) returns text
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_file public.attachments;
begin
  -- Locked before the room: whoever erases its customer may have it, and want another file that makes room.
  select * into v_file from public.attachments where object = p_object for no key update;
  if not found then return 'gone'; end if;
  if v_file.stored_at is not null then return 'stored'; end if;
  if not public.make_room(p_bytes - coalesce(v_file.bytes, 0), p_most,
      (select t.customer_id from public.tickets t where t.id = v_file.ticket_id)) then
    return 'no_room';
  end if;
  update public.attachments set bytes = p_bytes where object = p_object and stored_at is null;
  return 'reserved';
end $$;
comment on function public.reserve_file is
  'Keeps room for a file that is about to be stored: reserved, no_room, stored (it is there already) or gone (nobody wants it any more).';

create function public.record_stored(p_object text, p_seconds double precision default null, p_transcribe boolean default false)
returns boolean language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_kind text;
begin
  update public.attachments set stored_at = now(), missing = null, seconds = p_seconds
   where object = p_object and bytes is not null returning kind into v_kind;
  if not found then
    perform public.remove_object(p_object);
    return false;
  end if;
  if p_transcribe and v_kind = 'voice' then
    insert into public.outbox (dedup_key, lane, channel, content, object)
    values ('transcribe/' || p_object, 'transcribe:' || p_object, 'storage', 'transcribe', p_object)
    on conflict (dedup_key) do nothing;
  end if;
  return true;
end $$;
comment on function public.record_stored is
  'The object is there. False if it was deleted from its ticket meanwhile: then it is removed. p_transcribe: a voice note gets its '
  'transcript by a row of its own.';

create function public.record_transcript(p_object text, p_text text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  update public.attachments set transcript = p_text where object = p_object;
  return found;
end $$;
comment on function public.record_transcript is 'What a machine heard in a voice note. False if it was deleted meanwhile.';

create function public.record_missing(p_object text, p_why text, p_attempts integer) returns void
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  update public.attachments set bytes = null, missing = p_why where object = p_object and stored_at is null;
  -- An earlier attempt without an answer may have stored it.
  if found and p_attempts > 1 then perform public.remove_object(p_object); end if;
end $$;
comment on function public.record_missing is 'A file could not be had, or not be kept: its ticket says why. p_attempts: with this one.';

create function public.record_lost_file() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform public.record_missing(new.object, 'failed', new.attempts + 1);
  return null;
end $$;
comment on function public.record_lost_file is 'The row that was to store a file was given up.';

create trigger record_lost_file after update of status on public.outbox for each row
  when (new.content = 'store' and new.status = 'dead' and old.status <> 'dead' and new.last_error is distinct from 'superseded')
  execute function public.record_lost_file();

create function public.refetch_files() returns bigint
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_objects text[];
begin
  with again as (
    update public.outbox set status = 'ready', attempts = 0, next_at = now(), first_attempt_at = null, done_at = null, reported_at = null,
      last_error = null
     where id in (
       select o.id from public.attachments a join public.outbox o on o.dedup_key = 'store/' || a.object
        where a.missing in ('gone', 'no_room', 'failed') and a.created_at > now() - interval '7 days' and o.status in ('sent', 'dead')
        order by o.id for update of o skip locked)
    returning object)
  select coalesce(array_agg(object), '{}') into v_objects from again;
  update public.attachments set missing = null where object = any (v_objects);
  return cardinality(v_objects);
end $$;
comment on function public.refetch_files is
  'Fetches again what customers sent within the week that Meta keeps it, and what could not be had, or not be kept: the token or the '
  'room was mended since. Returns how many.';

-- What technicians send.

create function public.record_uploaded(p_object text, p_media_id text) returns void
language sql set search_path = '' set lock_timeout = '2s' as $$
  update public.attachments set media_id = p_media_id, uploaded_at = now() where object = p_object;
$$;
comment on function public.record_uploaded is 'A technician''s file has this id at Meta, for 30 days: another attempt to send it needs no upload.';

create function public.announce_files(p_objects text[], p_bytes bigint, p_most bigint) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if not public.make_room(p_bytes, p_most) then return false; end if;
  insert into public.outbox (dedup_key, lane, channel, content, object, next_at, bytes)
  select concat_ws('/', 'remove', given, again), 'file:' || given, 'storage', 'remove', given, now() + hours * interval '1 hour',
    case when again is null and n = 1 then p_bytes end
    from unnest(p_objects) with ordinality as announced(given, n) cross join (values (null, 1), ('again', 5)) times(again, hours)
  on conflict (dedup_key) do nothing;
  return true;
end $$;
comment on function public.announce_files is
  'Objects that a technician''s answer is about to bring: what no answer has an hour later is removed. False if there is no room.';

create function public.claim_files(p_files jsonb) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_objects text[] := array(select f->>'object' from jsonb_array_elements(p_files) f);
  v_count   integer;
begin
  delete from public.outbox where id in (select o.id from public.outbox o
    where o.object = any (v_objects) and o.content = 'remove' and o.status = 'ready' and not o.tried for update skip locked);
  get diagnostics v_count = row_count;
  return v_count = 2 * cardinality(v_objects);
end $$;
comment on function public.claim_files is 'An answer has these objects: they are not removed. False if that has begun, or they were never announced.';

create function public.drop_files(p_files jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.remove_object(f->>'object') from jsonb_array_elements(p_files) f where not public.is_wanted(f->>'object');
end $$;
comment on function public.drop_files is 'No answer has these objects, unless a ticket has them already: they are removed.';

create function public.send_files(p_ticket public.tickets, p_event bigint, p_files jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_window  timestamptz := (select v.last_inbound_at + public.service_window() from public.conversations v
                             where v.customer_id = p_ticket.customer_id);
begin
  insert into public.attachments (ticket_id, event_id, kind, mime_type, sha256, filename, object, bytes, stored_at)
  select p_ticket.id, p_event, f->>'kind', f->>'mime_type', f->>'sha256', f->>'filename', f->>'object', (f->>'bytes')::bigint, now()
    from jsonb_array_elements(p_files) with ordinality as given(f, n) order by n;
  if p_ticket.customer_id is null then return; end if;
  -- In a lane of their own, so that no words wait for a file that cannot be had. The words leave at the same moment, and a file has a
  -- longer way. A file has no template: it waits for the customer's next message.
  insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, object, held, window_until)
  select 'file/' || (f->>'object'), 'files:' || p_ticket.customer_id, 'whatsapp', 'file', p_ticket.customer_id, p_ticket.id,
    array[p_event], f->>'object', coalesce(v_window < now(), true) or not public.has_written(p_ticket.customer_id), v_window
    from jsonb_array_elements(p_files) with ordinality as given(f, n) order by n;
end $$;
comment on function public.send_files is
  'The stored files of a technician''s answer, which is this event of a ticket whose customer is locked by the caller: each leaves by a '
  'row of its own.';
