-- The whole schema: the files of supabase/schemas, in the order of their names. `make baseline` writes this file from them, until
-- the first release; from then on it stays as it is, and each change is a migration of its own.

-- Customers and their conversations. They have no account here: only the function's secret key can access these tables.
--
-- A customer's row is the lock for all their data. To avoid deadlocks every transaction locks in the same order:
--
--   1. aliases, in the order of their keys      lock_people: only if something about a person is new
--   2. customers, by id                         their conversation and their messages need no lock of their own
--   3. tickets, by id
--   4. outbox rows, by id
--   5. lanes, in the order of their keys        lease_lanes: its holder waits for nobody
--
--   commit_turn         1 and 2 (identify_customer), 3 (the changed ticket; all of theirs to erase), 4, 5
--   link_identity       1, 2, and 3 and 4 of several people together (lock_people); so do commit_turn and learn_number
--   open_ticket_for     1, 2, and 3 and 4 of several people together, 5
--   act_on_ticket       2, 3 (all of theirs to merge), 4 (what waits in the lane of notifications; and what notify_customer and
--                       notify_colleague can have without waiting), 5
--   erase_person        2, 3, 4
--   finish_outbox       2 (of notifications), 4, 5; confirm_outbox and mark_sent too, many rows at once: after a while without those
--                       that somebody holds
--   receive_mail        3, 5; finish_mail 3, 5 (both share the ticket, and lock the e-mail after it); act_on_ticket is called in
--                       between, by itself
--   retry, drop_outbox  3, 4; resume_channel 4; record_mail_failure 3
--   an UPDATE by hand   3, and then whatever can be had of 2 and 4 without waiting (both of these)
--   claim_outbox, lease_waiting, release_templates, purge_expired, report_dead, and marks that ride with a turn: skip what is
--                       locked
--   apply_retention     2, 4; 3, 4: skips what is locked, and gives up where a foreign key would wait
--
-- Whatever inserts rows into a customer's lane locks the customer first, so that the order of ids is the order of commits. What a
-- message or a technician waits for gives up after lock_timeout, which each of these functions sets: well before the function's
-- own time-out (state/store/client.py), so that nobody else runs out of connections. Meta then delivers again.

create table public.customers (
  id         bigint generated always as identity primary key,
  user_id    text unique,                                  -- Meta's BSUID, "MX.4f9a..."; never shown, never in a log
  wa_id      text unique,                                  -- phone number, digits only; missing for people with a username
  name       text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint customers_has_alias check (user_id is not null or wa_id is not null)
);
comment on table public.customers is 'A person who writes to the desk, with two aliases: BSUID and phone number.';

create table public.conversations (
  customer_id     bigint primary key references public.customers on delete cascade,
  version         bigint not null default 0,               -- incremented by every turn and every fact; detects concurrent turns
  session         jsonb not null default '{}'::jsonb,      -- written by the dialogue alone
  facts           jsonb not null default '[]'::jsonb,      -- what has happened to their tickets since: see append_fact
  tokens          numeric not null default 20,             -- token bucket: how many bubbles may be sent now; below 0: that many wait
  tokens_at       timestamptz not null default now(),      -- when the newest message was written: both buckets are filled up to then
  throttled_at    timestamptz,                             -- when they were last told that a message was not kept
  last_inbound_at timestamptz,                             -- opens Meta's 24-hour window: see service_window
  updated_at      timestamptz not null default now(),
  room            numeric not null default 'infinity',     -- token bucket: how many messages will be kept now; full at first
  bubbles         integer not null default 0,              -- how many replies they have had, or will, since bubbles_since
  bubbles_since   timestamptz                              -- when their day of replies began; it lasts 24 hours
) with (fillfactor = 70);                                  -- room to update a row within its page
comment on table public.conversations is 'The dialogue state of each customer. The in-memory LRU is a copy of this.';

alter table public.customers     enable row level security;
alter table public.conversations enable row level security;

create function public.number_lifetime() returns interval
language sql immutable as $$ select interval '90 days' $$;
comment on function public.number_lifetime is
  'For so long after somebody''s last message their number alone says that it is them: carriers give silent numbers to others.';

create function public.number_is_theirs(p_customer public.customers) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  -- A message under the BSUID alone counts, too: whoever changes their number gets another BSUID.
  return coalesce((select v.last_inbound_at from public.conversations v where v.customer_id = p_customer.id), p_customer.created_at)
    > now() - public.number_lifetime();
end $$;
comment on function public.number_is_theirs is
  'Whether a message that names this customer''s number, and not their BSUID, is from them, and not from its next owner.';

create function public.number_forms(p_number text) returns text[]
language plpgsql immutable strict set search_path = '' as $$
begin
  return case
    when p_number ~ '^521?[2-9][0-9]{9}$' then array['521' || right(p_number, 10), '52' || right(p_number, 10)]
    when p_number ~ '^549?[1-3][0-9]{9}$' then array['549' || right(p_number, 10), '54' || right(p_number, 10)]
    when p_number ~ '^55[1-9][1-9]9?[6-9][0-9]{7}$' then
      array[left(p_number, 4) || '9' || right(p_number, 8), left(p_number, 4) || right(p_number, 8)]
    else array[p_number] end;
end $$;
comment on function public.number_forms is
  'The forms in which one number is written, digits only, the likeliest in WhatsApp first: Mexico with 1 and Argentina with 9 after '
  'the country''s code, which is not dialled, and mobiles in Brazil with the ninth digit, which old accounts lack.';

create function public.has_written(p_customer bigint) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return coalesce((select v.last_inbound_at is not null from public.conversations v where v.customer_id = p_customer), false);
end $$;
comment on function public.has_written is
  'False of somebody for whom a technician has opened a ticket and who has not written yet: they get its code, and nothing else.';

create function public.find_customer(p_user_id text, p_wa_id text) returns bigint
language plpgsql stable set search_path = '' as $$
declare
  v_id bigint;
begin
  select c.id into v_id from public.customers c where c.user_id = p_user_id;
  if not found then
    -- The same number with another BSUID is another person: numbers are reassigned.
    select c.id into v_id from public.customers c
     where c.wa_id = p_wa_id and (c.user_id is null or p_user_id is null) and public.number_is_theirs(c);
  end if;
  if v_id is null and cardinality(public.number_forms(p_wa_id)) > 1 then
    -- Nobody we know. A technician may have typed their number, in another of its forms, for a ticket.
    select c.id into v_id from public.customers c
     where c.wa_id = any (public.number_forms(p_wa_id)) and c.user_id is null and not public.has_written(c.id)
       and public.number_is_theirs(c);
  end if;
  return v_id;
end $$;
comment on function public.find_customer is 'The customer these aliases belong to, or null. Changes and locks nothing.';

-- When technicians are away, or their mailbox refuses our e-mails. Who the technicians are says the setting SUPPORT_EMAIL_TO, which the
-- database does not know.

create table public.technicians (
  address    text primary key,                             -- lower case
  away_until timestamptz not null
);
comment on table public.technicians is 'Technicians who are, or were, away: until then e-mails about their tickets go to all.';

create table public.mail_failures (
  event_id text primary key,                               -- of Resend's webhook: an event may come twice
  address  text not null,                                  -- lower case; a technician's or an operator's
  kind     text not null,
  reason   text,
  at       timestamptz not null default now(),
  constraint mail_failures_kind_known check (kind in (
    'bounced', 'suppressed',                               -- Resend sends nothing more to an address that once refused an e-mail
    'failed',                                              -- Resend could not send it
    'complained'))                                         -- it arrived, and was reported as spam
);
create index mail_failures_of_address on public.mail_failures (address, at desc);
create index mail_failures_by_age on public.mail_failures (at);
comment on table public.mail_failures is 'E-mails that Resend took and that did not reach who they were for, as its webhook reports it.';

alter table public.technicians   enable row level security;
alter table public.mail_failures enable row level security;

create function public.is_away(p_address text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.technicians a where a.address = p_address and a.away_until > now());
end $$;

create function public.mail_failure_lasts(p_kind text default null) returns interval
language sql immutable as $$ select case p_kind when 'failed' then interval '2 hours' else interval '3 days' end $$;
comment on function public.mail_failure_lasts is
  'For so long an address counts as one that nothing reaches. Then it is tried alone again: nothing tells when its owner has mended it. '
  'What Resend could not send may be because of its quota or our domain: each such e-mail goes to all, which takes more of the quota.';

create function public.was_refused(p_address text, p_at timestamptz, p_but text default null) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.mail_failures f where f.address = p_address and f.event_id is distinct from p_but
    and f.at between p_at - public.mail_failure_lasts(f.kind) and p_at);
end $$;
comment on function public.was_refused is 'Whether nothing reached an address at that time, as far as was known. p_but: an event that does not count.';

create function public.is_out_of_reach(p_address text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return public.is_away(p_address) or public.was_refused(p_address, now());
end $$;
comment on function public.is_out_of_reach is 'Whether e-mails about the tickets of this technician go to all: they are away, or their mailbox refuses ours.';

create function public.set_away(p_address text, p_until timestamptz) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if p_until is null then
    delete from public.technicians where address = lower(p_address);
  else
    insert into public.technicians (address, away_until) values (lower(p_address), p_until)
    on conflict (address) do update set away_until = excluded.away_until;
  end if;
  return public.is_away(lower(p_address));
end $$;
comment on function public.set_away is 'A technician is away until then, or (null) is back. Returns whether they are away now.';

create function public.absences() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_object_agg(a.address, a.away_until), '{}') from public.technicians a where a.away_until > now()
$$;
comment on function public.absences is 'Until when technicians are away, by address; only those who are.';

create function public.technician_id(p_address text) returns text
language sql stable as $$ select left(encode(sha256(convert_to(lower(p_address), 'UTF8')), 'hex'), 12) $$;
comment on function public.technician_id is 'Stands for an address where no name may be read: Technician.id of state/model/technician.py, in the database.';

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

-- Canned answers: texts that technicians put into the form on a ticket's page. They say nothing of a customer.

create table public.answers (
  name       text primary key,
  language   text not null,
  body       text not null,
  updated_at timestamptz not null default now(),
  constraint answers_name_fits check (length(name) between 1 and 60),
  constraint answers_language_known check (language in ('es', 'en', 'pt')),
  constraint answers_body_fits check (length(body) between 1 and 3000)
);
comment on table public.answers is 'Texts for technicians to send: python -m ops answers.';

alter table public.answers enable row level security;

create function public.list_answers() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(a) order by a.name), '[]') from public.answers a
$$;
comment on function public.list_answers is 'All canned answers, by name.';

create function public.load_answer(p_name text) returns text
language sql stable set search_path = '' as $$
  select a.body from public.answers a where a.name = p_name
$$;
comment on function public.load_answer is 'The text of a canned answer, or null.';

