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
