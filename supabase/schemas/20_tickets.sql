-- Tickets, what happens to them, and their files: the legal status changes and the events that record them.
--
-- Every change of a ticket's status (by the page, the command line, an UPDATE in Supabase Studio) goes through the trigger on
-- tickets, which records the event.

create table public.tickets (
  id          bigint generated always as identity primary key,
  code        text not null unique,
  customer_id bigint references public.customers on delete set null,   -- null: the person asked to be erased
  wamid       text not null unique,                        -- opening message; unique, so one message opens at most one ticket
  status      text not null default 'open',
  summary     text not null,
  description text not null,
  language    text not null,
  wants_human boolean not null default false,
  assignee    text,                                        -- name of the technician who has it, as customers read it
  waits_since timestamptz not null default now(),          -- since when it waits: keep_waiting in 83_desk.sql
  answer_due  boolean not null default true,               -- the customer has written since our last word
  rating      smallint,                                    -- by the owner, 1 to 5
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  assignee_address text,                                   -- of the assignee, lower case; null: nobody, or somebody known by name only
  urgent      boolean not null default false,              -- technicians see it; the customer does not
  category    text,                                        -- one of the setting CATEGORIES when it was chosen
  merged_into bigint references public.tickets on delete set null,   -- it was a duplicate of that one, which never has one itself
  constraint tickets_category_fits check (length(category) between 1 and 60),
  constraint tickets_code_form check (code ~ '^TK-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$'),
  constraint tickets_status_known check (status in ('open', 'in_progress', 'waiting_customer', 'resolved', 'closed')),
  constraint tickets_language_known check (language in ('es', 'en', 'pt')),
  constraint tickets_rating_fits check (rating between 1 and 5)
);
create index tickets_of_customer on public.tickets (customer_id, id desc);
create index tickets_by_status on public.tickets (status, id);
create index tickets_merged on public.tickets (merged_into) where merged_into is not null;
create index tickets_open on public.tickets (created_at) where status not in ('resolved', 'closed');
comment on table public.tickets is 'One reported problem.';

create table public.ticket_events (
  id         bigint generated always as identity primary key,
  ticket_id  bigint not null references public.tickets on delete cascade,
  kind       text not null,
  actor      text not null,
  author     text,                                         -- name of the technician
  action     text,                                         -- of ticket_moves; of kind 'created', human: it asks for a person; or a mark
  from_status text,                                        -- for kind 'status': the change
  to_status  text,
  body       text,
  wamid      text,
  key        text,                                         -- key of the submitted form, so that it is applied once
  created_at timestamptz not null default now(),
  parts      jsonb,                                        -- which message each part of body and each file came from: state/model/draft_part.py
  deleted    boolean not null default false,               -- the customer has deleted this message: its words and files are gone
  author_address text,                                     -- of the author, lower case; null: not known
  assignee   text,                                         -- for kind 'assigned': name or address of who has it from then on
  object     text,                                         -- for kind 'undelivered': the file that did not arrive; null: the words
  constraint ticket_events_key_once unique (ticket_id, key),
  constraint ticket_events_kind_known
    check (kind in ('created', 'note', 'human', 'status', 'answer', 'rating', 'notified', 'undelivered', 'erased', 'correction',
      'deletion', 'unreachable', 'full', 'assigned', 'email_failed',
      'internal', 'urgent', 'category', 'merged')),        -- among technicians: see 78_ticket_marks.sql
  constraint ticket_events_actor_known check (actor in ('customer', 'technician', 'system'))
);
create index ticket_events_of_ticket on public.ticket_events (ticket_id, id);
comment on table public.ticket_events is 'Everything that happened to a ticket, in order.';