create function public.set_answer(p_name text, p_language text, p_body text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if (select count(*) from public.answers where name <> p_name) >= 200 then return false; end if;
  insert into public.answers (name, language, body) values (p_name, p_language, p_body)
  on conflict (name) do update set language = excluded.language, body = excluded.body, updated_at = now();
  return true;
end $$;
comment on function public.set_answer is 'Stores a canned answer under its name. False beyond 200: they are one list on the page.';

create function public.remove_answer(p_name text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  delete from public.answers where name = p_name;
  return found;
end $$;
comment on function public.remove_answer is 'Deletes a canned answer. False if there is none of this name.';

-- The messages received, by their wamid.

create table public.inbound (
  wamid       text primary key,
  customer_id bigint references public.customers on delete set null,
  sent_at     timestamptz,                                 -- Meta's timestamp
  version     bigint,                                      -- conversation version after this message
  outcome     text not null default 'done',                -- edited, deleted: that came before the message; or it was deleted since
  ticket      text,                                        -- the ticket it opened or changed
  payload     text,                                        -- poison only: the item as received, for a person to see
  reason      text,
  received_at timestamptz not null default now(),
  edited_at   timestamptz,                                 -- when its author last edited it, by Meta's timestamp
  constraint inbound_outcome_known check (outcome in ('done', 'throttled', 'poison', 'edited', 'deleted'))
);
create index inbound_of_customer on public.inbound (customer_id);
create index inbound_by_age on public.inbound (received_at);
create index inbound_poison on public.inbound (received_at) where outcome = 'poison';
comment on table public.inbound is 'Every message received, by wamid, so that a second delivery is harmless. Kept 30 days (Meta redelivers for 7).';

alter table public.inbound enable row level security;

create function public.record_poison(p_key text, p_payload text, p_reason text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  insert into public.inbound (wamid, outcome, payload, reason) values (p_key, 'poison', p_payload, p_reason)
  on conflict (wamid) do nothing;
  return found;
end $$;
comment on function public.record_poison is 'Stores a signed item that cannot be processed, for the operator. False if it was stored before.';

create function public.record_edit(
  p_wamid text, p_customer bigint, p_sent_at timestamptz, p_ticket text, p_deleted boolean
) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.inbound as i (wamid, customer_id, sent_at, ticket, outcome, edited_at)
  values (p_wamid, p_customer, p_sent_at, p_ticket, case when p_deleted then 'deleted' else 'edited' end, p_sent_at)
  on conflict (wamid) do update set
    outcome = case when p_deleted then 'deleted' else i.outcome end,
    ticket = coalesce(i.ticket, excluded.ticket),
    edited_at = greatest(i.edited_at, excluded.edited_at);
end $$;
comment on function public.record_edit is
  'Notes that a message was edited or deleted. Meta gives no order: if the message itself comes later, it is a second delivery.';

create function public.record_deletion(p_wamid text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_known boolean;
begin
  insert into public.inbound (wamid, outcome) values (p_wamid, 'deleted') on conflict (wamid) do nothing;
  v_known := not found;
  if v_known then update public.inbound set outcome = 'deleted' where wamid = p_wamid and outcome in ('done', 'edited'); end if;
  return not v_known;
end $$;
comment on function public.record_deletion is
  'A message was deleted of which nothing is kept: if it comes only now, nothing will be. Of nobody, so that a person who was '
  'erased is not back. False if it was processed before, or is just now: what is kept of it has to be looked up again.';

-- The outbox: everything that leaves is a row here, put in by the transaction that decides it.
--
--   ready --lease--> sending --result--> sent | ready (later) | unknown | dead
--   sending, lease expired ------------> unknown: it may or may not have left
--   unknown --delivery status----------> sent
--   unknown, no status in the grace----> sent again, or dropped when the customer has had a newer reply
--   sent, failed reported -------------> ready | dead, unless it was reported as delivered or read before
--
-- How rows are rendered. All attempts of a row send the same bytes, because a second attempt under the same key must be the
-- same message. A reply is rendered when its turn is committed: its row holds the request. What tells of ticket events is
-- rendered when it is sent: its row holds the ids of the events, which never change, and more events may join until the first
-- attempt. Outside the service window the approved template leaves in its place.
--
-- A row of channel email is one occasion. When it leaves it becomes one e-mail for each technician whom it concerns, under its key
-- and theirs; it is done when all are taken. Another attempt sends all of them again, and Resend nothing twice.
--
-- A row of channel storage is something to be done with a file in Supabase Storage: 58_files.sql. One of channel inbox has an e-mail
-- of a technician fetched, and done what it says: 42_received_mails.sql.

create type public.delivery_proof as enum ('sent', 'delivered', 'read');     -- each proves what stands before it
comment on type public.delivery_proof is 'What Meta has reported of a message; also the oldest of these proves that it left.';

create table public.outbox (
  id           bigint generated always as identity primary key,
  dedup_key    text not null unique,                       -- Resend's Idempotency-Key, WhatsApp's biz_opaque_callback_data
  lane         text not null,                              -- rows with the same lane leave one after the other, by id
  channel      text not null,
  content      text not null default 'rendered',
  customer_id  bigint references public.customers on delete set null,
  ticket_id    bigint references public.tickets on delete set null,   -- what it is about: an answer that quotes it is, too
  wamid        text,                                       -- the message it answers
  body         text,                                       -- rendered: the request
  template     text,                                       -- rendered: the request with the approved template, if there is one
  as_template  boolean not null default false,             -- the service window is closed: the template is sent
  events       bigint[],                                   -- what is rendered later: the ticket events that it tells
  repeat       boolean not null default true,              -- after an unclear attempt without a status: resend even if stale
  held         boolean not null default false,             -- waits for the customer's next message (a notification: for their first), and as a template for its next try
  status       text not null default 'ready',
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),         -- due: to be sent, or its lease or its wait for a status ends
  lease_token  uuid,
  first_attempt_at timestamptz,
  window_until timestamptz,                                -- when the service window closes, as far as is known; not of a template
  provider_id  text,
  refused_id   text,                                       -- provider's id of an attempt that failed after acceptance
  last_error   text,
  scrub        boolean not null default false,             -- the customer was erased: clear the content once sent
  created_at   timestamptz not null default now(),
  done_at      timestamptz,
  reported_at  timestamptz,                                -- when a dead row was logged for the operator
  yields       boolean not null default false,             -- while it waits, the reply to a later message takes its place
  tried        boolean not null default false,             -- has been leased: nothing more is gathered in it, even if no try counted
  proof        public.delivery_proof,                      -- the best that Meta has reported of it
  refusals     integer not null default 0,                 -- how often Meta refused its recipient
  refused_at   timestamptz,                                -- when it first did
  asks         boolean,                                    -- a reply: whether it asks the question that is open; null: none is
  waits_since  timestamptz,                                -- a reply that waits for the next line: since the first it stands for
  recipient    text,                                       -- address of the one technician it is for; null: of all whom it concerns
  emails       smallint,                                   -- how many e-mails it became, once that is known
  object       text,                                       -- the file that it is about: attachments.object
  bytes        bigint,                                     -- kept in Storage for what is announced: of an answer's first removal, for all
  constraint outbox_key_fits check (length(dedup_key) between 1 and 256),
  constraint outbox_channel_known check (channel in ('whatsapp', 'email', 'storage', 'inbox')),
  constraint outbox_status_known check (status in ('ready', 'sending', 'unknown', 'sent', 'dead')),
  constraint outbox_content_known check (content in (
    'rendered',                                            -- a request: a reply
    'notification',                                        -- tells a customer what technicians did
    'full_text',                                           -- the words that a template had no room for
    'file',                                                -- a file from a technician, for a customer
    'store', 'remove',                                     -- a customer's file is fetched and stored; an object is removed
    'transcribe',                                          -- a stored voice note gets its transcript
    'opened',                                              -- tells technicians of a new ticket
    'update', 'human',                                     -- what a customer did, or who has it now; that they ask for a person
    'undelivered',                                         -- tells a technician that their words did not reach the customer
    'link',                                                -- a fresh link to a ticket's page, for technicians
    'desk_link',                                           -- a link to the list of tickets, for one technician
    'digest',                                              -- the tickets beyond the cap on e-mails
    'received',                                            -- an e-mail of a technician is fetched, and done what it says
    'mail_result')),                                       -- tells its author what became of it
  constraint outbox_body_if_rendered check (content = 'rendered' or body is null and template is null),
  constraint outbox_object_if_file check ((content in ('file', 'store', 'remove', 'transcribe')) = (object is not null)),
  constraint outbox_held_until_sent check (not held or status = 'ready')
);
-- An index on an open row only is left as soon as the row is sent.
create index outbox_open_lanes on public.outbox (lane, id) where status in ('ready', 'sending', 'unknown') and not held;
create index outbox_due on public.outbox (next_at) where status in ('ready', 'sending', 'unknown') and not held;
create index outbox_open_of_message on public.outbox (wamid) where status in ('ready', 'sending', 'unknown');
create index outbox_held on public.outbox (customer_id) where held or as_template and status in ('ready', 'sending');
create index outbox_held_templates on public.outbox (next_at) where held and as_template;
create index outbox_held_notifications on public.outbox (id) where held and content = 'notification' and not as_template;
create index outbox_held_files on public.outbox (id) where held and content = 'file';
create index outbox_announced on public.outbox (id) include (bytes) where bytes is not null and status in ('ready', 'sending', 'unknown');
create index outbox_of_object on public.outbox (object) where object is not null;
create index outbox_refused on public.outbox (refused_at) where refused_at is not null;
create index outbox_dead on public.outbox (id) where status = 'dead';
create index outbox_of_provider on public.outbox (provider_id) where provider_id is not null;
create index outbox_of_customer on public.outbox (customer_id, id);
create index outbox_of_ticket on public.outbox (ticket_id) where ticket_id is not null;
create index outbox_emails_by_age on public.outbox (created_at) where channel = 'email';
create index outbox_done_by_age on public.outbox (done_at) where done_at is not null;
comment on table public.outbox is 'Every outgoing message is a row here.';

create table public.channel_pauses (
  channel      text primary key,
  paused_until timestamptz not null,
  error        text,
  claim_at     timestamptz                                 -- only its rate was exceeded: from then on rows are claimed, a few at a time
);
comment on table public.channel_pauses is
  'Channels that refuse the whole account: until then nothing is sent by them, or only what is claimed at the pace of the account.';

alter table public.outbox         enable row level security;
alter table public.channel_pauses enable row level security;

-- Functions that only calculate have no search_path of their own: then Postgres puts them into the calling statement.
create function public.service_window() returns interval
language sql immutable as $$ select interval '23 h 55 min' $$;
comment on function public.service_window is 'Free text may be sent for so long after a customer''s message: Meta''s 24 hours, less the time to send it.';

create function public.max_attempts(p_channel text, p_status text) returns integer
language sql immutable as $$
  select case when p_channel = 'whatsapp' and p_status = 'ready' then 1500 when p_channel = 'storage' then 100 else 20 end
$$;
comment on function public.max_attempts is
  'After how many attempts a row is given up: 20, but a message that was certainly not sent is retried while its window is open, and what is '
  'to be done with a file for the week that Meta keeps it.';

create function public.is_dead_letter(p_content text, p_error text) returns boolean
language sql immutable as $$ select p_content <> 'transcribe' and coalesce(p_error, '') not in ('superseded', 'dropped', 'restored') $$;
comment on function public.is_dead_letter is
  'Whether the operator has to hear of a dead row: not of one that nobody wants any more, or that somebody has given up on purpose, nor of a voice note without a transcript.';

create function public.email_key_lifetime() returns interval
language sql immutable as $$ select interval '23 h' $$;
comment on function public.email_key_lifetime is 'Resend knows a key for 24 hours; a later attempt could be a second e-mail.';

create function public.retry_pause(p_channel text, p_attempts integer, p_seconds double precision) returns interval
language sql volatile as $$
  -- As long as the provider says, else doubling, with jitter. Up to 2 h; of e-mails 20 attempts last about 16 h on average, within
  -- the life of a key. Replies, for which a customer is waiting: at most a minute, while the service window is open.
  select make_interval(secs => coalesce(p_seconds,
    least(case p_channel when 'whatsapp' then 60 else 7200 end, power(2, least(p_attempts, 20))) * (0.5 + random())))
$$;

create function public.retry_lane(p_content text, p_lane text, p_customer bigint) returns text
language sql immutable as $$
  -- A file that has waited for its customer behind words ("later:") stands before others. They are not to wait for its next try.
  select case when p_content = 'file' and p_customer is not null then 'files:' || p_customer::text else p_lane end
$$;
comment on function public.retry_lane is 'The lane of a row of this customer that was tried, and did not leave.';

create function public.max_refusals() returns integer
language sql immutable as $$ select 6 $$;
comment on function public.max_refusals is 'How often one recipient is refused before the row is given up: for an hour and a half.';

create function public.refusal_pause(p_refusals integer) returns double precision
language sql immutable as $$ select 15 * power(4, p_refusals - 1) $$;
comment on function public.refusal_pause is 'The seconds until a refused recipient is tried again: 15, 60, 240, ...';

create function public.max_refused_recipients() returns integer
language sql immutable as $$ select 3 $$;
comment on function public.max_refused_recipients is 'So many recipients refused in a row, and nobody accepted in between, are a refusal of the account.';

create function public.has_template(p_content text, p_template text, p_as_template boolean) returns boolean
language sql immutable as $$
  select (p_content = 'notification' or p_template is not null) and not p_as_template
$$;
comment on function public.has_template is 'Whether a row that may not be sent as free text can be sent as a template.';

create function public.is_paused(p_channel text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.channel_pauses p where p.channel = p_channel and p.paused_until > now());
end $$;

create function public.emails_per_second() returns integer
language sql immutable as $$ select 10 $$;
comment on function public.emails_per_second is 'What Resend accepts from an account, however many instances send.';

create function public.pause_channel(p_channel text, p_limited boolean, p_seconds double precision, p_error text) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.channel_pauses as p (channel, paused_until, error, claim_at)
  values (p_channel, now() + make_interval(secs => p_seconds + case when p_limited then 60 else 0 end), p_error,
    case when p_limited then now() + make_interval(secs => p_seconds) end)
  on conflict (channel) do update set
    paused_until = greatest(p.paused_until, excluded.paused_until),
    claim_at = case when excluded.claim_at is not null then greatest(p.claim_at, excluded.claim_at) end,
    error = case when excluded.paused_until > p.paused_until then excluded.error else p.error end
   where excluded.claim_at is null or p.claim_at is not null or p.paused_until <= now();
end $$;
comment on function public.pause_channel is
  'The account is refused for so many seconds. p_limited: only its rate was exceeded; then claims go on at its pace, and new rows '
  'wait for them until all that waited has left (or for a minute, should nobody claim). A pause never ends earlier by another.';

create function public.complete_outbox_row() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.done_at := coalesce(new.done_at, now());
  new.lease_token := null;
  new.held := false;
  if new.status = 'sent' then new.refused_at := null; end if;
  if new.scrub then
    new.body := null;
    new.template := null;
  end if;
  return new;
end $$;

create trigger complete_outbox_row before update on public.outbox
  for each row when (new.status in ('sent', 'dead') and (new.done_at is null or new.lease_token is not null or new.held or new.scrub
    or new.status = 'sent' and new.refused_at is not null))
  execute function public.complete_outbox_row();

-- Caps for one customer: bubbles, messages that are kept, and tickets (each is an e-mail to the technicians). And one on e-mails in
-- total.

create function public.bubbles_at_once() returns integer
language sql immutable as $$ select 20 $$;
comment on function public.bubbles_at_once is 'The number of bubbles that may leave at once.';

create function public.bubble_seconds() returns numeric
language sql immutable as $$ select 6.0 $$;
comment on function public.bubble_seconds is 'Then one bubble may leave in so many seconds: Meta''s limit per recipient, which also limits the cost.';

create function public.max_reply_wait() returns interval
language sql immutable as $$ select interval '9 s' $$;
comment on function public.max_reply_wait is
  'For so long a reply may wait for the customer''s next lines, so that who keeps writing is answered, too.';

create function public.max_messages_per_hour() returns integer
language sql immutable as $$ select 600 $$;
comment on function public.max_messages_per_hour is
  'The number of messages in an hour beyond which no more are kept: far more than a person writes, and few enough for the database.';

create function public.max_tickets_per_hour() returns integer
language sql immutable as $$ select 30 $$;

create function public.has_too_many_tickets(p_customer bigint) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return coalesce((select created_at from public.tickets where customer_id = p_customer
    order by id desc offset public.max_tickets_per_hour() - 1 limit 1) > now() - interval '1 hour', false);
end $$;
comment on function public.has_too_many_tickets is
  'Whether no other ticket may be opened for a customer within the hour. They are locked by the caller, so the count cannot change.';

create function public.max_emails_per_hour() returns integer
language sql immutable as $$ select 500 $$;
comment on function public.max_emails_per_hour is 'The number of e-mails per hour beyond which the rest goes into digests.';

create function public.max_digest_events() returns integer
language sql immutable as $$ select 100 $$;
comment on function public.max_digest_events is
  'The number of ticket events in one digest: with as many tickets it has less than the 102 KB that Gmail shows, whatever was written.';

create function public.max_links_per_hour() returns integer
language sql immutable as $$ select 60 $$;
comment on function public.max_links_per_hour is
  'The number of fresh links e-mailed in an hour, and of links to the list. They count for nothing else.';

create function public.cap_emails() returns trigger
language plpgsql set search_path = '' as $$
declare
  -- What has not left yet: a new ticket will be as many as the latest one was, and something else probably one.
  v_opened smallint := coalesce((select o.emails from public.outbox o
    where o.channel = 'email' and o.content = 'opened' and o.emails is not null order by o.created_at desc limit 1), 1);
  v_hour   timestamptz := date_trunc('hour', now()) + interval '1 hour';
  v_number bigint;
begin
  -- Counted without a lock: concurrent inserts may exceed the cap by a few.
  if public.max_emails_per_hour() > (select coalesce(sum(coalesce(emails, case content when 'opened' then v_opened else 1 end)), 0) from (
       select o.emails, o.content from public.outbox o
        where o.channel = 'email' and o.content not in ('digest', 'link', 'desk_link', 'mail_result') and o.created_at > now() - interval '1 hour'
        limit public.max_emails_per_hour()) sent) then
    return new;
  end if;
  if new.events is null then return new; end if;
  -- The latest digest of that hour, and then the next: they leave one after the other, in one lane.
  select greatest(1, count(*)) into v_number from public.outbox
   where lane = 'digest' and status in ('ready', 'sending', 'unknown') and not held and next_at = v_hour;
  loop
    insert into public.outbox (dedup_key, lane, channel, content, events, next_at)
    values ('digest/' || extract(epoch from v_hour)::bigint || '/' || v_number, 'digest', 'email', 'digest', new.events, v_hour)
    -- A digest is never changed after its first attempt: every attempt under a key sends the same e-mail.
    on conflict (dedup_key) do update set events = outbox.events || excluded.events
      where outbox.status = 'ready' and not outbox.tried
        and cardinality(outbox.events) + cardinality(excluded.events) <= public.max_digest_events();
    exit when found;
    v_number := v_number + 1;
  end loop;
  return null;
end $$;
comment on function public.cap_emails is
  'Beyond the cap an e-mail is not inserted: its events go into the digests that are sent at the next full hour.';

-- Links that were asked for, and what became of technicians' e-mails, have caps of their own (mail_link, mail_desk_link, finish_mail):
-- they must not push tickets into the digest.
create trigger cap_emails before insert on public.outbox
  for each row when (new.channel = 'email' and new.content not in ('digest', 'link', 'desk_link', 'mail_result'))
  execute function public.cap_emails();

-- The e-mails with which technicians answer ours. What they wrote is in its ticket, as an answer or a note, and not here.
--
--   Resend's webhook     receive_mail: a row here, and one of channel inbox in the outbox, in one transaction; then 200
--   the outbox           fetches the e-mail, judges it, and does what it says under the key "mail/<id>": a second attempt changes nothing
--   its end              finish_mail: what became of it and, if its author has to hear of that, an e-mail to them, in one transaction

create table public.received_mails (
  id          bigint generated always as identity primary key,
  event_id    text not null unique,                        -- of Resend's webhook: an event may come twice
  message_id  text unique,                                 -- of the e-mail's header: it may be received twice
  email_id    text not null,                               -- Resend gives the e-mail by it
  ticket_id   bigint not null references public.tickets on delete cascade,
  technician  text not null,                               -- whose address it was sent to, lower case
  seen        bigint not null,                             -- the latest event of the ticket that the answered e-mail told
  for_team    boolean not null default false,              -- that e-mail told what technicians say to each other
  received_at timestamptz not null default now(),
  row_id      bigint references public.outbox on delete set null,    -- that fetches it
  done_at     timestamptz,
  outcome     text,                                        -- as MailOutcome in state/model/received_mail.py
  detail      jsonb,                                       -- what its author has to know of that: MailDetail
  told_id     bigint references public.outbox on delete set null,    -- that tells them
  constraint received_mails_done check ((done_at is null) = (outcome is null))
);
create index received_mails_of_ticket on public.received_mails (ticket_id, received_at);
create index received_mails_by_age on public.received_mails (received_at);
create index received_mails_told on public.received_mails (technician, done_at) where told_id is not null;
create index received_mails_of_row on public.received_mails (row_id) where row_id is not null;
create index received_mails_of_told on public.received_mails (told_id) where told_id is not null;
comment on table public.received_mails is 'E-mails that technicians sent to one of their addresses for a ticket, and what became of each. Kept 30 days.';

alter table public.received_mails enable row level security;

create function public.max_mails_per_hour() returns integer
language sql immutable as $$ select 60 $$;
comment on function public.max_mails_per_hour is
  'The number of e-mails in an hour to one address of a technician beyond which no more are fetched: it has become known to somebody.';

create function public.max_told_per_hour() returns integer
language sql immutable as $$ select 10 $$;
comment on function public.max_told_per_hour is
  'How often in an hour a technician is told what became of their e-mails, and how often of those that are not theirs: whatever answers us by itself ends there.';

create function public.received_record(p_row bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('id', m.id, 'email_id', m.email_id, 'code', t.code, 'technician', m.technician, 'seen', m.seen,
      'done', m.done_at is not null, 'has_customer', t.customer_id is not null, 'for_team', m.for_team,
      'said', (select e.id from public.ticket_events e where e.ticket_id = t.id
         and e.key in ('mail/' || m.id || '/answer', 'mail/' || m.id || '/ask', 'mail/' || m.id || '/resolve')))
    from public.received_mails m join public.tickets t on t.id = m.ticket_id where m.row_id = p_row);
end $$;
comment on function public.received_record is 'The e-mail that a row of channel inbox fetches, or null.';

create function public.mailed_record(p_row bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('outcome', m.outcome, 'detail', m.detail, 'seen', m.seen, 'for_team', m.for_team)
    from public.received_mails m where m.told_id = p_row and m.outcome is not null);
end $$;
comment on function public.mailed_record is 'What became of an e-mail, for the row that tells its author; or null, if it is read again.';

-- Who may see the list of all tickets: a cookie, behind a link that is mailed to a technician. Both are signed by the function
-- and stand in no table. What is signed has the number of the epoch in it, so that all of them can be ended at once.

create table public.desk_access (
  one    boolean primary key default true,
  epoch  integer not null default 0,                       -- cookies and links of an earlier one open nothing
  constraint desk_access_one check (one)
);
comment on table public.desk_access is 'One row at most: how often all cookies and links to the list were ended.';
alter table public.desk_access enable row level security;

create function public.desk_epoch() returns integer
language plpgsql stable set search_path = '' as $$
begin
  return coalesce((select a.epoch from public.desk_access a where a.one), 0);
end $$;

create function public.end_desk_access() returns integer
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_epoch integer;
begin
  insert into public.desk_access as a (epoch) values (1) on conflict (one) do update set epoch = a.epoch + 1
  returning a.epoch into v_epoch;
  return v_epoch;
end $$;
comment on function public.end_desk_access is 'Ends every cookie and every link to the list of tickets. Returns the new epoch.';

create function public.desk_link_record(p_row public.outbox) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('recipient', p_row.recipient, 'epoch', public.desk_epoch(), 'written_at', p_row.created_at);
end $$;
comment on function public.desk_link_record is
  'What a link to the list is made of when its e-mail leaves: the row itself holds no token.';

-- The records of tickets, as technicians see them and as notifications are rendered from them.

create function public.events_page(p_ticket bigint, p_before bigint) returns bigint[]
language plpgsql stable set search_path = '' as $$
begin
  return array(select sized.id from (
    select latest.id, row_number() over newest as place, sum(coalesce(octet_length(latest.body), 0)) over newest as bytes
      from (select e.id, e.body from public.ticket_events e
             where e.ticket_id = p_ticket and (p_before is null or e.id < p_before) order by e.id desc limit 50) latest
    window newest as (order by latest.id desc)) sized
    where sized.place = 1 or sized.bytes <= 100000);
end $$;
comment on function public.events_page is
  'The latest events of a ticket before one of them: 50, or fewer if their texts have more than 100,000 bytes.';

create function public.delivery_state(p_row public.outbox) returns text
language plpgsql stable set search_path = '' as $$
begin
  return case
    when p_row.status = 'dead' then 'failed'
    when p_row.status = 'sent' then coalesce(p_row.proof, 'sent')::text
    when p_row.held and p_row.content = 'file' then 'next_message'
    when p_row.held and not p_row.as_template then 'first_message'
    when p_row.held then 'held'
    when p_row.status = 'ready' and not p_row.tried and p_row.next_at > now() then 'waiting'
    else 'leaving' end;
end $$;
comment on function public.delivery_state is 'Where a message to a customer is, as DeliveryState in state/model/ticket.py.';

create function public.file_json(p_file public.attachments) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('id', p_file.id, 'kind', p_file.kind,
    'media_id', case when p_file.uploaded_at is null or p_file.uploaded_at > now() - interval '25 days' then p_file.media_id end, 'mime_type', p_file.mime_type,
    'sha256', p_file.sha256, 'filename', p_file.filename, 'caption', p_file.caption, 'latitude', p_file.latitude,
    'longitude', p_file.longitude, 'place', p_file.place, 'object', p_file.object, 'bytes', p_file.bytes,
    'stored', p_file.stored_at is not null, 'missing', p_file.missing, 'seconds', p_file.seconds, 'transcript', p_file.transcript);
end $$;
comment on function public.file_json is 'An attachment, as StoredFile in state/model/ticket.py.';

create function public.is_wanted(p_object text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.attachments a where a.object = p_object and a.bytes is not null);
end $$;
comment on function public.is_wanted is 'Whether a ticket has this object, or waits for it.';

create function public.file_record(p_object text) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select public.file_json(a) from public.attachments a where a.object = p_object);
end $$;
comment on function public.file_record is 'What a row about a file needs to know; null if the attachment was deleted.';

create function public.file_delivery(p_object text) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('state', public.delivery_state(o), 'template', false) from public.outbox o
           where o.object = p_object and o.content = 'file');
end $$;
comment on function public.file_delivery is 'How a file of a technician reaches the customer; null if it does not, or as long ago as no row is kept.';

create function public.deliveries(p_ticket bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select coalesce(jsonb_object_agg(told.event, told.delivery), '{}') from (
    select distinct on (event) event, jsonb_build_object(
        'state', public.delivery_state(o), 'template', o.as_template) as delivery
      from public.outbox o cross join lateral unnest(o.events) event
     where o.ticket_id = p_ticket and (o.content = 'notification' or o.content = 'full_text' and not o.held)
     order by event, o.id desc) told);
end $$;
comment on function public.deliveries is
  'How the customer is told of each event of a ticket, by its id: state (as DeliveryState in state/model/ticket.py); template: they '
  'have one line of it until they write. Of what was sent within 30 days.';

create function public.ticket_record(p_ticket bigint, p_events bigint[] default null, p_before bigint default null) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_events  bigint[] := p_events;
  v_created bigint;
  v_earlier bigint;
  v_told    jsonb := '{}';
begin
  if v_events is null then
    v_created := (select e.id from public.ticket_events e where e.ticket_id = p_ticket order by e.id limit 1);
    v_events := public.events_page(p_ticket, p_before);
    v_earlier := (select min(id) from unnest(v_events) id);
    if not exists (select from public.ticket_events e
                    where e.ticket_id = p_ticket and e.id < v_earlier and e.id > v_created) then
      v_earlier := null;
    end if;
    v_events := v_events || v_created;             -- the report itself is on every page
    v_told := public.deliveries(p_ticket);
  end if;
  return (select jsonb_build_object(
    'code', t.code, 'status', t.status,
    -- In a notification, the status at its latest event: a later change must not alter the text of the next attempt.
    'status_then', case when p_events is not null then coalesce((
        select e.to_status from public.ticket_events e
         where e.ticket_id = t.id and e.to_status is not null and e.id <= (select max(id) from unnest(p_events) as id)
         order by e.id desc limit 1), 'open') end,
    'summary', t.summary, 'description', case when p_events is null then t.description else '' end, 'wants_human', t.wants_human,
    'urgent', t.urgent, 'category', t.category, 'merged_into', (select m.code from public.tickets m where m.id = t.merged_into),
    'assignee', t.assignee, 'assignee_address', t.assignee_address, 'assignee_away', public.is_out_of_reach(t.assignee_address),
    'rating', t.rating, 'created_at', t.created_at, 'updated_at', t.updated_at,
    'language', coalesce((select v.session->>'language' from public.conversations v where v.customer_id = t.customer_id), t.language),
    'has_written', t.customer_id is null or public.has_written(t.customer_id),
    'window_until', case when p_events is null then (select v.last_inbound_at + public.service_window()
       from public.conversations v where v.customer_id = t.customer_id) end,
    'customer', (select jsonb_build_object('name', c.name, 'wa_id', c.wa_id, 'user_id', c.user_id)
                   from public.customers c where c.id = t.customer_id),
    'actions', to_jsonb(public.possible_actions(t)),
    'events', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', e.id, 'kind', e.kind, 'actor', e.actor, 'author', e.author, 'author_address', e.author_address, 'action', e.action,
        'assignee', e.assignee, 'from_status', e.from_status, 'to_status', e.to_status, 'text', e.body, 'deleted', e.deleted,
        'object', e.object, 'at', e.created_at, 'delivery', v_told->(e.id::text), 'files', (
          select coalesce(jsonb_agg(public.file_json(a) || case when p_events is null and e.actor = 'technician'
              then jsonb_build_object('delivery', public.file_delivery(a.object)) else '{}' end order by a.id), '[]')
            from public.attachments a where a.event_id = e.id)) order by e.id), '[]')
       from public.ticket_events e where e.ticket_id = t.id and e.id = any (v_events)),
    'earlier', v_earlier,
    'waiting', (select count(*) from public.outbox o where o.ticket_id = t.id and o.status in ('ready', 'sending', 'unknown')
       and (not o.held or o.as_template or o.content = 'notification')
       and (o.channel = 'email' or o.content not in ('rendered', 'received')))        -- not replies, nor what is to be fetched
)
   from public.tickets t where t.id = p_ticket);
