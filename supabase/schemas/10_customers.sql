-- Customers and their conversations. They have no account here: only the function's secret key can access these tables.
--
-- A customer's row is the lock for all their data. To avoid deadlocks every transaction locks in the same order: customers
-- (by id), tickets, outbox rows (by id), and last the lanes (see lease_lanes). Whatever inserts rows into a customer's lane locks
-- the customer first, so that the order of ids is the order of commits.

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
  room            numeric not null default 'infinity'      -- token bucket: how many messages will be kept now; full at first
) with (fillfactor = 70);                                  -- room to update a row within its page
comment on table public.conversations is 'The dialogue state of each customer. The in-memory LRU is a copy of this.';

alter table public.customers     enable row level security;
alter table public.conversations enable row level security;

create function public.find_customer(p_user_id text, p_wa_id text) returns bigint
language plpgsql stable set search_path = '' as $$
declare
  v_id bigint;
begin
  select c.id into v_id from public.customers c where c.user_id = p_user_id;
  if not found then
    -- The same number with another BSUID is another person: numbers are reassigned.
    select c.id into v_id from public.customers c
     where c.wa_id = p_wa_id and (c.user_id is null or p_user_id is null);
  end if;
  return v_id;
end $$;
comment on function public.find_customer is 'The customer these aliases belong to, or null. Changes and locks nothing.';