create table public.attachments (
  id         bigint generated always as identity primary key,
  ticket_id  bigint not null references public.tickets on delete cascade,
  event_id   bigint references public.ticket_events on delete cascade,
  kind       text not null,
  media_id   text,                                         -- Meta keeps the file for 7 days under this id; a technician's for 30
  mime_type  text,
  sha256     text,
  filename   text,                                         -- given by the customer: never used as a path
  caption    text,
  latitude   double precision,
  longitude  double precision,
  place      text,
  created_at timestamptz not null default now(),
  object     text unique,                                  -- its path in the bucket ticket-files of Storage
  bytes      bigint,                                       -- that it takes there, or will; null: it is not there
  stored_at  timestamptz,
  missing    text,                                         -- why it is not there
  uploaded_at timestamptz,                                 -- a technician's: when Meta got it
  seconds    double precision,                             -- of a voice note
  transcript text,                                         -- of a voice note, by a machine
  constraint attachments_kind_known check (kind in ('image', 'voice', 'audio', 'video', 'document', 'location')),
  constraint attachments_are_something check ((kind = 'location') = (object is null)),
  constraint attachments_missing_known check (missing in (
    'gone',                                                -- Meta has it no more
    'too_large', 'different',                              -- for Storage; from what was sent, by its sha256
    'no_room',                                             -- STORED_MEGABYTES are full with files of open tickets
    'removed',                                             -- it was there; newer files needed its place
    'failed')),                                            -- tried for a week
  constraint attachments_stored_or_missing check (stored_at is null or bytes is not null and missing is null)
);
create index attachments_of_ticket on public.attachments (ticket_id, id);
create index attachments_stored on public.attachments (stored_at, id) include (bytes) where bytes is not null;
create index attachments_missing on public.attachments (created_at) where missing is not null;
create index attachments_of_event on public.attachments (event_id);
comment on table public.attachments is 'Photos, voice notes, documents, videos and locations that came with a ticket, and the files that technicians sent.';

alter table public.tickets       enable row level security;
alter table public.ticket_events enable row level security;
alter table public.attachments   enable row level security;

create function public.ticket_moves() returns table (action text, from_status text, to_status text)
language sql immutable as $$
  values
    ('take',    'open',             'in_progress'),
    ('take',    'in_progress',      'in_progress'),        -- from a colleague
    ('take',    'waiting_customer', 'in_progress'),        -- the customer answered outside WhatsApp
    ('hand_over', 'open',             'in_progress'),
    ('hand_over', 'in_progress',      'in_progress'),
    ('hand_over', 'waiting_customer', 'waiting_customer'),
    ('give_back', 'open',             'open'),             -- was reopened
    ('give_back', 'in_progress',      'open'),
    ('give_back', 'waiting_customer', 'waiting_customer'),
    ('ask',     'open',             'waiting_customer'),
    ('ask',     'in_progress',      'waiting_customer'),
    ('ask',     'waiting_customer', 'waiting_customer'),
    ('answer',  'open',             'in_progress'),
    ('answer',  'in_progress',      'in_progress'),
    ('answer',  'waiting_customer', 'waiting_customer'),
    ('answer',  'resolved',         'resolved'),
    ('resolve', 'open',             'resolved'),
    ('resolve', 'in_progress',      'resolved'),
    ('resolve', 'waiting_customer', 'resolved'),
    ('fixed',   'resolved',         'closed'),             -- the owner says so
    ('close',   'open',             'closed'),
    ('close',   'in_progress',      'closed'),
    ('close',   'waiting_customer', 'closed'),
    ('close',   'resolved',         'closed'),
    ('merge',   'open',             'closed'),             -- a duplicate of another ticket
    ('merge',   'in_progress',      'closed'),
    ('merge',   'waiting_customer', 'closed'),
    ('merge',   'resolved',         'closed'),
    ('reopen',  'resolved',         'open'),
    ('reopen',  'closed',           'open')
$$;
comment on function public.ticket_moves is 'The legal moves: which action is possible in which status, and the status after it.';

create function public.possible_actions(p_ticket public.tickets) returns text[]
language plpgsql stable set search_path = '' as $$
begin
  return array(
    select m.action from public.ticket_moves() m
     where m.from_status = p_ticket.status and m.action <> 'fixed'                             -- the customer says that
       and (m.action <> 'give_back' or coalesce(p_ticket.assignee, p_ticket.assignee_address) is not null)
       and (m.action <> 'merge' or exists (select from public.tickets o
         where o.customer_id = p_ticket.customer_id and o.id <> p_ticket.id and o.status <> 'closed'))
     order by m.action);