end $$;
comment on function public.ticket_record is
  'A ticket for technicians: with its report and the latest events (before p_before), or only some events. Never shown to a '
  'customer. earlier: for p_before, if there are more; window_until: when the service window closes.';

create function public.opened_record(p_ticket bigint, p_events bigint[]) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return public.ticket_record(p_ticket, p_events) || (
    select jsonb_build_object('description', e.body, 'wants_human', e.action is not distinct from 'human', 'language', t.language)
      from public.ticket_events e join public.tickets t on t.id = e.ticket_id
     where e.id = any (p_events) and e.kind = 'created');
end $$;
comment on function public.opened_record is 'A ticket as it was opened, whatever has happened to it since: the same at every attempt.';

create function public.digest_record(p_events bigint[]) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('tickets', coalesce(jsonb_agg(jsonb_build_object(
      'code', t.code, 'summary', t.summary, 'wants_human', t.wants_human, 'at', latest.at,
      'assignee_address', t.assignee_address, 'assignee_away', public.is_out_of_reach(t.assignee_address)) order by t.id), '[]'))
    from public.tickets t
    join (select e.ticket_id, max(e.created_at) as at from public.ticket_events e
           where e.id = any (p_events) group by e.ticket_id) latest on latest.ticket_id = t.id);
end $$;
comment on function public.digest_record is 'The tickets of these events, for the digest of e-mails beyond the cap.';

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

-- What is told to whom when something happens to a ticket. Every event goes through the trigger on ticket_events, which puts the
-- notification into the outbox, and a fact into the customer's conversation.

create function public.append_fact(p_ticket public.tickets, p_kind text, p_events bigint[]) returns void
language plpgsql set search_path = '' as $$
declare
  v_duplicate text;
begin
  -- What is said of a duplicate is said of the ticket that it was merged into: the customer goes on there.
  if p_ticket.merged_into is not null then
    v_duplicate := p_ticket.code;
    select * into p_ticket from public.tickets where id = p_ticket.merged_into;
  end if;
  -- An UPDATE in Supabase Studio holds the ticket and not the customer: skip it, as waiting could be a deadlock. The notification
  -- that follows is a fact, too.
  perform from public.customers where id = p_ticket.customer_id for no key update skip locked;
  if not found then return; end if;
  update public.conversations set version = version + 1, updated_at = now(),
    facts = case when jsonb_array_length(facts) < 100 then facts else facts - 0 end || (
      select jsonb_build_object('kind', p_kind, 'ticket', p_ticket.code, 'duplicate', v_duplicate, 'status', p_ticket.status, 'at', now(),
        'language', p_ticket.language,
        'to', coalesce(max(e.to_status) filter (where e.to_status in ('waiting_customer', 'resolved')),
          max(e.to_status) filter (where e.action is distinct from 'merge')),
        'text', bool_or(e.body is not null or e.action is not distinct from 'merge'))
      from public.ticket_events e where e.id = any (p_events))
   where customer_id = p_ticket.customer_id;
end $$;
comment on function public.append_fact is
  'Appends a fact to the conversation of a ticket''s customer, for the dialogue to take in at the next turn: technicians changed '
  'the ticket (status), or its customer was notified of that (notified). At most 100, the latest.';

create function public.tells_of_opening(p_events bigint[]) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.ticket_events e where e.id = p_events[1] and e.kind = 'created');
end $$;
comment on function public.tells_of_opening is
  'Whether a notification tells its customer of a ticket that a technician has opened for them: of that alone.';

create function public.notify_customer(p_ticket public.tickets, p_event public.ticket_events) returns void
language plpgsql set search_path = '' as $$
declare
  v_lane     text := 'notify:' || p_ticket.customer_id;      -- not the lane of replies, so that none waits for a notification
  -- Who takes it, hands it over or gives it back says nothing to the customer: the name comes with the next words.
  v_told     boolean := p_event.body is not null or p_event.to_status in ('waiting_customer', 'resolved', 'closed')
                        or p_event.from_status in ('resolved', 'closed');
  v_at_once  boolean := p_event.body is not null or p_event.to_status is not distinct from 'resolved'
                        or p_event.action is not distinct from 'merge';
  v_row      public.outbox;
  v_customer bigint;
  -- Who has never written was told the code of their ticket. All else waits for their first message.
  v_held     boolean := not public.has_written(p_ticket.customer_id);
begin
  if p_ticket.customer_id is null then return; end if;
  -- Null while the customer is being merged or erased: inserting a row that references them would wait for that transaction,
  -- which waits for the ticket that we have locked. The notification looks up the ticket's customer when it is sent.
  select id into v_customer from public.customers where id = p_ticket.customer_id for key share skip locked;
  perform public.append_fact(p_ticket, 'status', array[p_event.id]);
  -- What has not left takes this in, too, so that both share one bubble.
  select * into v_row from public.outbox
   where ticket_id = p_ticket.id and content = 'notification' and lane = v_lane and status = 'ready' and not tried
     and cardinality(events) < 5                       -- more would not fit in one message
     and not public.tells_of_opening(events)
   order by id desc limit 1 for update skip locked;
  if not found and v_told then
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, held, next_at, window_until)
    values ('notify/' || p_event.id, v_lane, 'whatsapp', 'notification', v_customer, p_ticket.id, array[p_event.id], v_held,
      now() + case when v_at_once then interval '0' else interval '60 s' end,
      coalesce((select last_inbound_at from public.conversations where customer_id = p_ticket.customer_id), '-infinity')
        + public.service_window());
  elsif (select bool_and(e.body is null and e.action is distinct from 'merge')
             and replace(min(e.from_status) filter (where e.id = v_row.events[1]), 'in_progress', 'open')
               = replace(p_event.to_status, 'in_progress', 'open')
             -- Not if the customer has changed it in between.
             and min(e.to_status) filter (where e.id = v_row.events[cardinality(v_row.events)]) = p_event.from_status
           from public.ticket_events e where e.id = any (v_row.events || p_event.id)) then
    delete from public.outbox where id = v_row.id;     -- back in the same status, as far as they are told, without a text
  elsif v_told then
    update public.outbox set events = events || p_event.id where id = v_row.id;
  end if;
  if v_at_once then             -- with whatever stands before it in the lane, also about another ticket
    update public.outbox set next_at = now()
     where id in (select o.id from public.outbox o
                   where o.lane = v_lane and o.status = 'ready' and not o.held and not o.tried and o.next_at > now()
                   order by o.id for update skip locked);
  end if;
end $$;
comment on function public.notify_customer is
  'Notifies the customer by WhatsApp, in free text, or by template outside the 24 hours: of a text and of "resolved", which asks '
  'whether it is, at once; of other changes after a minute, with all that technicians did by then. Who has never written is notified '
  'when they write.';

create function public.notify_technicians(p_ticket public.tickets, p_event public.ticket_events) returns void
language plpgsql set search_path = '' as $$
begin
  update public.outbox set events = events || p_event.id
   where id = (select id from public.outbox
                where ticket_id = p_ticket.id and content = 'update' and recipient is null and status = 'ready' and not tried
                  and cardinality(events) < 50             -- it shows 30
                order by id desc limit 1 for update skip locked);
  if found then return; end if;
  insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, next_at)
  values ('update/' || p_event.id, 'update:' || p_ticket.code, 'email', 'update', p_ticket.customer_id, p_ticket.id,
    array[p_event.id],
    greatest(now() + interval '60 s',
      (select max(case status when 'sending' then now() else coalesce(done_at, next_at) end) + interval '5 min' from public.outbox
        where ticket_id = p_ticket.id and content = 'update' and recipient is null and emails is distinct from 0)));
end $$;
comment on function public.notify_technicians is
  'E-mails the technicians whom it concerns what the customer did, or a colleague noted for them: collected for a minute, at most one e-mail per ticket in five minutes.';

create function public.notify_colleague(p_ticket public.tickets, p_event bigint, p_address text) returns void
language plpgsql set search_path = '' as $$
begin
  -- Within a minute it may change hands again: then only the last is told.
  delete from public.outbox where id in (
    select o.id from public.outbox o
     where o.lane = 'assigned:' || p_ticket.code and o.status = 'ready' and not o.held and not o.tried for update skip locked);
  -- Without its customer, as a row that references them could wait for them: an UPDATE by hand holds only the ticket.
  insert into public.outbox (dedup_key, lane, channel, content, ticket_id, events, recipient, next_at)
  select 'update/' || p_event, 'assigned:' || p_ticket.code, 'email', 'update', p_ticket.id, array[p_event], lower(p_address),
    now() + interval '60 s'
   where p_address is not null;
end $$;
comment on function public.notify_colleague is
  'E-mails a technician, after a minute, that a ticket was handed to them, or taken from them. Null: nobody is to be told.';

create function public.record_assignment() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_event bigint;
begin
  if current_setting('mostrador.assignment', true) = 'recorded' then return null; end if;
  insert into public.ticket_events (ticket_id, kind, actor, action, assignee)
  values (new.id, 'assigned', 'technician',
    case when coalesce(new.assignee, new.assignee_address) is null then 'give_back' else 'hand_over' end,
    coalesce(new.assignee, new.assignee_address))
  returning id into v_event;
  perform public.notify_colleague(new, v_event, new.assignee_address);
  return null;
end $$;
comment on function public.record_assignment is 'Somebody else has the ticket: records an UPDATE by hand, in Supabase Studio.';

create trigger record_assignment after update of assignee, assignee_address on public.tickets
  for each row when ((old.assignee, old.assignee_address) is distinct from (new.assignee, new.assignee_address))
  execute function public.record_assignment();

create function public.notify() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
begin
  select * into v_ticket from public.tickets where id = new.ticket_id;
  if new.actor = 'technician' and new.kind <> 'internal' then
    perform public.notify_customer(v_ticket, new);
  else
    perform public.notify_technicians(v_ticket, new);
  end if;
  return null;
end $$;

create trigger notify after insert on public.ticket_events for each row
  when (new.actor = 'technician' and (new.to_status is not null or new.kind = 'internal' or new.kind = 'answer' and new.body is not null)
     or new.actor = 'customer' and (new.kind in ('note', 'rating', 'correction') or new.kind = 'status' and new.action is not null))
  execute function public.notify();

create function public.mail_link(p_code text, p_technician text) returns text
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_key    text := concat_ws('/', 'link', p_code, floor(extract(epoch from now()) / 600), public.technician_id(p_technician));
  v_ticket public.tickets;
begin
  select * into v_ticket from public.tickets where code = p_code;
  if not found then return 'missing'; end if;
  if exists (select from public.outbox where dedup_key = v_key) then return 'recent'; end if;
  -- Counted without a lock, as in cap_emails.
  if public.max_links_per_hour() <= (select count(*) from public.outbox o
       where o.channel = 'email' and o.content = 'link' and o.created_at > now() - interval '1 hour') then
    return 'too_many';
  end if;
  insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, recipient, events)
  values (v_key, 'link:' || p_code, 'email', 'link', v_ticket.customer_id, v_ticket.id, lower(p_technician),
    array(select max(e.id) from public.ticket_events e where e.ticket_id = v_ticket.id))
  on conflict (dedup_key) do nothing;
  return case when found then 'mailed' else 'recent' end;
end $$;
comment on function public.mail_link is
  'E-mails a technician a fresh link: mailed, recent (within ten minutes one for this ticket), too_many (of all tickets) or missing.';

create function public.record_notification() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_ticket public.tickets;
  v_texts  bigint[] := array(select e.id from public.ticket_events e
                              where e.id = any (new.events) and e.body is not null order by e.id);
  v_event  bigint;
begin
  -- An outbox row is locked here, and a transaction that erases or deletes the ticket waits for it: skip it.
  select * into v_ticket from public.tickets where id = new.ticket_id for key share skip locked;
  if not found then return null; end if;
  if new.status = 'dead' then
    insert into public.ticket_events (ticket_id, kind, actor, body, object)
    values (new.ticket_id, 'undelivered', 'system', new.last_error, new.object) returning id into v_event;
    if v_texts <> '{}' and v_ticket.customer_id is not null then
      -- To each author their own words. Who is not known by an address: to all whom the ticket concerns.
      insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, recipient, events)
      select concat_ws('/', 'undelivered', v_event, public.technician_id(e.author_address)), 'undelivered:' || v_ticket.code, 'email',
        'undelivered',
        (select id from public.customers where id = v_ticket.customer_id for key share skip locked),      -- as in notify_customer
        v_ticket.id, e.author_address, array_agg(e.id order by e.id) || v_event
        from public.ticket_events e where e.id = any (v_texts) group by e.author_address;
    end if;
    return null;
  end if;
  insert into public.ticket_events (ticket_id, kind, actor, body)
  values (new.ticket_id, 'notified', 'system', case when new.as_template then 'template' else 'message' end);
  if public.tells_of_opening(new.events) then return null; end if;      -- in the template, too, is all there is to tell
  perform public.append_fact(v_ticket, 'notified', new.events);
  -- A template holds one line: the full text follows when their next message opens the 24 hours (see release_held).
  if new.as_template and v_ticket.customer_id is not null and v_texts <> '{}' then
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, held)
    values (new.dedup_key || '/full', 'later:' || v_ticket.customer_id, 'whatsapp', 'full_text', new.customer_id, new.ticket_id,
      new.events, true)
    on conflict (dedup_key) do nothing;
    -- The files of these words wait for the same message: behind the full text, in its lane.
    with moved as (
      delete from public.outbox where id in (select o.id from public.outbox o
        where o.ticket_id = new.ticket_id and o.content = 'file' and o.held and o.events && new.events order by o.id for update skip locked)
      returning *)
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, object, held, window_until, created_at)
    select m.dedup_key, 'later:' || v_ticket.customer_id, m.channel, m.content, m.customer_id, m.ticket_id, m.events, m.object, true,
      m.window_until, m.created_at from moved m order by m.id;
  end if;
  return null;
end $$;
comment on function public.record_notification is
  'Records in the ticket that its owner was notified, and in which form. Or that what was written did not reach them, and why: then '
  'whoever wrote it gets an e-mail.';

create trigger record_notification after update of status on public.outbox
  for each row when (new.ticket_id is not null and old.status is distinct from new.status
                     and (new.content = 'notification' and new.status in ('sent', 'dead')
                       or new.content in ('full_text', 'file') and new.status = 'dead'))
  execute function public.record_notification();

create function public.release_held(p_customer bigint, p_window_until timestamptz) returns text[]
language plpgsql set search_path = '' as $$
declare
  v_lanes text[];
begin
  -- Where the notification itself leaves in free text now, its full text would be the same again.
  delete from public.outbox f
   where f.customer_id = p_customer and f.held and f.content = 'full_text' and exists (
     select from public.outbox n where n.dedup_key || '/full' = f.dedup_key and n.ticket_id = f.ticket_id and n.status = 'ready');
  with released as (
    update public.outbox set held = false, window_until = p_window_until,
      -- A template that is being sent may be refused once more: then its window tells that it may leave as free text.
      as_template = as_template and status = 'sending', next_at = case status when 'ready' then now() else next_at end
     where customer_id = p_customer and (held or as_template and status in ('ready', 'sending'))
    returning lane
  )
  select array_agg(distinct lane) into v_lanes from released;
  return v_lanes;
end $$;
comment on function public.release_held is
  'The customer has written, and the service window is open: texts that were sent as one line of a template follow in full, and what '
  'waits as a template leaves as free text. Returns the lanes.';

-- Identifies the sender: one customer, two aliases. BSUID first, then phone number; linked when a message has both.
--
-- Everything here begins without a lock and takes them in the order of 10_customers.sql, so it comes first in its transaction.

create function public.lock_belongings(p_customers bigint[]) returns void
language plpgsql set search_path = '' as $$
begin
  perform from public.tickets where customer_id = any (p_customers) order by id for update;
  perform from public.outbox where customer_id = any (p_customers) order by id for update;
end $$;
comment on function public.lock_belongings is 'Locks the tickets and the outbox rows of customers who are locked.';

create function public.lock_people(p_user_ids text[], p_wa_ids text[]) returns void
language plpgsql set search_path = '' as $$
declare
  v_customers bigint[];
begin
  -- An alias that is new has no row to lock. Nobody else can give one of these aliases to a row until we have ended.
  perform pg_advisory_xact_lock(alias.key) from (
    select distinct hashtextextended('alias:' || name, 0) as key
      from unnest(p_user_ids || p_wa_ids) as name where name is not null order by 1) alias;
  v_customers := array(
    select c.id from public.customers c where c.user_id = any (p_user_ids) or c.wa_id = any (p_wa_ids) order by c.id for update);
  -- One may give something to another: what belongs to either is locked together, or it would not be in order.
  if cardinality(v_customers) > 1 then perform public.lock_belongings(v_customers); end if;
end $$;
comment on function public.lock_people is
  'Locks these aliases, whether somebody has them or not, and all customers who do; of several also what belongs to them.';

create function public.merge_customers(p_from bigint, p_into bigint) returns void
language plpgsql set search_path = '' as $$
declare
  v_from public.conversations;
begin
  update public.tickets set customer_id = p_into where customer_id = p_from;
  update public.inbound set customer_id = p_into where customer_id = p_from;
  -- One person, one lane: what waits stays in order with what follows.
  update public.outbox set customer_id = p_into,
    lane = case when lane in ('wa:' || p_from, 'notify:' || p_from, 'later:' || p_from, 'files:' || p_from)
      then split_part(lane, ':', 1) || ':' || p_into else lane end
   where customer_id = p_from;
  -- Turns computed before the merge are stale now. Of two sessions the second is a fact for the dialogue, which joins them: their
  -- draft or question may be in either.
  select * into v_from from public.conversations where customer_id = p_from;
  update public.conversations set version = version + 1, updated_at = now(),
    facts = facts || case when v_from.customer_id is null then '[]'
      else jsonb_build_object('kind', 'merged', 'session', v_from.session) || v_from.facts end,
    throttled_at = greatest(throttled_at, v_from.throttled_at),
    last_inbound_at = greatest(last_inbound_at, v_from.last_inbound_at), bubbles = bubbles + coalesce(v_from.bubbles, 0),
    bubbles_since = greatest(bubbles_since, v_from.bubbles_since)
   where customer_id = p_into;
  if not found then
    update public.conversations set version = version + 1, updated_at = now(), customer_id = p_into where customer_id = p_from;
  end if;
  delete from public.customers where id = p_from;
end $$;
comment on function public.merge_customers is
  'Merges two rows of one person, locked by lock_people: everything of the first goes to the second.';

create function public.release_number(p_wa_id text) returns void
language plpgsql set search_path = '' as $$
declare
  v_owner public.customers;
begin
  select * into v_owner from public.customers where wa_id = p_wa_id;
  if not found then return; end if;
  perform public.lock_belongings(array[v_owner.id]);
  -- What waits would reach the next owner. Notifications are addressed when they are sent: to the BSUID, if there is one.
  update public.outbox set status = 'dead', last_error = 'number reassigned'
   where customer_id = v_owner.id and channel = 'whatsapp' and status in ('ready', 'unknown')
     and (v_owner.user_id is null or strpos(body, '"+' || p_wa_id || '"') > 0);
  if v_owner.user_id is not null then
    update public.customers set wa_id = null, updated_at = now() where id = v_owner.id;
    return;
  end if;
  insert into public.ticket_events (ticket_id, kind, actor)
  select id, 'unreachable', 'system' from public.tickets where customer_id = v_owner.id order by id;
  delete from public.customers where id = v_owner.id;
end $$;
comment on function public.release_number is
  'Takes a number from whoever has it, locked by the caller. Without a BSUID they cannot be reached any more: their tickets stay, '
  'without them.';

create function public.assign_phone_number(p_id bigint, p_wa_id text) returns void
language plpgsql set search_path = '' as $$
declare
  v_other public.customers;
begin
  for v_other in
    select c.* from public.customers c
     where c.id <> p_id and (c.wa_id = p_wa_id
       or c.wa_id = any (public.number_forms(p_wa_id)) and c.user_id is null and not public.has_written(c.id))
     order by c.id
  loop
    if v_other.user_id is null and public.number_is_theirs(v_other) then
      perform public.merge_customers(v_other.id, p_id);                                      -- seen by number alone
    elsif v_other.wa_id = p_wa_id then
      perform public.release_number(p_wa_id);
    end if;
  end loop;
  update public.customers set wa_id = p_wa_id, updated_at = now() where id = p_id;
end $$;
comment on function public.assign_phone_number is
  'Gives a number to a customer. Another row with it, or who has never written and has it in another form, is the same person, or '
  'loses the number. All are locked by the caller.';

create function public.identify_customer(p_user_id text, p_wa_id text, p_name text) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_id bigint;
begin
  begin
    -- The usual case, nothing new about them: one read and one lock.
    if p_user_id is not null then
      select c.id into strict v_id from public.customers c
       where c.user_id = p_user_id and (c.wa_id, c.name) is not distinct from
             (coalesce(p_wa_id, c.wa_id), coalesce(p_name, c.name)) for no key update;
    else
      select c.id into strict v_id from public.customers c
       where c.wa_id = p_wa_id and c.name is not distinct from coalesce(p_name, c.name)
         and public.number_is_theirs(c) for no key update;
    end if;
    return v_id;
  exception when no_data_found then
    null;                         -- rolls back the lock of a row that changed while we waited for it
  end;

  perform public.lock_people(array[p_user_id], public.number_forms(p_wa_id));
  v_id := public.find_customer(p_user_id, p_wa_id);
  if v_id is null then
    perform public.release_number(p_wa_id);
    insert into public.customers (user_id, wa_id, name) values (p_user_id, p_wa_id, p_name) returning id into v_id;
    return v_id;
  end if;
  if exists (select from public.customers where id = v_id and wa_id is distinct from coalesce(p_wa_id, wa_id)) then
    perform public.assign_phone_number(v_id, p_wa_id);
  end if;
  update public.customers set user_id = coalesce(p_user_id, user_id), name = coalesce(p_name, name), updated_at = now()
   where id = v_id;
  return v_id;
end $$;
comment on function public.identify_customer is
  'Finds, links or creates the customer with these aliases, and locks them until the end of the transaction.';

create function public.link_identity(
  p_previous_user_id text, p_user_id text, p_previous_wa_id text, p_wa_id text
) returns boolean language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_id  bigint;
  v_new bigint;
begin
  perform public.lock_people(array[p_previous_user_id, p_user_id],
    public.number_forms(p_previous_wa_id) || public.number_forms(p_wa_id));
  v_id := public.find_customer(p_previous_user_id, p_previous_wa_id);
  if v_id is null then return false; end if;
  select id into v_new from public.customers where user_id = p_user_id and id <> v_id;
  if found then
    perform public.merge_customers(v_id, v_new);     -- has already written with the new alias
    v_id := v_new;
  end if;
  -- A new BSUID means a new number. If Meta does not say which, the old one is no longer theirs.
  update public.customers set
    wa_id = case when p_wa_id is null and p_user_id <> coalesce(user_id, '') then null else wa_id end,
    user_id = coalesce(p_user_id, user_id), updated_at = now()
   where id = v_id;
  if p_wa_id is not null then perform public.assign_phone_number(v_id, p_wa_id); end if;
  update public.conversations set version = version + 1, updated_at = now() where customer_id = v_id;
  return true;
end $$;
comment on function public.link_identity is 'Applies a changed BSUID or number: moves the alias to its new customer, with their tickets.';

create function public.customer_of_number(p_number text, p_name text) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_forms text[] := public.number_forms(p_number);
  v_id    bigint;
begin
  perform public.lock_people('{}', v_forms);
  select c.id into v_id from public.customers c
   where c.wa_id = any (v_forms) and public.number_is_theirs(c)
   order by c.wa_id = p_number desc, array_position(v_forms, c.wa_id) limit 1;
  if v_id is null then
    perform public.release_number(v_forms[1]);
    insert into public.customers (wa_id, name) values (v_forms[1], p_name) returning id into v_id;
  end if;
  insert into public.conversations (customer_id) values (v_id) on conflict do nothing;
  update public.customers set name = p_name, updated_at = now() where id = v_id and name is null and p_name is not null;
  return v_id;
end $$;
comment on function public.customer_of_number is
  'Finds or creates the customer with this number, in any of its forms, and locks them. A name that they gave themselves stays.';

create function public.learn_number(p_row bigint, p_wa_id text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_customer public.customers;
  v_number   text;
  v_known    bigint;
begin
  select c.* into v_customer from public.outbox o join public.customers c on c.id = o.customer_id where o.id = p_row;
  v_number := v_customer.wa_id;
  if v_customer.user_id is not null or v_number is null or v_number = p_wa_id then return false; end if;
  perform public.lock_people('{}', array[v_number, p_wa_id]);
  select * into v_customer from public.customers where id = v_customer.id;
  -- What they have written themselves says better who they are.
  if not found or v_customer.user_id is not null or v_customer.wa_id is distinct from v_number
     or public.has_written(v_customer.id) then
    return false;
  end if;
  select c.id into v_known from public.customers c where c.wa_id = p_wa_id and public.number_is_theirs(c);
  if found then
    perform public.merge_customers(v_customer.id, v_known);
  else
    perform public.release_number(p_wa_id);
    update public.customers set wa_id = p_wa_id, updated_at = now() where id = v_customer.id;
  end if;
  return true;
end $$;
comment on function public.learn_number is
  'Meta writes the number that this row was sent to in another form: it is that of the row''s customer, if they have never written. '
  'Who has it already is the same person. Returns whether anything was changed.';

-- Retention: tickets that were closed long ago are deleted, and people of whom nothing else is kept. Off until the operator sets it:
-- python -m ops retention.
--
-- The sweep does it, a few at a time (purge_expired). With a ticket go its events, the facts about its files and what was sent about
-- it; a trigger removes the files themselves (58_files.sql). No session is edited: one that names a ticket which is not there is
-- read like one that names somebody else's.

create table public.retention (
  one     boolean primary key default true,
  months  integer not null,                                -- a ticket goes when it has been closed for so long
  seen_to bigint not null default 0,                       -- the last customer of whom the sweep has asked whether they go
  constraint retention_one check (one),
  constraint retention_months_fit check (months between 1 and 1200)
);
comment on table public.retention is 'One row at most: for how long closed tickets are kept. None: for ever.';
alter table public.retention enable row level security;

create index tickets_closed on public.tickets (waits_since, id) where status = 'closed';

create function public.kept_since(p_months integer) returns timestamptz
language sql stable as $$ select now() - make_interval(months => p_months) $$;

create function public.expired_tickets(p_before timestamptz, p_limit integer) returns bigint[]
language plpgsql stable set search_path = '' as $$
begin
  -- Not while something about it is still to leave, which lasts for 30 days at most. A duplicate goes with the ticket that it was
  -- merged into.
  return array(
    select t.id from public.tickets t
     where t.status = 'closed' and t.waits_since < p_before and t.merged_into is null
       and not exists (select from public.outbox o where o.ticket_id = t.id and o.status in ('ready', 'sending', 'unknown'))
     order by t.waits_since, t.id limit p_limit);
end $$;
comment on function public.expired_tickets is 'Tickets that were closed before, and about which nobody has written since: the oldest.';

create function public.is_forgotten(p_customer public.customers, p_before timestamptz) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return coalesce((select v.last_inbound_at from public.conversations v where v.customer_id = p_customer.id), p_customer.created_at)
      < p_before
    and not exists (select from public.tickets t where t.customer_id = p_customer.id)
    and not exists (select from public.outbox o where o.customer_id = p_customer.id and o.status in ('ready', 'sending', 'unknown'));
end $$;
comment on function public.is_forgotten is 'Whether a customer has no ticket, and has written nothing since.';

create function public.forget_customers(p_before timestamptz, p_after bigint, p_limit integer, out forgotten integer, out seen_to bigint)
language plpgsql set search_path = '' as $$
declare
  v_seen bigint[] := array(select c.id from public.customers c where c.id > p_after order by c.id limit p_limit);
  v_gone bigint[];
begin
  seen_to := case when cardinality(v_seen) = p_limit then v_seen[p_limit] else 0 end;       -- then from the first again
  v_gone := array(select c.id from public.customers c where c.id = any (v_seen) and public.is_forgotten(c, p_before)
                   order by c.id for update skip locked);
  delete from public.outbox where id in (
    select o.id from public.outbox o where o.customer_id = any (v_gone) order by o.id for update skip locked);
  delete from public.customers where id = any (v_gone);
  forgotten := cardinality(v_gone);
end $$;
comment on function public.forget_customers is
  'Deletes those of the next customers who are forgotten, with their conversation. seen_to: for p_after of the next call.';

create function public.delete_expired_tickets(p_before timestamptz, p_limit integer) returns integer
language plpgsql set search_path = '' as $$
declare
  v_tickets bigint[] := public.expired_tickets(p_before, p_limit);
  v_deleted integer;
begin
  -- What somebody holds is left for the next time. A ticket that was reopened meanwhile is closed no more.
  v_tickets := array(select t.id from public.tickets t
    where t.id = any (v_tickets) and t.status = 'closed' order by t.id for update skip locked);
  v_tickets := v_tickets || array(select t.id from public.tickets t
    where t.merged_into = any (v_tickets) and t.status = 'closed' order by t.id for update skip locked);
  delete from public.outbox where id in (
    select o.id from public.outbox o where o.ticket_id = any (v_tickets) order by o.id for update skip locked);
  delete from public.tickets where id = any (v_tickets);
  get diagnostics v_deleted = row_count;
  return v_deleted;
end $$;
comment on function public.delete_expired_tickets is 'Deletes tickets with all that belongs to them, and returns how many.';

create function public.apply_retention() returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_retention public.retention;
  v_people    record;
  v_tickets   integer;
begin
  select * into v_retention from public.retention for update skip locked;
  if not found then return '{}'; end if;                   -- it is off, or another sweep is at it
  select * into v_people from public.forget_customers(public.kept_since(v_retention.months), v_retention.seen_to, 200);
  update public.retention set seen_to = v_people.seen_to where seen_to <> v_people.seen_to;
  v_tickets := public.delete_expired_tickets(public.kept_since(v_retention.months), 50);
  return jsonb_build_object('tickets', v_tickets, 'people', v_people.forgotten);
exception when lock_not_available then
  return '{}';                                             -- somebody holds something of theirs for long: at the next sweep
end $$;
comment on function public.apply_retention is 'Deletes some of what is older than the operator wants to keep, and says how much. Waits for little.';

create function public.retention_counts(p_months integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_before timestamptz := public.kept_since(p_months);
begin
  return (
    with gone as (
      select t.id from public.tickets t left join public.tickets m on m.id = t.merged_into
       where t.status = 'closed' and t.waits_since < v_before and (m.id is null or m.status = 'closed' and m.waits_since < v_before))
    select jsonb_build_object('tickets', (select count(*) from gone),
      'files', (select count(*) from gone join public.attachments a on a.ticket_id = gone.id),
      'people', (select count(*) from public.customers c left join public.conversations v on v.customer_id = c.id
        where coalesce(v.last_inbound_at, c.created_at) < v_before and not exists (
          select from public.tickets t where t.customer_id = c.id and not (t.status = 'closed' and t.waits_since < v_before)))));
end $$;
comment on function public.retention_counts is 'How much would go by and by if closed tickets were kept for so many months.';

create function public.get_retention() returns integer
language sql stable set search_path = '' as $$ select r.months from public.retention r where r.one $$;
comment on function public.get_retention is 'For how many months closed tickets are kept; null: for ever.';

create function public.set_retention(p_months integer) returns integer
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if p_months is null then
    delete from public.retention where one;
  else
    insert into public.retention (months) values (p_months) on conflict (one) do update set months = excluded.months;
  end if;
  return public.get_retention();
end $$;
comment on function public.set_retention is 'Closed tickets are kept for so many months from now on; null: for ever. Returns what holds now.';

-- Deletes what is no longer needed, and what a person asks to be deleted.

create function public.erase_customer(p_customer bigint, p_wamid text) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.ticket_events (ticket_id, kind, actor)
  select id, 'erased', 'customer' from public.tickets where customer_id = p_customer;
  delete from public.attachments where ticket_id in (select id from public.tickets where customer_id = p_customer);
  -- A wamid contains the phone number.
  update public.ticket_events set wamid = null, parts = null
   where ticket_id in (select id from public.tickets where customer_id = p_customer) and (wamid is not null or parts is not null);
  update public.tickets set wamid = 'erased/' || id where customer_id = p_customer;
  -- The names of files, and who wrote.
  update public.received_mails set detail = null
   where ticket_id in (select id from public.tickets where customer_id = p_customer) and detail is not null;
  -- Finished rows are deleted now; pending e-mails and the reply to this message are sent first and then scrubbed.
  delete from public.outbox where customer_id = p_customer
     and (status in ('sent', 'dead')
          or channel = 'whatsapp' and status in ('ready', 'unknown') and wamid is distinct from p_wamid);
  update public.outbox set scrub = true where customer_id = p_customer;
  -- By wamid, as two people may be in one payload.
  delete from public.inbound where wamid in (
    select i.wamid from public.inbound i join public.customers c on c.id = p_customer
     where i.outcome = 'poison' and (strpos(i.payload, c.user_id) > 0 or strpos(i.payload, c.wa_id) > 0)
     order by i.wamid for update of i);
  delete from public.customers where id = p_customer;
end $$;
comment on function public.erase_customer is 'Deletes the customer, locked by the caller with what belongs to them; their tickets stay, anonymous.';

create function public.find_person(p_user_id text, p_wa_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', c.id, 'name', c.name, 'wa_id', c.wa_id, 'user_id', c.user_id, 'since', c.created_at,
    'tickets', (select count(*) from public.tickets t where t.customer_id = c.id),
    'open_tickets', (select count(*) from public.tickets t where t.customer_id = c.id and t.status not in ('resolved', 'closed')),
    'files', (select count(*) from public.attachments a join public.tickets t on t.id = a.ticket_id where t.customer_id = c.id),
    'messages', (select count(*) from public.inbound i where i.customer_id = c.id),
    'waiting', (select count(*) from public.outbox o where o.customer_id = c.id and o.status in ('ready', 'sending', 'unknown')))
   from public.customers c where c.user_id = p_user_id or c.wa_id = any (public.number_forms(p_wa_id))
   order by c.user_id = p_user_id desc nulls last, c.wa_id = p_wa_id desc limit 1
$$;
comment on function public.find_person is
  'Counts what is stored about a person, before the operator erases them. By a number in any of its forms, however long it was silent.';

create function public.erase_person(p_id bigint) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  perform from public.customers where id = p_id for update;
  if not found then return false; end if;
  perform public.lock_belongings(array[p_id]);
  perform public.erase_customer(p_id, '');
  return true;
end $$;
comment on function public.erase_person is 'Erases a person who asked the operator for it. False if they were erased already.';

create function public.purge_expired() returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_inbound integer;
  v_outbox  integer;
begin
  -- By ctid: the rows are locked, so they stay where they are, and whatever Postgres believes about the size of the table it reads
  -- no other.
  delete from public.inbound where ctid = any (array(
    select ctid from public.inbound where received_at < now() - interval '30 days' limit 5000 for update skip locked));
  get diagnostics v_inbound = row_count;
  delete from public.outbox where ctid = any (array(
    select ctid from public.outbox
     where (status = 'sent' or status = 'dead' and last_error in ('superseded', 'dropped', 'restored')) and done_at < now() - interval '30 days'
        or status = 'ready' and held and not as_template and content not in ('notification', 'file') and created_at < now() - interval '30 days'
     limit 5000 for update skip locked));
  get diagnostics v_outbox = row_count;
  delete from public.received_mails where ctid = any (array(
    select ctid from public.received_mails m where m.received_at < now() - interval '30 days'
       and (m.done_at is not null or not exists (
         select from public.outbox o where o.id = m.row_id and o.status in ('ready', 'sending', 'unknown')))
     limit 5000 for update skip locked));
  return jsonb_build_object('inbound', v_inbound, 'outbox', v_outbox) || public.apply_retention();
end $$;
comment on function public.purge_expired is
  'Deletes inbound rows, technicians'' e-mails and finished outbox rows after 30 days, in batches; failed rows stay for the operator. And what is older than '
  'the operator wants to keep: 68_retention.sql.';

-- One message, one turn, one transaction.
--
-- What is called for every message is plpgsql, which keeps its plans: Postgres 17 plans a function in SQL again at every call.

create function public.load_conversation(
  p_user_id text, p_wa_id text, p_codes text[] default null, p_tickets boolean default false,
  p_quoting text default null
) returns jsonb language plpgsql stable set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_id           bigint := public.find_customer(p_user_id, p_wa_id);
  v_conversation public.conversations;
  v_ticket       public.tickets;
  v_quoted       public.tickets;
  v_original     public.inbound;
  v_code         text;
  v_merged       text;                -- the code of a duplicate that led to v_ticket
begin
  select * into v_conversation from public.conversations where customer_id = v_id;
  p_codes := coalesce(nullif(p_codes, '{}'), array[v_conversation.session->>'current_ticket']);
  foreach v_code in array p_codes loop                     -- a text may name several; one at a time, as most name one
    select * into v_ticket from public.tickets where code = v_code and customer_id = v_id;
    exit when found;
  end loop;
  if v_ticket.merged_into is not null then
    v_merged := v_ticket.code;
    select * into v_ticket from public.tickets where id = v_ticket.merged_into and customer_id = v_id;
  end if;
  if p_quoting is not null then
    select * into v_original from public.inbound where wamid = p_quoting;
    select t.* into v_quoted from public.tickets t where t.customer_id = v_id and t.id = coalesce(
      (select o.ticket_id from public.outbox o where o.provider_id = p_quoting and o.channel = 'whatsapp' limit 1),
      (select w.id from public.tickets w where w.code = v_original.ticket));
    if v_quoted.merged_into is not null then
      select * into v_quoted from public.tickets where id = v_quoted.merged_into and customer_id = v_id;
    end if;
  end if;
  return jsonb_build_object(
    'customer_id', v_id,
    'version', coalesce(v_conversation.version, 0),
    'session', coalesce(v_conversation.session, '{}'),
    'facts', coalesce(v_conversation.facts, '[]'),
    'bubbles', coalesce(v_conversation.bubbles, 0),
    'bubbles_since', v_conversation.bubbles_since,
    -- Null, whether it does not exist or belongs to somebody else.
    'ticket', case when v_ticket.id is not null then public.ticket_view(v_ticket) end, 'merged', v_merged,
    'quoted', case when v_quoted.id is not null then public.ticket_view(v_quoted) end,
    'deleted', coalesce(v_original.outcome = 'deleted', false), 'edited_at', v_original.edited_at,
    'tickets', case when p_tickets then public.latest_tickets(v_id) end);
end $$;
comment on function public.load_conversation is 'A conversation with the facts for a turn: one ticket (the first of theirs with one of these codes, else the current one; of a duplicate, the one that it was merged into) and, if requested, the latest ten, and the ticket that a message of the chat is about, whether that was deleted, and when it was edited.';

create function public.load_conversations(p_people jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('customer_id', found.id, 'version', coalesce(c.version, 0),
        'session', coalesce(c.session, '{}'), 'facts', coalesce(c.facts, '[]'), 'bubbles', coalesce(c.bubbles, 0),
        'bubbles_since', c.bubbles_since) order by p.ordinality), '[]')
      from jsonb_array_elements(p_people) with ordinality as p
     cross join lateral (select public.find_customer(p.value->>'user_id', p.value->>'wa_id') as id) found
      left join public.conversations c on c.customer_id = found.id);