end $$;
comment on function public.possible_actions is 'What technicians can do to a ticket now.';

create function public.assigns(p_action text) returns boolean
language sql immutable as $$ select p_action in ('take', 'hand_over', 'give_back') $$;
comment on function public.assigns is 'Whether an action says who has the ticket, and nothing to its customer.';

create function public.check_status_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not exists (select from public.ticket_moves() m where m.from_status = old.status and m.to_status = new.status) then
    raise exception 'a ticket cannot go from % to %', old.status, new.status using errcode = '23514',
      hint = 'legal from ' || old.status || ': ' || (select string_agg(distinct m.to_status, ', ')
        from public.ticket_moves() m where m.from_status = old.status and m.to_status <> old.status);
  end if;
  new.updated_at := now();
  if old.status = 'closed' then new.merged_into := null; end if;         -- it is a ticket of its own again
  -- As keep_waiting does for the event of it. But of an UPDATE by hand not there: it may wait for nobody, and another update of
  -- this row would wait for its customer, as the foreign key is then checked once more.
  if new.status in ('waiting_customer', 'resolved', 'closed') then
    new.waits_since := now();
    new.answer_due := false;
  elsif old.status in ('resolved', 'closed') and not old.answer_due then
    new.waits_since := now();
    new.answer_due := true;
  end if;
  return new;
end $$;

create trigger check_status_change before update of status on public.tickets
  for each row when (old.status is distinct from new.status) execute function public.check_status_change();

create function public.record_status_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  -- Set by move_ticket for this transaction only. If it is not set, a technician has updated the row in Supabase Studio.
  insert into public.ticket_events (ticket_id, kind, actor, author, author_address, action, assignee, from_status, to_status, body,
    wamid, key)
  select new.id, case when public.assigns(move->>'action') then 'assigned' else 'status' end,
         coalesce(move->>'actor', 'technician'), move->>'author', move->>'author_address', move->>'action', move->>'assignee',
         old.status, new.status, move->>'body', move->>'wamid', move->>'key'
    from (select nullif(current_setting('mostrador.status_change', true), '')::jsonb as move) given;
  perform set_config('mostrador.status_change', '', true);
  return null;
end $$;

create trigger record_status_change after update of status on public.tickets
  for each row when (old.status is distinct from new.status) execute function public.record_status_change();

create function public.match_assignee() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.assignee_address := lower(new.assignee_address);
  if current_setting('mostrador.assignment', true) = 'recorded' then return new; end if;
  -- In Supabase Studio: if one of the two was left as it was, it is that of somebody else.
  if new.assignee is distinct from old.assignee and new.assignee_address is not distinct from old.assignee_address then
    new.assignee_address := null;
  elsif new.assignee is not distinct from old.assignee then
    new.assignee := null;
  end if;
  return new;
end $$;

create trigger match_assignee before update of assignee, assignee_address on public.tickets
  for each row when ((old.assignee, old.assignee_address) is distinct from (new.assignee, new.assignee_address))
  execute function public.match_assignee();

create function public.assign_ticket(p_ticket bigint, p_name text, p_address text) returns void
language plpgsql set search_path = '' as $$
begin
  perform set_config('mostrador.assignment', 'recorded', true);
  update public.tickets set assignee = p_name, assignee_address = p_address where id = p_ticket;
  perform set_config('mostrador.assignment', '', true);
end $$;
comment on function public.assign_ticket is
  'Who has a ticket, locked by the caller, from now on. An event of the caller records it; of an UPDATE by hand a trigger does.';

create function public.is_untaken(p_assignee text, p_address text, p_technicians text[]) returns boolean
language sql immutable as $$
  select coalesce(p_address <> all (p_technicians), coalesce(p_assignee, p_address) is null)
$$;
comment on function public.is_untaken is
  'Whether nobody has a ticket. p_technicians: all addresses of the setting; who is no longer among them is nobody. Null: not known.';