end $$;
comment on function public.load_conversations is
  'The conversations of many people, in their order: user_id and wa_id of each are given. Without facts about tickets.';

create function public.latest_tickets(p_customer bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(public.ticket_view(t) order by t.status in ('resolved', 'closed'), t.id desc), '[]')
      from (select * from public.tickets where customer_id = p_customer and merged_into is null
             order by status in ('resolved', 'closed'), id desc limit 10) t);
end $$;
comment on function public.latest_tickets is 'Ten tickets as their owner may see them: the open ones first, newest first.';

create function public.unchanged_turn(
  p_conversation public.conversations, p_result text, p_rows jsonb default '[]'
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('result', p_result, 'customer_id', p_conversation.customer_id,
    'version', coalesce(p_conversation.version, 0), 'session', coalesce(p_conversation.session, '{}'),
    'facts', coalesce(p_conversation.facts, '[]'), 'bubbles', coalesce(p_conversation.bubbles, 0),
    'bubbles_since', p_conversation.bubbles_since,
    'rows', p_rows, 'waiting', '[]'::jsonb, 'due', '[]'::jsonb, 'done', '[]'::jsonb);
end $$;
comment on function public.unchanged_turn is 'The answer of commit_turn when the turn was not committed: the conversation as it is.';

create function public.answer_duplicate(
  p_known public.inbound, p_sent jsonb, p_lease uuid, p_lease_seconds integer, p_channels text[]
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_lanes        text[];
  v_done         bigint[];
  v_conversation public.conversations;
begin
  -- If the answer of that commit was lost, the rows that it leased are given again: also those behind its marks.
  select m.done, m.lanes into v_done, v_lanes from public.mark_rows_sent(p_sent, '{}') m;
  select * into v_conversation from public.conversations where customer_id = p_known.customer_id;
  v_lanes := v_lanes || array(select distinct o.lane from public.outbox o
    where o.wamid = p_known.wamid and o.status in ('ready', 'sending', 'unknown'));
  return public.unchanged_turn(v_conversation, 'duplicate', public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds))
    || jsonb_build_object('done', v_done, 'due', public.due_lanes(v_lanes));
end $$;
comment on function public.answer_duplicate is
  'The answer for a message that was committed before: marks rows as sent, leases the outbox rows of the message that are still '
  'open, and changes nothing else.';

create function public.commit_turn(
  p_wamid text, p_user_id text, p_wa_id text, p_name text, p_sent_at timestamptz,
  p_customer_id bigint, p_version bigint, p_session jsonb,
  p_ticket jsonb default null, p_change jsonb default null, p_erase boolean default false,
  p_outbox jsonb default '[]', p_throttle_reply jsonb default null, p_sent jsonb default '[]',
  p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{whatsapp,email}',
  p_original text default null, p_deletes boolean default false
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_known        public.inbound;
  v_id           bigint;
  v_conversation public.conversations;
  v_reply        jsonb := jsonb_path_query_first(p_outbox, '$[*] ? (@.channel == "whatsapp")');
  v_bubbles      integer := (v_reply is not null)::integer;
  v_wait         numeric := coalesce((v_reply->>'wait_seconds')::numeric, 0);
  v_dropped      integer := 0;        -- replies that waited, and whose place this one takes
  v_since        timestamptz;         -- when the first of them began to wait
  v_new_day      boolean;
  v_passed       numeric;             -- seconds since they wrote their newest message
  v_room         numeric;
  v_tokens       numeric;
  v_due          timestamptz;         -- when a bubble of this turn may leave
  v_window       timestamptz;
  v_ticket       public.tickets;
  v_full         text;
  v_row          public.outbox;
  v_rows         jsonb  := '[]';      -- leased to the caller
  v_waiting      text[] := '{}';      -- lanes in which a row of this turn waits
  v_later        jsonb  := '[]';      -- those of them in which it waits for a time
  v_lanes        text[] := '{}';      -- other lanes in which a row may leave now
  v_done         bigint[] := '{}';
begin
  select * into v_known from public.inbound where wamid = p_wamid;
  if found then
    return public.answer_duplicate(v_known, p_sent, p_lease, p_lease_seconds, p_channels);
  end if;

  -- Locks the customer until the end of the transaction.
  v_id := public.identify_customer(p_user_id, p_wa_id, p_name);
  select * into v_conversation from public.conversations where customer_id = v_id;
  if not found then
    insert into public.conversations (customer_id, tokens_at) values (v_id, p_sent_at) returning * into v_conversation;
  end if;
  if v_conversation.version <> p_version or (p_customer_id is not null and p_customer_id <> v_id) then
    if exists (select from public.inbound where wamid = p_wamid) then      -- the turn of another delivery of this message
      return public.answer_concurrent_duplicate(v_conversation, p_wamid, p_sent, p_lease, p_lease_seconds, p_channels);
    end if;
    return public.unchanged_turn(v_conversation, 'conflict');
  end if;

  v_window := greatest(v_conversation.last_inbound_at, p_sent_at) + public.service_window();
  -- Both buckets go by when the messages were written: what comes late and together, after an outage, was not written together.
  v_passed := greatest(extract(epoch from p_sent_at - v_conversation.tokens_at), 0);
  v_room := least(public.max_messages_per_hour(), v_conversation.room + v_passed * public.max_messages_per_hour() / 3600);
  if v_room < 1 then
    return public.throttle_turn(v_conversation, p_wamid, p_sent_at, v_window, p_throttle_reply, p_lease, p_lease_seconds, p_channels);
  end if;

  if p_ticket is not null then
    if exists (select from public.tickets where code = p_ticket->>'code') then
      return public.unchanged_turn(v_conversation, 'code_taken');
    end if;
    if public.has_too_many_tickets(v_id) then
      return public.unchanged_turn(v_conversation, 'too_many_tickets');
    end if;
  end if;
  if p_change is not null then
    select * into v_ticket from public.tickets where code = p_change->>'code' and customer_id = v_id for no key update;
    -- It no longer exists, or its status has changed: the dialogue has to load it again.
    if not found or not public.change_is_allowed(v_ticket.status, p_change->>'kind') then
      return public.unchanged_turn(v_conversation, 'conflict');
    end if;
    v_full := public.why_not_kept(v_ticket.id, p_change);
    if v_full is not null then
      return public.unchanged_turn(v_conversation, v_full);
    end if;
  end if;
  if p_erase then perform public.lock_belongings(array[v_id]); end if;

  insert into public.inbound (wamid, customer_id, sent_at, version, ticket)
  values (p_wamid, v_id, p_sent_at, v_conversation.version + 1, coalesce(p_ticket->>'code', p_change->>'code'))
  on conflict (wamid) do nothing;
  if not found then                                        -- another delivery was committed since this one began
    return public.answer_concurrent_duplicate(v_conversation, p_wamid, p_sent, p_lease, p_lease_seconds, p_channels);
  end if;
  if p_original is not null then
    perform public.record_edit(p_original, v_id, p_sent_at, coalesce(p_ticket->>'code', p_change->>'code'), p_deletes);
  end if;
  if p_ticket is not null then
    perform public.open_ticket(v_id, p_wamid, p_ticket);
    -- Whatever quotes, edits or deletes one of the messages of the report is about this ticket.
    update public.inbound set ticket = p_ticket->>'code'
     where customer_id = v_id and wamid in (select part->>'wamid' from jsonb_array_elements(p_ticket->'parts') part);
  end if;
  if p_change is not null then perform public.change_ticket(v_ticket, p_wamid, p_change); end if;
  -- Who writes too much, or has not finished, is not answered each time: the reply waits, and the one to their next message may
  -- take its place. What they write is kept all the same.
  v_tokens := least(public.bubbles_at_once(), v_conversation.tokens + v_passed / public.bubble_seconds()) - v_bubbles;
  if v_bubbles > 0 then
    select w.dropped, w.since into v_dropped, v_since from public.take_place_of_waiting(v_id, v_reply, v_tokens < 0) w;
    v_tokens := v_tokens + v_dropped;
  end if;
  v_since := case when v_wait > 0 then coalesce(v_since, now()) end;
  v_due := now() + make_interval(secs => case when p_erase then 0 else greatest(-v_tokens, 0) * public.bubble_seconds() end);
  v_due := greatest(v_due, least(now() + make_interval(secs => v_wait), v_since + public.max_reply_wait()));
  v_new_day := coalesce(p_sent_at >= v_conversation.bubbles_since + interval '24 hours', true);
  update public.conversations set
    version = version + 1, session = p_session, facts = '[]', tokens = v_tokens, room = v_room - 1,
    tokens_at = greatest(tokens_at, p_sent_at), last_inbound_at = greatest(last_inbound_at, p_sent_at), updated_at = now(),
    bubbles = greatest(case when v_new_day then 0 else bubbles end + v_bubbles - v_dropped, 0),
    bubbles_since = case when v_new_day then p_sent_at else bubbles_since end
   where customer_id = v_id returning bubbles, bubbles_since into v_conversation.bubbles, v_conversation.bubbles_since;
  if v_window > now() and exists (select from public.outbox
       where customer_id = v_id and (held or as_template and status in ('ready', 'sending'))) then
    v_lanes := public.release_held(v_id, v_window);
  end if;
  -- After all that may wait for a lock of somebody else, as these rows are of many customers; before the new rows, which may then
  -- leave at once.
  if jsonb_array_length(p_sent) > 0 and not p_erase then
    select m.done, v_lanes || m.lanes into v_done, v_lanes from public.mark_rows_sent(p_sent, '{}') m;
  end if;
  for n in 0..jsonb_array_length(p_outbox) - 1 loop
    v_row := public.insert_outbox_row(v_id, p_wamid, v_window, v_due, p_outbox->n, p_channels, p_lease, p_lease_seconds,
      v_since);
    if v_row.status = 'sending' then
      v_rows := v_rows || public.leased_row(v_row);
      v_lanes := array_remove(v_lanes, v_row.lane);
    elsif v_row.id is not null then
      v_waiting := v_waiting || v_row.lane;
    end if;
  end loop;
  if p_erase then perform public.erase_customer(v_id, p_wamid); end if;
  if 'storage' = any (p_channels) and jsonb_array_length(coalesce(p_ticket->'files', p_change->'files', '[]')) > 0 then
    v_lanes := v_lanes || public.lanes_of_files(coalesce(p_ticket->>'code', p_change->>'code'), p_wamid);
  end if;
  v_lanes := v_lanes || v_waiting;
  if v_lanes <> '{}' then
    v_rows := v_rows || public.lease_lanes(v_lanes, p_channels, p_lease, p_lease_seconds);
  end if;
  if v_waiting <> '{}' and v_due > now() then v_later := public.due_lanes(v_waiting); end if;
  return jsonb_build_object('result', 'committed', 'customer_id', case when not p_erase then v_id end,
    'version', case when p_erase then 0 else v_conversation.version + 1 end,
    'session', case when p_erase then '{}'::jsonb else p_session end, 'facts', '[]'::jsonb,
    'bubbles', case when p_erase then 0 else v_conversation.bubbles end,
    'bubbles_since', case when not p_erase then v_conversation.bubbles_since end,
    'rows', v_rows, 'done', v_done, 'due', v_later,
    'waiting', case when v_waiting = '{}' then '[]'
      else to_jsonb(v_waiting) - array(select leased->>'lane' from jsonb_array_elements(v_rows || v_later) leased) end);
end $$;
comment on function public.commit_turn is
  'Commits all effects of a message, or none: committed, duplicate, conflict, throttled (beyond the cap on messages), '
  'throttle_reply_needed, code_taken, too_many_tickets, ticket_full or ticket_full_told. With them it marks rows as sent (p_sent) '
  'and says which are done. p_original: the message that this one edits, or deletes. waiting: lanes in which a row of this turn '
  'waits for the one before it; due: lanes in which it waits for a time.';

create function public.throttle_turn(
  p_conversation public.conversations, p_wamid text, p_sent_at timestamptz, p_window timestamptz, p_reply jsonb, p_lease uuid,
  p_lease_seconds integer, p_channels text[]
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_id      bigint := p_conversation.customer_id;
  v_says_so boolean := coalesce(p_conversation.throttled_at < now() - interval '1 hour', true);
  v_row     public.outbox;
  v_rows    jsonb := '[]';
begin
  if v_says_so and p_reply is null then
    return public.unchanged_turn(p_conversation, 'throttle_reply_needed');
  end if;
  insert into public.inbound (wamid, customer_id, sent_at, version, outcome)
  values (p_wamid, v_id, p_sent_at, p_conversation.version, 'throttled')
  on conflict (wamid) do nothing;
  if not found then
    return public.answer_concurrent_duplicate(p_conversation, p_wamid, '[]', p_lease, p_lease_seconds, p_channels);
  end if;
  if v_says_so then
    v_row := public.insert_outbox_row(v_id, p_wamid, p_window, now(), p_reply, p_channels, p_lease, p_lease_seconds);
    v_rows := case v_row.status when 'sending' then jsonb_build_array(public.leased_row(v_row))
      else public.lease_lanes(array[v_row.lane], p_channels, p_lease, p_lease_seconds) end;
  end if;
  update public.conversations set throttled_at = now(), last_inbound_at = greatest(last_inbound_at, p_sent_at)
   where customer_id = v_id;
  return public.unchanged_turn(p_conversation, 'throttled', v_rows)
    || jsonb_build_object('waiting', case when v_row.status = 'ready' and v_rows = '[]' then array[v_row.lane] else '{}' end);
end $$;
comment on function public.throttle_turn is 'Beyond the cap on messages the message is not kept, and at most one reply an hour says so.';

create function public.answer_concurrent_duplicate(
  p_conversation public.conversations, p_wamid text, p_sent jsonb, p_lease uuid, p_lease_seconds integer, p_channels text[]
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_known public.inbound;
begin
  select * into v_known from public.inbound where wamid = p_wamid;
  delete from public.customers c where c.id = p_conversation.customer_id and p_conversation.version = 0
     and not exists (select from public.inbound i where i.customer_id = c.id);      -- was only just created
  return public.answer_duplicate(v_known, p_sent, p_lease, p_lease_seconds, p_channels);
end $$;
comment on function public.answer_concurrent_duplicate is
  'The answer for a message that another transaction has committed while this one waited for the customer.';

create function public.unshown_questions(p_after bigint, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select coalesce(jsonb_agg(to_jsonb(q) order by q.id), '[]') from (
    select o.id, o.wamid, coalesce(i.sent_at, o.created_at) as sent_at, c.user_id, c.wa_id, c.name
      from public.outbox o
      join public.customers c on c.id = o.customer_id
      join public.conversations v on v.customer_id = o.customer_id
      left join public.inbound i on i.wamid = o.wamid
     where o.status = 'dead' and o.id > p_after and o.channel = 'whatsapp' and o.content = 'rendered'
       and o.last_error is distinct from 'superseded'
       and (v.session ? 'draft' or v.session ? 'files')
       and (c.user_id is not null or public.number_is_theirs(c))
       -- It was their latest reply, and the dialogue has not been told yet.
       and not exists (select from public.outbox n where n.customer_id = o.customer_id and n.id > o.id
                          and n.channel = 'whatsapp' and n.content = 'rendered')
       and not exists (select from public.inbound s where s.wamid = o.wamid || '/unshown')
     order by o.id limit p_limit) q);
end $$;
comment on function public.unshown_questions is
  'The customers whose latest reply was given up while their session holds words or files, by the id of that reply.';

-- What technicians note on a ticket among themselves, and how a duplicate is merged into another ticket of the same customer.

create function public.mark_ticket(
  p_ticket public.tickets, p_action text, p_text text, p_choice text, p_author text, p_key text, p_technician text
) returns text language plpgsql set search_path = '' as $$
begin
  if p_action = 'internal' and p_text is null then return 'text_missing'; end if;
  if p_action = 'urgent' and p_ticket.urgent or p_action = 'not_urgent' and not p_ticket.urgent
     or p_action = 'category' and p_choice is not distinct from p_ticket.category then
    return 'done';                                         -- it is so already
  end if;
  -- Not updated_at: the customer may see that.
  update public.tickets set
    urgent = case p_action when 'urgent' then true when 'not_urgent' then false else urgent end,
    category = case p_action when 'category' then p_choice else category end
   where id = p_ticket.id and p_action <> 'internal';
  insert into public.ticket_events (ticket_id, kind, actor, author, author_address, action, body, key)
  values (p_ticket.id, case p_action when 'not_urgent' then 'urgent' else p_action end, 'technician', p_author, p_technician, p_action,
    case p_action when 'internal' then p_text when 'category' then p_choice end, p_key);
  return 'done';
end $$;
comment on function public.mark_ticket is
  'A mark on a ticket, locked by the caller: internal (a note), urgent, not_urgent or category. Its customer never hears of it, it '
  'takes nothing, and it is possible in every status: done or text_missing.';

create function public.merge_ticket(
  p_ticket public.tickets, p_into text, p_author text, p_key text, p_technician text
) returns text language plpgsql set search_path = '' as $$
declare
  v_into public.tickets;
begin
  select * into v_into from public.tickets where code = p_into and customer_id = p_ticket.customer_id;
  if v_into.merged_into is not null then
    select * into v_into from public.tickets where id = v_into.merged_into and customer_id = p_ticket.customer_id;
  end if;
  if v_into.id is null or v_into.id = p_ticket.id or v_into.status = 'closed' then return 'illegal'; end if;
  -- What was merged into the duplicate follows, so that every pointer leads to a ticket without one.
  update public.tickets set merged_into = v_into.id where id = p_ticket.id or merged_into = p_ticket.id;
  -- The first of their words that we have not answered, in either.
  update public.tickets set urgent = urgent or p_ticket.urgent, wants_human = wants_human or p_ticket.wants_human, updated_at = now(),
    answer_due = answer_due or p_ticket.answer_due,
    waits_since = case when p_ticket.answer_due and (not answer_due or p_ticket.waits_since < waits_since)
      then p_ticket.waits_since else waits_since end
   where id = v_into.id;
  perform public.move_ticket(p_ticket, 'technician', 'merge', null, p_author, p_key, null, null, p_technician);
  insert into public.ticket_events (ticket_id, kind, actor, author, author_address, body)
  values (v_into.id, 'merged', 'technician', p_author, p_technician, p_ticket.code);
  return 'done';
end $$;
comment on function public.merge_ticket is
  'Closes a duplicate, with a pointer to another ticket of the same customer that is not closed: done or illegal. All of their '
  'tickets are locked by the caller.';

create function public.other_tickets(p_ticket public.tickets) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('code', o.code, 'status', o.status, 'summary', o.summary,
      'wants_human', o.wants_human, 'merged', o.merged_into is not null) order by o.status = 'closed', o.id desc), '[]')
    from (select * from public.tickets
           where customer_id = p_ticket.customer_id and id <> p_ticket.id
           order by status = 'closed', id desc limit 20) o);
end $$;
comment on function public.other_tickets is 'Twenty other tickets of the same customer: those that are not closed first, newest first.';

create function public.ticket_page(p_ticket bigint, p_before bigint default null) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_ticket public.tickets;
begin
  select * into v_ticket from public.tickets where id = p_ticket;
  return public.ticket_record(p_ticket, null, p_before) || jsonb_build_object(
    'others', public.other_tickets(v_ticket),
    'others_count', (select count(*) from public.tickets where customer_id = v_ticket.customer_id and id <> v_ticket.id),
    'answers', (select coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'language', a.language) order by a.name), '[]')
                  from public.answers a));
end $$;
comment on function public.ticket_page is
  'The record of a ticket with what else its page shows: the customer''s other tickets, and the names of the canned answers.';

-- What technicians see and do.

create function public.load_ticket(p_code text, p_before bigint default null) returns jsonb
language sql stable set search_path = '' as $$
  select public.ticket_page(t.id, p_before) from public.tickets t where t.code = p_code
$$;
comment on function public.load_ticket is
  'The record of a ticket with its latest events, or those before p_before; or null. For technicians: there is no owner check.';

create function public.load_file(p_code text, p_file bigint) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('file', public.file_json(a),
      'at', coalesce((select e.created_at from public.ticket_events e where e.id = a.event_id), a.created_at),
      'place', (select count(*) from public.attachments b where b.ticket_id = t.id and b.id <= a.id))
    from public.tickets t join public.attachments a on a.ticket_id = t.id where t.code = p_code and a.id = p_file
$$;
comment on function public.load_file is 'A file of a ticket, its place among the ticket''s files (from 1), and when it came; or null.';

create function public.work_on_ticket(
  p_ticket public.tickets, p_action text, p_text text, p_author text, p_key text, p_technician text, p_technicians text[], p_to text,
  p_to_name text
) returns bigint language plpgsql set search_path = '' as $$
declare
  v_moves boolean := true;                                 -- it changes hands
  v_event bigint;
begin
  case
    when p_action = 'hand_over' then null;
    when p_action = 'give_back' then p_to := null; p_to_name := null;
    else
      -- The first words on a ticket that nobody has take it.
      v_moves := coalesce(p_author, p_technician) is not null
        and (p_action = 'take' or p_action in ('ask', 'answer', 'resolve') and public.is_untaken(p_ticket.assignee, p_ticket.assignee_address, p_technicians));
      p_to := p_technician; p_to_name := p_author;
  end case;
  if v_moves then perform public.assign_ticket(p_ticket.id, p_to_name, p_to); end if;
  v_event := public.move_ticket(p_ticket, 'technician', p_action, case when not public.assigns(p_action) then p_text end, p_author,
    p_key, null, null, p_technician, case when public.assigns(p_action) then coalesce(p_to_name, p_to) end);
  if public.assigns(p_action) and v_moves then
    -- Who did it knows, and who is no technician any more is not told.
    perform public.notify_colleague(p_ticket, v_event, nullif(case
        when p_action = 'hand_over' then p_to
        when p_action = 'take' and not public.is_untaken(p_ticket.assignee, p_ticket.assignee_address, p_technicians)
          then p_ticket.assignee_address
      end, p_technician));
  end if;
  return v_event;
end $$;
comment on function public.work_on_ticket is
  'A technician does something that is possible to a ticket, locked by the caller with its customer. p_to, p_to_name: who is to have it. '
  'Returns the event.';

create function public.is_to_be_read(p_kind text) returns boolean
language sql immutable as $$ select p_kind not in ('notified', 'undelivered', 'email_failed', 'urgent', 'category') $$;
comment on function public.is_to_be_read is
  'Whether a technician who acts has to know of an event of this kind: not of what became of a message, nor of a mark.';

create function public.has_just_said(p_ticket bigint, p_action text, p_text text, p_technician text, p_files jsonb) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return coalesce((
    select e.actor = 'technician' and e.action is not distinct from p_action and e.body = p_text
        and e.author_address is not distinct from p_technician and e.created_at > now() - interval '1 hour'
        -- Another file under the same words is something else.
        and array(select (a.sha256, a.filename)::text from public.attachments a where a.event_id = e.id order by 1)
          = array(select (f->>'sha256', f->>'filename')::text from jsonb_array_elements(p_files) f order by 1)
      from public.ticket_events e
     where e.ticket_id = p_ticket and public.is_to_be_read(e.kind) and e.kind <> 'assigned'
     order by e.id desc limit 1), false);
end $$;
comment on function public.has_just_said is
  'Whether the latest that happened in a ticket is that this technician said these words, with these files: a browser that goes back shows them again, in '
  'a form that is a new one.';