create function public.change_is_allowed(p_status text, p_kind text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if p_kind in ('close', 'fixed', 'reopen') then
    return exists (select from public.ticket_moves() m where m.action = p_kind and m.from_status = p_status);
  end if;
  return p_kind <> 'rating' or p_status in ('resolved', 'closed');
end $$;
comment on function public.change_is_allowed is 'Whether the owner of a ticket in this status may do this to it.';

create function public.move_ticket(
  p_ticket public.tickets, p_actor text, p_action text, p_body text, p_author text, p_key text, p_wamid text,
  p_to text default null, p_author_address text default null, p_assignee text default null
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_to    text := coalesce(p_to, (select m.to_status from public.ticket_moves() m
                                   where m.action = p_action and m.from_status = p_ticket.status));
  v_event bigint;
begin
  if v_to is null then return null; end if;
  if v_to <> p_ticket.status then
    perform set_config('mostrador.status_change', jsonb_build_object('actor', p_actor, 'action', p_action, 'body', p_body,
      'author', p_author, 'author_address', p_author_address, 'assignee', p_assignee, 'key', p_key, 'wamid', p_wamid)::text, true);
    update public.tickets set status = v_to where id = p_ticket.id;
    select max(id) into v_event from public.ticket_events where ticket_id = p_ticket.id;
  else
    insert into public.ticket_events (ticket_id, kind, actor, author, author_address, action, assignee, body, wamid, key)
    values (p_ticket.id, case when public.assigns(p_action) then 'assigned' else 'answer' end, p_actor, p_author, p_author_address,
      p_action, p_assignee, p_body, p_wamid, p_key)
    returning id into v_event;
    update public.tickets set updated_at = now() where id = p_ticket.id;
  end if;
  return v_event;
end $$;
comment on function public.move_ticket is
  'One action on a ticket, locked by the caller: the change if there is one, and the event. Null if its status forbids it.';

create function public.insert_attachments(p_ticket bigint, p_event bigint, p_attachments jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_code text := (select t.code from public.tickets t where t.id = p_ticket);
begin
  insert into public.attachments
    (ticket_id, event_id, kind, media_id, mime_type, sha256, filename, caption, latitude, longitude, place, object)
  select p_ticket, p_event, a->>'kind', a->>'media_id', a->>'mime_type', a->>'sha256', a->>'filename', a->>'caption',
         (a->>'latitude')::double precision, (a->>'longitude')::double precision, a->>'place',
         case when a->>'kind' <> 'location' then v_code || '/' || gen_random_uuid() end
    from jsonb_array_elements(p_attachments) with ordinality as given(a, n) order by n;
end $$;
comment on function public.insert_attachments is 'What a customer sent with a ticket. Each file is then stored: 58_files.sql.';

create function public.open_ticket(p_customer bigint, p_wamid text, p_ticket jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_ticket bigint;
  v_event  bigint;
begin
  insert into public.tickets (code, customer_id, wamid, summary, description, language, wants_human)
  values (p_ticket->>'code', p_customer, p_wamid, p_ticket->>'summary', p_ticket->>'description',
          p_ticket->>'language', coalesce((p_ticket->>'wants_human')::boolean, false))
  returning id into v_ticket;
  insert into public.ticket_events (ticket_id, kind, actor, action, body, wamid, parts)
  values (v_ticket, 'created', 'customer', case when (p_ticket->>'wants_human')::boolean then 'human' end, p_ticket->>'description',
    p_wamid, p_ticket->'parts')
  returning id into v_event;
  if jsonb_array_length(p_ticket->'files') > 0 then
    perform public.insert_attachments(v_ticket, v_event, p_ticket->'files');
  end if;
end $$;

create function public.remove_part(p_event public.ticket_events, p_wamid text) returns void
language plpgsql set search_path = '' as $$
declare
  v_part   jsonb := (select part from jsonb_array_elements(p_event.parts) part where part->>'wamid' = p_wamid limit 1);
  v_start  integer := (v_part->>'start')::integer;
  v_length integer := (v_part->>'length')::integer;
  v_file   integer := (v_part->>'file')::integer;
  v_body   text := overlay(p_event.body placing '' from v_start + 1 for v_length);
begin
  if v_body !~ '\S' then v_body := ''; end if;
  delete from public.attachments where v_file is not null and id = (
    select id from public.attachments where event_id = p_event.id order by id offset v_file limit 1);
  update public.ticket_events set body = v_body,
    deleted = v_body = '' and not exists (select from public.attachments a where a.event_id = p_event.id),
    parts = (select coalesce(jsonb_agg(part
        || case when (part->>'start')::integer > v_start
             then jsonb_build_object('start', (part->>'start')::integer - v_length) else '{}' end
        || case when (part->>'file')::integer > v_file
             then jsonb_build_object('file', (part->>'file')::integer - 1) else '{}' end), '[]')
      from jsonb_array_elements(p_event.parts) part where part is distinct from v_part)
   where id = p_event.id;
  update public.tickets set description = v_body, summary = left(btrim(regexp_replace(v_body, '\s+', ' ', 'g')), 80)
   where id = p_event.ticket_id;
end $$;
comment on function public.remove_part is
  'Removes from a report the words and the file of one of its messages: Draft.without of state/model/draft_part.py, in the database.';

create function public.delete_message(p_customer bigint, p_wamid text, p_deletion text) returns void
language plpgsql set search_path = '' as $$
declare
  v_event public.ticket_events;
begin
  for v_event in
    select e.* from public.ticket_events e join public.tickets t on t.id = e.ticket_id
     where t.customer_id = p_customer and e.actor = 'customer' and not e.deleted
       and (e.parts @> jsonb_build_array(jsonb_build_object('wamid', p_wamid))
            or e.wamid = p_wamid and (e.kind = 'note' or e.kind in ('human', 'status') and e.body is not null))
     order by e.id
  loop
    if v_event.kind = 'created' then
      perform public.remove_part(v_event, p_wamid);
    else
      delete from public.attachments where event_id = v_event.id;
      update public.ticket_events set body = null, deleted = kind in ('note', 'correction') where id = v_event.id;
    end if;
    if not exists (select from public.ticket_events where ticket_id = v_event.ticket_id and wamid = p_deletion) then
      insert into public.ticket_events (ticket_id, kind, actor, wamid)
      values (v_event.ticket_id, 'deletion', 'customer', p_deletion);
      update public.tickets set updated_at = now() where id = v_event.ticket_id;
    end if;
  end loop;
end $$;
comment on function public.delete_message is
  'The customer has deleted a message for everybody: its words and files go from their tickets, and an event in each says so.';

create function public.change_ticket(p_ticket public.tickets, p_wamid text, p_change jsonb) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_corrects boolean := p_change->>'kind' = 'correction';
  -- The words of a message that was edited before they were in the ticket are that message's.
  v_wamid    text := case when v_corrects then p_wamid else coalesce(p_change->>'of', p_wamid) end;
  v_event    bigint;
begin
  if p_change->>'kind' in ('close', 'fixed', 'reopen') then
    v_event := public.move_ticket(p_ticket, 'customer', p_change->>'kind', nullif(p_change->>'text', ''), null, null, v_wamid);
    if v_event is null then return false; end if;
  elsif p_change->>'kind' = 'full' then
    insert into public.ticket_events (ticket_id, kind, actor, wamid) values (p_ticket.id, 'full', 'system', p_wamid);
  elsif p_change->>'kind' = 'deletion' then
    perform public.delete_message(p_ticket.customer_id, p_change->>'of', p_wamid);
  else
    if p_ticket.status = 'waiting_customer' and p_change->>'kind' in ('note', 'human') then       -- they have replied
      perform public.move_ticket(p_ticket, 'customer', null, null, null, null, p_wamid, 'in_progress');
    end if;
    insert into public.ticket_events (ticket_id, kind, actor, body, wamid, parts)
    values (p_ticket.id, p_change->>'kind', 'customer', coalesce(p_change->>'rating', nullif(p_change->>'text', '')), v_wamid,
      case when v_corrects then jsonb_build_array(jsonb_build_object('wamid', p_change->>'of')) end)
    returning id into v_event;
    update public.tickets set updated_at = now(), wants_human = wants_human or p_change->>'kind' = 'human',
      rating = coalesce((p_change->>'rating')::smallint, rating)
     where id = p_ticket.id;
  end if;
  if jsonb_array_length(p_change->'files') > 0 then
    perform public.insert_attachments(p_ticket.id, v_event, p_change->'files');
  end if;
  return true;
end $$;
comment on function public.change_ticket is
  'Applies the owner''s change to a ticket locked by the caller: add a note, ask for a person, close, confirm the fix, reopen, rate, correct or delete a message; or notes that no more was kept today. False if the status forbids it.';

-- Caps on what one customer adds to one ticket within a day, so that its page and its e-mails stay readable. The report itself does
-- not count.

create function public.max_notes_per_day() returns integer
language sql immutable as $$ select 200 $$;

create function public.max_characters_per_day() returns integer
language sql immutable as $$ select 100000 $$;

create function public.max_files_per_day() returns integer
language sql immutable as $$ select 50 $$;

create function public.is_from_technician(p_file public.attachments) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.ticket_events e where e.id = p_file.event_id and e.actor = 'technician');
end $$;
comment on function public.is_from_technician is 'Whether a technician sent this file: then it counts for nothing of the customer''s.';

create function public.why_not_kept(p_ticket bigint, p_change jsonb) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_text       text    := coalesce(p_change->>'text', '');
  v_files      integer := coalesce(jsonb_array_length(p_change->'files'), 0);
  v_notes      integer;
  v_characters integer;
  v_told       boolean;
begin
  if v_text = '' and v_files = 0 and p_change->>'kind' not in ('note', 'human', 'correction') then return null; end if;
  -- Of the latest events only, which are those of today whenever there are many.
  select count(*) filter (where e.actor = 'customer'), coalesce(sum(length(e.body)) filter (where e.actor = 'customer'), 0),
         coalesce(bool_or(e.kind = 'full'), false)
    into v_notes, v_characters, v_told
    from (select * from public.ticket_events where ticket_id = p_ticket
           order by id desc limit 2 * public.max_notes_per_day()) e
   where e.created_at > now() - interval '1 day' and e.kind <> 'created';
  if v_notes < public.max_notes_per_day() and v_characters + length(v_text) <= public.max_characters_per_day()
     and (v_files = 0 or v_files <= public.max_files_per_day() - (
       select count(*) from (select f.created_at from public.attachments f
                              where f.ticket_id = p_ticket and not public.is_from_technician(f)
                              order by f.id desc limit public.max_files_per_day()) a
        where a.created_at > now() - interval '1 day')) then
    return null;
  end if;
  return case when v_told then 'ticket_full_told' else 'ticket_full' end;
end $$;
comment on function public.why_not_kept is
  'Null if what the owner adds is kept; ticket_full beyond what fits in a day, ticket_full_told if the ticket says so already.';

create function public.ticket_view(p_ticket public.tickets) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('code', p_ticket.code, 'status', p_ticket.status, 'summary', p_ticket.summary,
    'wants_human', p_ticket.wants_human, 'created_at', p_ticket.created_at, 'updated_at', p_ticket.updated_at,
    'rating', p_ticket.rating, 'assignee', p_ticket.assignee,
    'said', (select jsonb_build_object('text', e.body, 'author', e.author) from public.ticket_events e
              where e.ticket_id = p_ticket.id and e.actor = 'technician' and e.kind in ('status', 'answer') and e.body is not null
              order by e.id desc limit 1),
    'latest', (select jsonb_build_object('kind', e.kind, 'actor', e.actor, 'author', e.author, 'action', e.action,
                  'to_status', e.to_status, 'at', e.created_at)
                 from public.ticket_events e
                where e.ticket_id = p_ticket.id
                  and (e.kind in ('created', 'note', 'human', 'status', 'answer', 'rating', 'correction')
                       or e.action = 'take' and e.author = p_ticket.assignee)
                order by e.id desc limit 1));
end $$;
comment on function public.ticket_view is
  'What a customer may see of their ticket: said, what technicians wrote last; latest, what happened last. Nothing of what is '
  'among technicians.';