create function public.act_on_ticket(
  p_code text, p_action text, p_text text default null, p_author text default null,
  p_key text default null, p_seen bigint default null,
  p_technician text default null, p_technicians text[] default null, p_to text default null, p_to_name text default null,
  p_choice text default null, p_files jsonb default '[]',
  p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_customer bigint;
  v_ticket   public.tickets;
  v_text     text := nullif(btrim(p_text, E' \t\r\n'), '');
  v_result   text := 'done';
  v_event    bigint;
  v_rows     jsonb := '[]';
begin
  p_author := nullif(btrim(p_author), '');
  p_technician := lower(p_technician);
  -- The customer is locked first, as in every transaction that may change their conversation: whoever has the ticket once that is
  -- done. Else a second update of the ticket, at which Postgres checks its reference to the customer, would wait for them with the
  -- ticket locked. Two customers are not held at once: a ticket gets another when the row of the former is deleted (65_identity.sql).
  loop
    v_customer := (select customer_id from public.tickets where code = p_code);
    perform from public.customers where id = v_customer for no key update;
    exit when v_customer is not distinct from (select customer_id from public.tickets where code = p_code);
  end loop;
  if p_action = 'merge' then
    perform from public.tickets where customer_id = v_customer order by id for no key update;
  end if;
  select * into v_ticket from public.tickets where code = p_code for no key update;
  if not found then
    return jsonb_build_object('result', 'missing', 'ticket', null, 'rows', v_rows);
  end if;
  if exists (select from public.ticket_events where ticket_id = v_ticket.id and key = p_key)
     or p_key like 'page/%' and public.has_just_said(v_ticket.id, p_action, v_text, p_technician, p_files) then
    v_result := 'repeated';
  elsif p_action in ('internal', 'urgent', 'not_urgent', 'category') then
    v_result := public.mark_ticket(v_ticket, p_action, v_text, nullif(btrim(p_choice), ''), p_author, p_key, p_technician);
  elsif exists (select from public.ticket_events
                 where ticket_id = v_ticket.id and id > p_seen and public.is_to_be_read(kind)) then
    v_result := 'stale';
  elsif (p_action = any (public.possible_actions(v_ticket))) is not true or p_action = 'hand_over' and coalesce(p_to, p_to_name) is null then
    v_result := 'illegal';
  elsif v_text is null and p_action in ('ask', 'answer') then
    v_result := 'text_missing';
  elsif p_files <> '[]' and p_action not in ('ask', 'answer', 'resolve') then
    v_result := 'illegal';
  elsif p_files <> '[]' and not public.claim_files(p_files) then
    v_result := 'files_gone';
  elsif p_action = 'merge' then
    v_result := public.merge_ticket(v_ticket, p_choice, p_author, p_key, p_technician);
  else
    v_event := public.work_on_ticket(v_ticket, p_action, v_text, p_author, p_key, p_technician, p_technicians, lower(p_to), p_to_name);
    if p_files <> '[]' then perform public.send_files(v_ticket, v_event, p_files); end if;
  end if;
  if p_files <> '[]' and v_result <> 'done' then perform public.drop_files(p_files); end if;
  -- If the answer to this form was lost, what it put into the outbox may still be open.
  if v_result in ('done', 'repeated') and v_ticket.customer_id is not null then
    v_rows := public.lease_lanes(array['notify:' || v_ticket.customer_id]
      || case when p_files <> '[]' then array['files:' || v_ticket.customer_id] end, p_channels, p_lease, p_lease_seconds);
  end if;
  return jsonb_build_object('result', v_result, 'ticket', public.ticket_page(v_ticket.id), 'rows', v_rows);
end $$;
comment on function public.act_on_ticket is
  'Applies a technician''s action, or their mark: done, repeated (same form), stale (events after p_seen), illegal, text_missing, '
  'files_gone (they have waited for their answer too long) or missing. p_technician: the address of who acts; p_technicians: all addresses of the setting; p_to, p_to_name: who it is handed '
  'to; p_choice: the category, or the code of the ticket to merge into; p_files: those of an answer, see send_files. Leases what tells the customer of it, if that may leave now.';

create function public.open_ticket_for(
  p_key text, p_code text, p_number text, p_name text, p_text text, p_summary text, p_language text, p_category text default null,
  p_author text default null, p_technician text default null, p_technicians text[] default null, p_takes boolean default false,
  p_epoch integer default null, p_lease uuid default null, p_lease_seconds integer default 40, p_channels text[] default '{whatsapp,email}'
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' set plan_cache_mode = force_generic_plan as $$
declare
  v_wamid    text := 'desk/' || p_key;                     -- no message opens it: that it is unique makes of one form one ticket
  v_result   text := 'repeated';
  v_customer bigint;
  v_ticket   public.tickets;
  v_event    bigint;
begin
  if p_epoch <> public.desk_epoch() then
    return jsonb_build_object('result', 'shut', 'rows', '[]'::jsonb);
  end if;
  p_author := nullif(btrim(p_author), '');
  p_technician := lower(p_technician);
  select * into v_ticket from public.tickets where wamid = v_wamid;
  if not found then
    if exists (select from public.tickets where code = p_code) then
      return jsonb_build_object('result', 'code_taken', 'rows', '[]'::jsonb);
    end if;
    v_customer := public.customer_of_number(p_number, nullif(btrim(p_name), ''));
    -- The same form may have been sent twice, and this one has waited for the other.
    select * into v_ticket from public.tickets where wamid = v_wamid;
  end if;
  if v_ticket.id is null then
    if public.has_too_many_tickets(v_customer) then
      return jsonb_build_object('result', 'too_many_tickets', 'rows', '[]'::jsonb);
    end if;
    insert into public.tickets (code, customer_id, wamid, summary, description, language, category)
    values (p_code, v_customer, v_wamid, p_summary, p_text, p_language, p_category)
    returning * into v_ticket;
    insert into public.ticket_events (ticket_id, kind, actor, author, author_address, body)
    values (v_ticket.id, 'created', 'technician', p_author, p_technician, p_text)
    returning id into v_event;
    perform public.append_fact(v_ticket, 'opened', array[v_event]);
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events, window_until)
    values ('notify/' || v_event, 'notify:' || v_customer, 'whatsapp', 'notification', v_customer, v_ticket.id, array[v_event],
      coalesce((select last_inbound_at from public.conversations where customer_id = v_customer), '-infinity') + public.service_window());
    insert into public.outbox (dedup_key, lane, channel, content, customer_id, ticket_id, events)
    values ('mail/' || p_code || '/opened', 'mail:' || p_code, 'email', 'opened', v_customer, v_ticket.id, array[v_event]);
    if p_takes then
      perform public.work_on_ticket(v_ticket, 'take', null, p_author, null, p_technician, p_technicians, null, null);
    end if;
    v_result := 'opened';
  end if;
  -- If the answer to this form was lost, what it put into the outbox may still be open.
  return jsonb_build_object('result', v_result, 'code', v_ticket.code,
    'event', (select min(e.id) from public.ticket_events e where e.ticket_id = v_ticket.id and e.kind = 'created'),
    'rows', public.lease_lanes(array_remove(array['mail:' || v_ticket.code, 'notify:' || v_ticket.customer_id], null),
      p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.open_ticket_for is
  'A technician opens a ticket for somebody who called or stands at the counter, and tells them its code: opened, repeated (the same '
  'form), code_taken, too_many_tickets, or shut if all access of p_epoch was ended (null: the operator''s). p_takes: it is theirs. Leases what tells the customer and the technicians of it.';

-- The technicians' list of all tickets: whose they are, since when each waits, and the search.
--
-- Each tab is one range of an index, in its order, so that it costs the same with 100 tickets and with 100,000. The search has no
-- extension: the Postgres of `make run` has none on a Mac. Words are a tsvector, and names and numbers arrays of trigrams, both
-- with accents folded and behind the GIN index that every Postgres has.

-- Since when a ticket waits.

create function public.keep_waiting() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.actor = 'technician' and (new.body is not null or new.to_status in ('waiting_customer', 'resolved', 'closed')) then
    update public.tickets set waits_since = new.created_at, answer_due = false
     where id = new.ticket_id and (waits_since, answer_due) is distinct from (new.created_at, false);
  elsif new.to_status = 'closed' then null;                -- by the customer: check_status_change did it
  elsif new.actor = 'customer' or new.from_status in ('resolved', 'closed') then
    -- The first of their messages since our last word.
    update public.tickets set waits_since = new.created_at, answer_due = true where id = new.ticket_id and not answer_due;
  end if;
  return null;
end $$;
comment on function public.keep_waiting is
  'Keeps since when a ticket waits: for us since the first message of its customer after our last word, for them since that word.';

create trigger keep_waiting after insert on public.ticket_events for each row
  when (new.actor in ('customer', 'technician') and new.kind in ('note', 'human', 'correction', 'status', 'answer'))
  execute function public.keep_waiting();

create function public.taken_by(p_address text, p_name text) returns text
language sql immutable as $$ select coalesce(p_address, case when p_name is null then '' else '?' end) $$;
comment on function public.taken_by is 'Who has a ticket: an address; empty for nobody; ? for somebody who is known by name only.';

create index tickets_by_taker on public.tickets (public.taken_by(assignee_address, assignee), waits_since, id)
  where status not in ('resolved', 'closed');
create index tickets_our_turn on public.tickets (waits_since, id) where status in ('open', 'in_progress');
create index tickets_waiting on public.tickets (waits_since, id) where status = 'waiting_customer';
create index tickets_resolved on public.tickets (waits_since, id) where status = 'resolved';

create function public.absent_takers(p_technicians text[]) returns text[]
language plpgsql stable set search_path = '' as $$
begin
  -- From one taker to the next: a step for each, however many tickets they have.
  return array(
    with recursive takers as (
      (select public.taken_by(t.assignee_address, t.assignee) as taker from public.tickets t
        where t.status not in ('resolved', 'closed') order by 1 limit 1)
      union all
      select (select public.taken_by(t.assignee_address, t.assignee) from public.tickets t
               where t.status not in ('resolved', 'closed') and public.taken_by(t.assignee_address, t.assignee) > takers.taker
               order by 1 limit 1)
        from takers where takers.taker is not null)
    select taker from takers where taker <> '?' and taker <> all (p_technicians));
end $$;
comment on function public.absent_takers is
  'Who has active tickets and is no technician any more; and the empty text, if there are tickets that nobody has.';

-- Reports that were never confirmed.

create table public.drafts (
  customer_id bigint primary key references public.customers on delete cascade,
  since       timestamptz not null default now()
);
create index drafts_by_age on public.drafts (since, customer_id);
comment on table public.drafts is 'Whose session holds words or files for a report, and since when. The session itself is in conversations.';
alter table public.drafts enable row level security;

create function public.holds_draft(p_session jsonb) returns boolean
language sql immutable as $$
  select (p_session ? 'draft' or p_session ? 'files') and not p_session ? 'cancelled'
    and p_session->>'state' not in ('following', 'another_problem', 'closing', 'rating')
$$;
comment on function public.holds_draft is
  'Session.has_report of state/model/session.py, but for reports that were cancelled: with a ticket the draft is a note in it.';

create function public.keep_draft() returns trigger
language plpgsql set search_path = '' as $$
begin
  if public.holds_draft(new.session) then
    insert into public.drafts (customer_id) values (new.customer_id) on conflict do nothing;
  else
    delete from public.drafts where customer_id = new.customer_id;
  end if;
  return null;
end $$;

create trigger keep_draft after update of session on public.conversations for each row
  when (public.holds_draft(old.session) is distinct from public.holds_draft(new.session))
  execute function public.keep_draft();
create trigger keep_first_draft after insert on public.conversations for each row
  when (public.holds_draft(new.session))
  execute function public.keep_draft();

-- The search.

create function public.words_of(p_text text) returns text[]
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  -- An é is an e and an accent; what is neither a letter nor a digit stands between words, of which nothing is too long for an index.
  return array(
    select distinct left(word, 40)
      from regexp_split_to_table(
        lower(regexp_replace(normalize(left(p_text, 20000), NFKD), U&'[\0300-\036F]', '', 'g')),
        U&'[\0001-\002F\003A-\0060\007B-\00BF\2000-\206F\3000-\303F\FEFF]+') word
     where word <> '');
end $$;
comment on function public.words_of is 'The words of a text, each once, in small letters without accents.';

create function public.trigrams_of(p_text text) returns text[]
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return array(
    select distinct substr('  ' || word, place, 3)
      from unnest(public.words_of(p_text)) word, generate_series(1, length(word)) place);
end $$;
comment on function public.trigrams_of is 'Every three signs of each word in a row, with two spaces before it.';

create function public.trigrams_within(p_word text) returns text[]
language plpgsql immutable strict set search_path = '' as $$
begin
  if length(p_word) < 3 then return public.trigrams_of(p_word); end if;          -- the beginning of a word
  return array(select distinct substr(p_word, place, 3) from generate_series(1, length(p_word) - 2) place);
end $$;
comment on function public.trigrams_within is 'What trigrams_of any text has that holds these signs.';

create function public.who_words(p_name text, p_wa_id text) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return array_to_string(public.words_of(coalesce(p_name, '') || ' ' || coalesce(p_wa_id, '')), ' ');
end $$;

alter table public.customers add column who text generated always as (public.who_words(name, wa_id)) stored;
comment on column public.customers.who is 'The words of their name and their number, for the search.';
create index customers_who on public.customers using gin (public.trigrams_of(who)) with (gin_pending_list_limit = 256);

create table public.ticket_words (
  ticket_id bigint primary key references public.tickets on delete cascade,
  words     tsvector not null
);
create index ticket_words_words on public.ticket_words using gin (words) with (gin_pending_list_limit = 256);
comment on table public.ticket_words is
  'The words of each ticket and of its events, each once, for the search: of what is deleted there nothing stays here.';
alter table public.ticket_words enable row level security;

create function public.index_ticket(p_ticket bigint) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.ticket_words as w (ticket_id, words)
  select t.id, array_to_tsvector((public.words_of(t.code || ' ' || t.summary) || public.words_of(t.description)
      || array(select word from public.ticket_events e, unnest(public.words_of(e.body)) word
                where e.ticket_id = t.id and e.kind not in ('created', 'rating', 'notified') order by e.id limit 3000)
      || array(select word from public.attachments a, unnest(public.words_of(a.transcript)) word
                where a.ticket_id = t.id and a.transcript is not null order by a.id limit 1000))[:5000])
    from public.tickets t where t.id = p_ticket
  on conflict (ticket_id) do update set words = excluded.words;
end $$;
comment on function public.index_ticket is 'Collects the words of a ticket anew: at most 5,000, so that they fit into a tsvector.';

create function public.index_tickets() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform public.index_ticket(new.id);
  return null;
end $$;

create trigger index_new_ticket after insert on public.tickets for each row execute function public.index_tickets();
create trigger index_changed_ticket after update of code, summary, description on public.tickets for each row
  when (row(old.code, old.summary, old.description) is distinct from row(new.code, new.summary, new.description))
  execute function public.index_tickets();

create function public.index_event() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_words tsvector;
begin
  if tg_op = 'INSERT' then
    v_words := array_to_tsvector(public.words_of(new.body));
    -- Of the usual words there is nothing new.
    update public.ticket_words w set words = w.words || v_words
     where w.ticket_id = new.ticket_id and length(w.words) < 5000 and length(w.words || v_words) > length(w.words);
  else
    perform public.index_ticket(old.ticket_id);            -- what is gone may stand elsewhere in it, too
  end if;
  return null;
end $$;

create function public.index_transcript() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform public.index_ticket(old.ticket_id);
  return null;
end $$;

create trigger index_transcript after update of transcript on public.attachments for each row
  when (old.transcript is distinct from new.transcript) execute function public.index_transcript();
create trigger index_deleted_transcript after delete on public.attachments for each row
  when (old.transcript is not null) execute function public.index_transcript();

create trigger index_new_event after insert on public.ticket_events for each row
  when (new.body is not null and new.kind not in ('created', 'rating', 'notified'))
  execute function public.index_event();
create trigger index_changed_event after update of body on public.ticket_events for each row
  when (old.body is distinct from new.body) execute function public.index_event();
create trigger index_deleted_event after delete on public.ticket_events for each row
  when (old.body is not null) execute function public.index_event();

create function public.search_words(p_query text) returns text[]
language plpgsql immutable set search_path = '' as $$
begin
  -- The last digits of a number: of what stands before them there are several forms.
  return (array(select case when word ~ '^[0-9]{10,}$' then right(word, 8) else word end
                  from unnest(public.words_of(left(p_query, 200))) word order by length(word) desc, word))[:8];
end $$;
comment on function public.search_words is 'What is searched for, the longest word first.';

create function public.who_patterns(p_words text[]) returns text[]
language plpgsql immutable set search_path = '' as $$
begin
  -- No word has a sign that means something in a pattern.
  return array(
    select case when length(word) < 6 then word else
        word || format('|(^| )(%s[^ ]{%s,%s}|[^ ]{%s,%s}%s)( |$)', left(word, half), rest - 1, rest + 1,
          rest - 1, rest + 1, right(word, half)) end
      from (select word, length(word) / 2 as half, length(word) - length(word) / 2 as rest from unnest(p_words) word) halved);
end $$;
comment on function public.who_patterns is
  'For each word what a name and a number have in them, or nearly: a word as long, but for a sign, with the same first or last half.';

create function public.latest_searched() returns integer
language sql immutable as $$ select 1000 $$;
comment on function public.latest_searched is 'So many of the latest tickets are searched one by one, before the indexes are asked.';

create function public.search_tickets(p_query text, p_codes text[], p_before bigint, p_limit integer) returns bigint[]
language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
  v_words  text[]  := public.search_words(p_query);
  v_first  text    := v_words[1];
  v_half   integer := case when length(v_first) >= 6 then length(v_first) / 2 end;
  v_each   tsquery[] := array(select ('''' || word || ''':*')::tsquery from unnest(v_words) word);
  v_query  tsquery := (select string_agg(each::text, ' & ') from unnest(v_each) each)::tsquery;
  v_who    text[]  := public.who_patterns(v_words);
  v_exact  text[]  := coalesce(nullif(array(select distinct signs from unnest(v_words) word, unnest(public.trigrams_within(word)) signs
                                            where length(word) >= 3), '{}'), public.trigrams_within(v_first));
  v_before bigint  := coalesce(p_before, 9223372036854775807);
  v_people bigint[];
  v_found  bigint[] := array(select t.id from public.tickets t where t.code = any (p_codes) order by t.id desc);
begin
  if v_words = '{}' then return '{}'; end if;
  if v_found <> '{}' then return array(select id from unnest(v_found) id where id < v_before limit p_limit); end if;
  -- What is frequent is found among the latest tickets, and of what is rare the indexes have few.
  v_found := array(
    select t.id from (
      select l.id,
        -- As sub-queries: in a join the planner may read all words and all customers.
        (select w.words from public.ticket_words w where w.ticket_id = l.id) as words,
        (select c.who from public.customers c where c.id = l.customer_id) as who
        from public.tickets l
       where l.id < v_before order by l.id desc limit public.latest_searched()) t
     where not exists (select from unnest(v_each, v_who) sought(word, pattern)
                        where (t.words @@ sought.word or t.who ~ sought.pattern) is not true)
     order by t.id desc limit p_limit);
  if cardinality(v_found) = p_limit then return v_found; end if;
  v_people := array(
    select c.id from public.customers c
     where (public.trigrams_of(c.who) @> v_exact
         or public.trigrams_of(c.who) @> public.trigrams_of(left(v_first, v_half))
         or public.trigrams_of(c.who) @> public.trigrams_within(right(v_first, v_half)))
       and c.who ~ all (v_who));
  return array(
    select found.id from (
      select unnest(v_found) as id
      union
      select w.ticket_id from public.ticket_words w where w.words @@ v_query
      union
      select t.id from public.tickets t where t.customer_id = any (v_people)) found
     where found.id < v_before order by found.id desc limit p_limit);
end $$;
comment on function public.search_tickets is
  'The tickets with these codes; if there are none, the latest with each word of the query in what was written or in its '
  'customer''s name and number, there also nearly. Of older ones all words are in one of the two.';

-- The list.

create function public.max_desk_count() returns integer
language sql immutable as $$ select 1000 $$;
comment on function public.max_desk_count is 'The tickets of a tab are counted up to so many: the tab then says "1000+".';

create function public.desk_places(
  p_tab text, p_technician text, p_technicians text[], p_since timestamptz, p_id bigint, p_limit integer
) returns table (since timestamptz, id bigint) language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
  v_takers text[];
begin
  if p_tab in ('untaken', 'mine') then
    v_takers := case p_tab when 'mine' then array[p_technician] else public.absent_takers(p_technicians) end;
    return query select found.waits_since, found.id from unnest(v_takers) taker cross join lateral (
        select t.waits_since, t.id from public.tickets t
         where public.taken_by(t.assignee_address, t.assignee) = taker and t.status not in ('resolved', 'closed')
           and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
         order by t.waits_since, t.id limit p_limit) found
      order by found.waits_since, found.id limit p_limit;
  elsif p_tab = 'our_turn' then
    return query select t.waits_since, t.id from public.tickets t
      where t.status in ('open', 'in_progress') and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
      order by t.waits_since, t.id limit p_limit;
  elsif p_tab = 'waiting' then
    return query select t.waits_since, t.id from public.tickets t
      where t.status = 'waiting_customer' and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
      order by t.waits_since, t.id limit p_limit;
  elsif p_tab = 'resolved' then
    return query select t.waits_since, t.id from public.tickets t
      where t.status = 'resolved' and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
      order by t.waits_since, t.id limit p_limit;
  elsif p_tab = 'all' then
    return query select t.waits_since, t.id from public.tickets t
      where p_id = 0 or t.id < p_id order by t.id desc limit p_limit;
  elsif p_tab = 'drafts' then
    return query select d.since, d.customer_id from public.drafts d
      where d.since < now() - interval '1 day' and (d.since, d.customer_id) > (coalesce(p_since, '-infinity'), p_id)
        and (select v.last_inbound_at from public.conversations v where v.customer_id = d.customer_id) < now() - interval '1 day'
      order by d.since, d.customer_id limit p_limit;
  else
    raise exception 'unknown tab %', p_tab using errcode = '22023';
  end if;
end $$;
comment on function public.desk_places is
  'The first places of a tab after one of them (p_since, p_id), in its order: what waits longest first; of all, the latest. Of '
  'drafts the customers, of whom nothing came for a day.';

create function public.desk_row(p_ticket public.tickets, p_technicians text[]) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_customer public.customers;
begin
  select * into v_customer from public.customers c where c.id = p_ticket.customer_id;
  return jsonb_build_object('code', p_ticket.code, 'status', p_ticket.status, 'summary', p_ticket.summary,
    'wants_human', p_ticket.wants_human, 'urgent', p_ticket.urgent, 'answer_due', p_ticket.answer_due,
    'waits_since', p_ticket.waits_since, 'created_at', p_ticket.created_at, 'rating', p_ticket.rating,
    'language', p_ticket.language, 'customer', v_customer.name, 'wa_id', v_customer.wa_id,
    'has_customer', v_customer.id is not null,
    'assignee', case when p_ticket.assignee_address is null or p_ticket.assignee_address = any (p_technicians)
      then p_ticket.assignee end,
    'assignee_address', case when p_ticket.assignee_address = any (p_technicians) then p_ticket.assignee_address end);
end $$;
comment on function public.desk_row is 'A ticket in the list. Its assignee is nobody if they are no technician any more.';

create function public.draft_row(p_customer bigint, p_since timestamptz) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('customer', c.name, 'wa_id', c.wa_id, 'since', p_since,
      'text', left(v.session->>'draft', 400), 'files', coalesce(jsonb_array_length(v.session->'files'), 0))
    from public.customers c join public.conversations v on v.customer_id = c.id where c.id = p_customer);
end $$;

create function public.list_desk(
  p_tab text, p_technician text, p_technicians text[], p_query text default null, p_codes text[] default '{}',
  p_after text default null, p_limit integer default 50, p_counts boolean default true
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_since  timestamptz := timestamptz 'epoch' + split_part(p_after, '-', 1)::bigint * interval '1 microsecond';
  v_id     bigint      := coalesce(split_part(p_after, '-', 2)::bigint, 0);
  v_ids    bigint[];
  v_sinces timestamptz[];
  v_rows   jsonb;
begin
  -- One more than is shown tells whether there are more.
  if p_query is not null then
    v_ids := public.search_tickets(p_query, p_codes, nullif(v_id, 0), p_limit + 1);
  else
    select array_agg(place.id order by place.n), array_agg(place.since order by place.n) into v_ids, v_sinces
      from public.desk_places(p_tab, p_technician, p_technicians, v_since, v_id, p_limit + 1)
        with ordinality place(since, id, n);
  end if;
  if p_query is null and p_tab = 'drafts' then
    v_rows := (select jsonb_agg(public.draft_row(v_ids[n], v_sinces[n]) order by n)
      from generate_series(1, least(coalesce(cardinality(v_ids), 0), p_limit)) n);
  else
    v_rows := (select jsonb_agg(public.desk_row(t, p_technicians) order by place.n)
      from unnest(v_ids[:p_limit]) with ordinality place(id, n) join public.tickets t on t.id = place.id);
  end if;
  return jsonb_build_object(
    'counts', case when p_counts then (
      select jsonb_object_agg(tab, (select count(*) from public.desk_places(tab, p_technician, p_technicians, null, 0,
          public.max_desk_count() + 1)))
        from unnest('{untaken,mine,our_turn,waiting,resolved,all,drafts}'::text[]) tab) end,
    'most', public.max_desk_count(), 'away_until', public.absences()->p_technician,
    case when p_query is null and p_tab = 'drafts' then 'drafts' else 'rows' end, coalesce(v_rows, '[]'),
    'next', case when cardinality(v_ids) > p_limit then
      coalesce((extract(epoch from v_sinces[p_limit]) * 1000000)::bigint, 0) || '-' || v_ids[p_limit] end);
end $$;
comment on function public.list_desk is
  'A page of the list for a technician: the tickets of a tab, or those that a query finds, the count of each tab up to most + 1, '
  'where the next page begins, and until when the technician is away. p_technicians: the addresses of all, in small letters; who has a ticket and is not there is nobody.';

create function public.open_desk(
  p_epoch integer, p_tab text, p_technician text, p_technicians text[], p_query text default null,
  p_codes text[] default '{}', p_after text default null, p_limit integer default 50
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  if p_epoch is distinct from public.desk_epoch() then return null; end if;
  return public.list_desk(p_tab, p_technician, p_technicians, p_query, p_codes, p_after, p_limit);
end $$;
comment on function public.open_desk is 'The same for who has a cookie of this epoch; null if it was ended.';

create function public.leave_desk(p_epoch integer, p_technician text, p_until timestamptz) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if p_epoch is distinct from public.desk_epoch() then return null; end if;
  return public.set_away(p_technician, p_until);
end $$;
comment on function public.leave_desk is 'set_away for who has a cookie of this epoch; null if it was ended.';

create function public.next_on_desk(p_code text, p_technician text, p_technicians text[]) returns text
language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
  v_takers text[] := public.absent_takers(p_technicians) || p_technician;
  v_ticket public.tickets;
  v_code   text;
begin
  select * into v_ticket from public.tickets where code = p_code;
  for v_turn in 1..2 loop                                  -- after the last one the first
    select found.code into v_code from unnest(v_takers) taker cross join lateral (
        select t.code, t.waits_since, t.id from public.tickets t
         where public.taken_by(t.assignee_address, t.assignee) = taker and t.status not in ('resolved', 'closed')
           and t.status <> 'waiting_customer' and t.answer_due and t.code <> p_code
           and (v_turn = 2 or (t.waits_since, t.id) > (v_ticket.waits_since, v_ticket.id))
         order by t.waits_since, t.id limit 1) found
      order by found.waits_since, found.id limit 1;
    exit when found;
  end loop;
  return v_code;
end $$;
comment on function public.next_on_desk is
  'The ticket after this one, by how long they wait, of those that are this technician''s or nobody''s and are to be answered; or null.';

create function public.lead_from_desk(
  p_code text, p_epoch integer, p_technician text, p_technicians text[], p_onward boolean
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  if p_epoch is distinct from public.desk_epoch() then return null; end if;
  return jsonb_build_object('code',
    case when p_onward then public.next_on_desk(p_code, p_technician, p_technicians) else p_code end);
end $$;
comment on function public.lead_from_desk is
  'To which ticket the list leads who has a cookie of this epoch: to this one, or onward from it. Null if it was ended.';

create function public.mail_desk_link(
  p_technician text, p_recipient text, p_channels text[] default '{}', p_lease uuid default null, p_lease_seconds integer default 40
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_key  text := 'desk/' || p_technician || '/' || floor(extract(epoch from now()) / 600);
  v_lane text := 'desk:' || p_technician;
begin
  if exists (select from public.outbox where dedup_key = v_key) then
    return jsonb_build_object('result', 'recent', 'rows', public.lease_lanes(array[v_lane], p_channels, p_lease, p_lease_seconds));
  end if;
  -- Counted without a lock, as in cap_emails.
  if public.max_links_per_hour() <= (select count(*) from public.outbox o
       where o.channel = 'email' and o.content = 'desk_link' and o.created_at > now() - interval '1 hour') then
    return jsonb_build_object('result', 'too_many', 'rows', '[]'::jsonb);
  end if;
  insert into public.outbox (dedup_key, lane, channel, content, recipient)
  values (v_key, v_lane, 'email', 'desk_link', lower(p_recipient)) on conflict (dedup_key) do nothing;
  return jsonb_build_object('result', case when found then 'mailed' else 'recent' end,
    'rows', public.lease_lanes(array[v_lane], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.mail_desk_link is
  'E-mails a technician a link to the list: mailed, recent (within ten minutes one for each), too_many (for all, in an hour). '
  'p_technician: what stands for them in keys, where no address may be read.';

create function public.list_tickets(
  p_statuses text[] default null, p_limit integer default 50, p_after bigint default 0, p_opened_before timestamptz default null,
  p_mine text default null, p_untaken boolean default false, p_technicians text[] default null, p_query text default null,
  p_codes text[] default '{}'
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_found bigint[] := case when p_query is not null then public.search_tickets(p_query, p_codes, null, 1000000) end;
begin
  return (
    select coalesce(jsonb_agg(public.desk_row(t, coalesce(p_technicians, array[t.assignee_address]))
        || jsonb_build_object('id', t.id, 'assignee', t.assignee, 'updated_at', t.updated_at) order by t.id), '[]')
      from (
        select t.* from (select distinct unnest(coalesce(p_statuses, '{open,in_progress,waiting_customer,resolved,closed}'))) each(wanted)
          cross join lateral (
            -- One index range for each status. Written so that the planner uses it, not as "status = wanted": then it reads all
            -- closed tickets to find those of a rare status.
            select * from public.tickets t
             where t.status <= wanted and (t.status, t.id) > (wanted, p_after)
               and (p_opened_before is null or t.created_at < p_opened_before)
               and (v_found is null or t.id = any (v_found))
               and (p_mine is null or t.assignee_address = lower(p_mine)
                 or coalesce(public.words_of(t.assignee) @> public.words_of(p_mine), false))
               and (not p_untaken or public.is_untaken(t.assignee, t.assignee_address, p_technicians))
             order by t.status, t.id limit p_limit) t
         order by t.id limit p_limit) t);
end $$;
comment on function public.list_tickets is
  'For the command line: tickets after one of them, oldest first, with some statuses or with any. p_mine: of somebody, by address '
  'or by words of the name; p_untaken: of nobody, or of who is not among p_technicians any more.';

-- Reports for a team lead. Days and months are in the session's time zone; in Supabase Studio that is UTC.

create view public.ticket_times with (security_invoker = true) as
select t.id, t.code, t.status, t.created_at, t.rating,
  (select min(e.created_at) from public.ticket_events e
    where e.ticket_id = t.id and e.actor = 'technician' and e.kind in ('status', 'answer')
      and (e.body is not null or e.to_status = 'resolved')) as answered_at,
  (select min(e.created_at) from public.ticket_events e
    where e.ticket_id = t.id and e.to_status in ('resolved', 'closed')) as resolved_at,
  (select count(*) from public.ticket_events e
    where e.ticket_id = t.id and e.to_status = 'open' and e.from_status in ('resolved', 'closed')) as reopened
from public.tickets t;
comment on view public.ticket_times is 'For each ticket: when it was first answered in writing or resolved, when it was resolved, how often it was reopened.';

create view public.report_days with (security_invoker = true) as
select date_trunc('day', t.created_at)::date as day, count(*) as opened,
  count(*) filter (where t.status in ('resolved', 'closed')) as done,
  count(*) filter (where t.reopened > 0) as reopened
from public.ticket_times t group by 1 order by 1 desc;
comment on view public.report_days is 'Tickets per day: opened that day, and how many of those are done or were reopened.';

create view public.report_months with (security_invoker = true) as
select date_trunc('month', t.created_at)::date as month, count(*) as opened,
  percentile_cont(0.5) within group (order by t.answered_at - t.created_at) as first_answer_median,
  percentile_cont(0.9) within group (order by t.answered_at - t.created_at) as first_answer_p90,
  percentile_cont(0.5) within group (order by t.resolved_at - t.created_at) as resolution_median,
  percentile_cont(0.9) within group (order by t.resolved_at - t.created_at) as resolution_p90,
  count(*) filter (where t.reopened > 0) as reopened,
  count(t.rating) as ratings, round(avg(t.rating), 2) as satisfaction
from public.ticket_times t group by 1 order by 1 desc;
comment on view public.report_months is
  'By the month a ticket was opened: time to first answer and to resolution (median, 90th percentile), reopened, satisfaction.';

create view public.report_open with (security_invoker = true) as
select ages.age, count(t.id) as tickets, count(t.id) filter (where coalesce(t.assignee, t.assignee_address) is null) as untaken, min(t.created_at) as oldest
from (values (1, 'less than a day', interval '0', interval '1 day'), (2, '1 to 3 days', interval '1 day', interval '3 days'),
             (3, '3 to 7 days', interval '3 days', interval '7 days'),
             (4, 'more than 7 days', interval '7 days', interval '1000 years')) ages (n, age, from_age, to_age)
left join public.tickets t on t.status not in ('resolved', 'closed')
  and now() - t.created_at >= ages.from_age and now() - t.created_at < ages.to_age
group by ages.n, ages.age order by ages.n;
comment on view public.report_open is 'Open tickets by age.';

create view public.report_ratings with (security_invoker = true) as
select stars.rating, count(t.id) as tickets
from generate_series(1, 5) stars (rating) left join public.tickets t on t.rating = stars.rating
group by stars.rating order by stars.rating desc;
comment on view public.report_ratings is 'Tickets by rating.';

create function public.report(p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'days', (select jsonb_agg(jsonb_build_object('day', d.day::date, 'opened', coalesce(r.opened, 0),
        'done', coalesce(r.done, 0), 'reopened', coalesce(r.reopened, 0)) order by d.day desc)
      from generate_series(current_date - p_days + 1, current_date, interval '1 day') d (day)
      left join public.report_days r on r.day = d.day::date),
    'months', (select coalesce(jsonb_agg(m), '[]') from (
      select month, opened, reopened, ratings, satisfaction,
        extract(epoch from first_answer_median) as first_answer_median_seconds,
        extract(epoch from first_answer_p90) as first_answer_p90_seconds,
        extract(epoch from resolution_median) as resolution_median_seconds,
        extract(epoch from resolution_p90) as resolution_p90_seconds
      from public.report_months limit 12) m),
    'open', (select jsonb_agg(o) from public.report_open o),
    'ratings', (select jsonb_agg(r) from public.report_ratings r))
$$;
comment on function public.report is 'All reports together: each of the last p_days days, and the last twelve months with tickets; times in seconds.';

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

-- What is stored about one person, for them to have: python -m ops export-person. find_person (70_deletion.sql) says who it is.

create function public.export_person(p_id bigint) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'person', jsonb_build_object('name', c.name, 'number', c.wa_id, 'user_id', c.user_id, 'since', c.created_at),
    'conversation', (select jsonb_build_object('language', v.session->>'language', 'last_message_at', v.last_inbound_at,
        'session', v.session) from public.conversations v where v.customer_id = c.id),
    'tickets', (select coalesce(jsonb_agg(t.code order by t.id), '[]') from public.tickets t where t.customer_id = c.id),
    'received', (select coalesce(jsonb_agg(jsonb_build_object('id', i.wamid, 'sent_at', i.sent_at, 'received_at', i.received_at,
          'outcome', i.outcome, 'ticket', i.ticket, 'content', i.payload) order by i.received_at, i.wamid), '[]')
        from (select * from public.inbound where customer_id = c.id
              union all
              -- As erase_customer finds them: what could not be read has no customer.
              select * from public.inbound where outcome = 'poison' and customer_id is null
                 and (strpos(payload, c.user_id) > 0 or strpos(payload, c.wa_id) > 0)) i),
    'sent', (select coalesce(jsonb_agg(jsonb_build_object('at', o.done_at, 'written_at', o.created_at, 'channel', o.channel,
          'content', o.content, 'ticket', (select t.code from public.tickets t where t.id = o.ticket_id),
          'status', o.status, 'error', o.last_error, 'reported', o.proof, 'template', o.as_template,
          'message', case when o.as_template then o.template else o.body end) order by o.id), '[]')
        from public.outbox o where o.customer_id = c.id and o.channel = 'whatsapp'))
    from public.customers c where c.id = p_id
$$;
comment on function public.export_person is
  'A customer as they may have it: aliases, conversation, messages received and sent (30 days), the codes of their tickets. Null: gone.';

create function public.export_ticket(p_id bigint, p_code text, p_internal boolean) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_ticket public.tickets;
  v_told   jsonb;
begin
  select * into v_ticket from public.tickets where code = p_code and customer_id = p_id;
  if not found then return null; end if;
  v_told := public.deliveries(v_ticket.id);
  return jsonb_build_object('code', v_ticket.code, 'status', v_ticket.status, 'summary', v_ticket.summary,
      'description', v_ticket.description, 'language', v_ticket.language, 'wants_human', v_ticket.wants_human,
      'assignee', v_ticket.assignee, 'rating', v_ticket.rating, 'created_at', v_ticket.created_at, 'updated_at', v_ticket.updated_at,
      'merged_into', (select m.code from public.tickets m where m.id = v_ticket.merged_into))
    || case when p_internal then jsonb_build_object('urgent', v_ticket.urgent, 'category', v_ticket.category) else '{}' end
    || jsonb_build_object(
      'events', (select coalesce(jsonb_agg(jsonb_build_object('at', e.created_at, 'kind', e.kind, 'actor', e.actor,
            'author', e.author, 'action', e.action, 'from_status', e.from_status, 'to_status', e.to_status, 'text', e.body,
            'deleted', e.deleted, 'delivery', v_told->(e.id::text)) order by e.id), '[]')
          from public.ticket_events e
         where e.ticket_id = v_ticket.id and (p_internal or e.kind not in ('internal', 'urgent', 'category'))),
      'files', (select coalesce(jsonb_agg(jsonb_build_object('at', a.created_at, 'kind', a.kind, 'mime_type', a.mime_type,
            'sha256', a.sha256, 'filename', a.filename, 'caption', a.caption, 'latitude', a.latitude, 'longitude', a.longitude,
            'place', a.place, 'bytes', a.bytes, 'seconds', a.seconds, 'transcript', a.transcript, 'missing', a.missing,
            'from_technician', public.is_from_technician(a), 'object', case when a.stored_at is not null then a.object end)
            order by a.id), '[]')
          from public.attachments a where a.ticket_id = v_ticket.id));
end $$;
comment on function public.export_ticket is
  'One ticket of a customer with its events and files. p_internal: with what technicians noted among themselves. No technician''s address.';

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

-- What a person has to see to, and how the operator hears of it: by at most one e-mail an hour, whichever process finds it out.

create table public.heartbeats (
  name text primary key,
  at   timestamptz not null
);
comment on table public.heartbeats is 'When something that has to go on last did: the sweep.';

create table public.account_updates (
  field text not null,                                     -- of Meta's webhook
  about text not null,                                     -- a template with its language; empty: the account, the number
  change text not null,
  is_over     boolean     not null default false,          -- good news have come since
  happened_at timestamptz not null default now(),          -- as Meta says
  at    timestamptz not null default now(),                -- when it became news to us
  primary key (field, about)
);
comment on table public.account_updates is
  'The latest news about the account, the number or a template, bad or that it is over, as Meta''s webhook told it.';

create table public.operator_mails (
  id         bigint generated always as identity primary key,
  keys       text[] not null,                              -- of the problems in it
  claimed_at timestamptz not null default now(),
  sent_at    timestamptz
);
comment on table public.operator_mails is 'The e-mails to the operator, each claimed by one process. Kept a week.';

alter table public.heartbeats      enable row level security;
alter table public.account_updates enable row level security;
alter table public.operator_mails  enable row level security;

create function public.record_account_update(
  p_field text, p_about text, p_change text, p_good boolean, p_happened_at timestamptz default null
) returns void language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  insert into public.account_updates as u (field, about, change, is_over, happened_at)
  values (p_field, p_about, p_change, p_good, least(p_happened_at, now()))
  on conflict (field, about) do update set change = excluded.change, is_over = excluded.is_over, happened_at = excluded.happened_at,
    at = case when (u.change, u.is_over) is distinct from (excluded.change, excluded.is_over) then now() else u.at end
   where u.happened_at <= excluded.happened_at;
end $$;
comment on function public.record_account_update is
  'Keeps bad news of Meta''s, or (p_good) that they are over. The same again is no news. Meta delivers in any order, and for 7 days: what '
  'happened before the latest that is known changes nothing. p_happened_at: null if it is not known: now.';

create function public.heartbeat_lasts() returns interval
language sql immutable as $$ select interval '5 min' $$;
comment on function public.heartbeat_lasts is 'The sweep comes each minute: after so long without one, nobody calls it, or it fails.';

create function public.problems(p_addresses text[] default null) returns jsonb
language sql stable set search_path = '' as $$
  with dead as (
    select * from public.outbox where status = 'dead' and public.is_dead_letter(content, last_error)
  ), found (kind, key, about, error, since, count) as (
    select 'sweep', extract(epoch from h.at)::bigint::text, '', null, h.at, 1
      from public.heartbeats h where h.name = 'sweep' and h.at < now() - public.heartbeat_lasts()
    union all
    -- Nothing has ever called it.
    select 'sweep', 'never', '', null, o.created_at, 1
      from (select created_at from public.outbox order by id limit 1) o
     where o.created_at < now() - public.heartbeat_lasts() and not exists (select from public.heartbeats h where h.name = 'sweep')
    union all
    select 'refused', concat_ws('/', p.channel, p.error), p.channel, p.error, null, 1
      from public.channel_pauses p where p.paused_until > now() and p.claim_at is null
    union all
    select 'template', max(o.last_error), '', max(o.last_error), min(o.created_at), count(*)
      from public.outbox o where o.held and o.as_template having count(*) > 0
    union all
    -- With its time: what was over meanwhile, and has come again, is news.
    select 'account', concat_ws('/', u.field, u.about, u.change, extract(epoch from u.at)), u.field,
      u.change, u.at, 1               -- which template is in the change
      from public.account_updates u where not u.is_over and u.at > now() - interval '7 days'
    union all
    -- Another one that is given up is news again.
    select 'dead_letters', extract(epoch from max(d.done_at))::bigint::text, '',
      (select concat_ws(': ', l.channel, l.last_error) from dead l order by l.done_at desc, l.id desc limit 1), min(d.done_at), count(*)
      from dead d having count(*) > 0
    union all
    select 'mailbox', f.address, f.address, (array_agg(f.kind order by f.at desc))[1], min(f.at), count(*)
      from public.mail_failures f where f.at > now() - public.mail_failure_lasts()
        and (p_addresses is null or f.address = any (p_addresses)) group by f.address
  )
  select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'key', concat_ws('/', kind, key), 'about', about, 'error', error,
    'since', since, 'count', count) order by since nulls first), '[]') from found
$$;
comment on function public.problems is
  'What a person has to see to: a sweep that does not come, a channel that refuses us, a template, bad news of Meta''s for a week, dead '
  'letters until somebody has retried or dropped them, and mailboxes that refuse our e-mails: of those that the settings still name '
  '(p_addresses, lower case; null: of all). key: changes when there is news.';

create function public.claim_operator_mail(p_keys text[]) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_mail bigint;
begin
  -- At most one an hour. A claim of which nothing was heard for five minutes did not lead to one.
  if exists (select from public.operator_mails m
              where m.sent_at > now() - interval '1 hour' or m.sent_at is null and m.claimed_at > now() - interval '5 min')
     -- What goes on is said again after a day.
     or not exists (select from unnest(p_keys) key where not exists (
       select from public.operator_mails m where m.sent_at > now() - interval '1 day' and key = any (m.keys))) then
    return null;
  end if;
  -- The same number again, and so the same key at Resend: whoever claimed it may have sent it before it was gone. What is over by now
  -- was perhaps never told.
  update public.operator_mails set claimed_at = now(), keys = array(select unnest(keys) intersect select unnest(p_keys))
   where sent_at is null and claimed_at > now() - public.email_key_lifetime()
  returning id into v_mail;
  if not found then
    insert into public.operator_mails (keys) values (p_keys) returning id into v_mail;
  end if;
  return v_mail;
end $$;
comment on function public.claim_operator_mail is
  'The number of the e-mail to send about these problems now; null: none. For who has the lock of operator_mails, taken in a statement '
  'before: it sees what the former holder has committed.';

create function public.watch(p_swept boolean, p_mail boolean, p_addresses text[] default null) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_problems jsonb;
  v_keys     text[];
  v_mail     bigint;
begin
  if p_swept then
    insert into public.heartbeats (name, at) values ('sweep', now())
    on conflict (name) do update set at = excluded.at;
    delete from public.operator_mails where claimed_at < now() - interval '7 days';
    delete from public.mail_failures where at < now() - interval '30 days';
  end if;
  v_problems := public.problems(p_addresses);
  v_keys := array(select p.value->>'key' from jsonb_array_elements(v_problems) p);
  if p_mail and v_keys <> '{}' and pg_try_advisory_xact_lock(hashtextextended('operator_mails', 0)) then
    v_mail := public.claim_operator_mail(v_keys);
  end if;
  return jsonb_build_object('problems', v_problems, 'mail', v_mail,
    'heartbeat', (select h.at from public.heartbeats h where h.name = 'sweep'));
end $$;
comment on function public.watch is
  'Returns the problems of the desk. p_swept: a sweep has come to its end, and that is its heartbeat. p_mail: if they are to be mailed to '
  'the operator now, the caller gets the number of that e-mail, and nobody else does.';

create function public.finish_operator_mail(p_id bigint) returns void
language sql set search_path = '' set lock_timeout = '2s' as $$ update public.operator_mails set sent_at = now() where id = p_id $$;
comment on function public.finish_operator_mail is 'The operator''s e-mail was accepted. What is claimed and not finished is claimed anew after five minutes.';

create function public.record_mail_failure(
  p_event_id text, p_kind text, p_address text, p_name text, p_reason text, p_row bigint
) returns boolean language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_address text := lower(p_address);
  v_row     public.outbox;
  v_ticket  public.tickets;
  v_all     boolean;         -- it went to all technicians, as this one was known to be out of reach
  v_event   bigint;
begin
  insert into public.mail_failures (event_id, address, kind, reason) values (p_event_id, v_address, p_kind, p_reason)
  on conflict (event_id) do nothing;
  if not found then return false; end if;
  if p_kind = 'complained' then return true; end if;         -- they have this one
  select * into v_row from public.outbox where id = p_row and channel = 'email' and content in ('opened', 'human', 'update', 'undelivered');
  if not found then return true; end if;
  select * into v_ticket from public.tickets where id = v_row.ticket_id for no key update;   -- of two at once the second sees the event of the first
  if not found then return true; end if;
  insert into public.ticket_events (ticket_id, kind, actor, author, author_address, body)
  select v_ticket.id, 'email_failed', 'system', p_name, v_address, p_kind
   where not exists (select from public.ticket_events e
     where e.ticket_id = v_ticket.id and e.kind = 'email_failed' and e.author_address = v_address and e.created_at > now() - interval '1 day')
  returning id into v_event;
  v_event := coalesce(v_event, (select max(e.id) from public.ticket_events e
    where e.ticket_id = v_ticket.id and e.kind = 'email_failed' and e.author_address = v_address));
  v_all := public.was_refused(v_address, v_row.first_attempt_at, p_event_id);
  if v_row.content <> 'opened' and v_row.dedup_key not like 'instead/%'
     and (v_row.recipient = v_address or v_row.recipient is null and v_ticket.assignee_address = v_address and not v_all) then
    insert into public.outbox (dedup_key, lane, channel, content, ticket_id, events)
    values ('instead/' || v_row.id || '/' || public.technician_id(v_address), 'update:' || v_ticket.code, 'email', v_row.content, v_ticket.id,
      v_row.events || v_event)
    on conflict (dedup_key) do nothing;
  end if;
  return true;
end $$;
comment on function public.record_mail_failure is
  'An e-mail did not reach a technician, says Resend. The ticket records it, and what only they were told goes to all. p_row: of the outbox; '
  'null: not about a ticket. False if this event was recorded before.';

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

-- Who may do what: only the secret key (service_role), through these tables, views and functions. Row level security without a
-- policy closes the tables to everybody else once more. `python -m ops migrate` lays these grants again at every run.
--
-- Supabase used to grant everything new in this schema to anon and authenticated, by name. Since 2026-10-30 nobody, not even
-- service_role, may read or write a new table; truncate stays with anon. So everything is closed by name, and then opened. The
-- schema belongs to the desk alone.
-- A migration after the baseline that adds a table or a function does the same for it.

revoke all on all tables in schema public from public, anon, authenticated, service_role;
revoke all on all sequences in schema public from public, anon, authenticated, service_role;
revoke all on all functions in schema public from public, anon, authenticated, service_role;

grant select, insert, update, delete on
  public.customers, public.conversations, public.tickets, public.ticket_events, public.attachments, public.inbound,
  public.outbox, public.channel_pauses, public.technicians, public.answers, public.drafts, public.ticket_words,
  public.desk_access, public.mail_failures, public.heartbeats, public.account_updates, public.operator_mails,
  public.retention, public.received_mails to service_role;
grant select on
  public.ticket_times, public.report_days, public.report_months, public.report_open, public.report_ratings to service_role;
grant execute on all functions in schema public to service_role;
