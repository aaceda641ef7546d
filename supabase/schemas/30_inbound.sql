-- The messages received, by their wamid.

create table public.inbound (
  wamid       text primary key,
  customer_id bigint references public.customers on delete set null,
  sent_at     timestamptz,                                 -- Meta's timestamp
  version     bigint,                                      -- conversation version after this message
  outcome     text not null default 'done',
  ticket      text,                                        -- the ticket it opened or changed
  payload     text,                                        -- poison only: the item as received, for a person to see
  reason      text,
  received_at timestamptz not null default now(),
  constraint inbound_outcome_known check (outcome in ('done', 'throttled', 'poison'))
);
create index inbound_of_customer on public.inbound (customer_id);
create index inbound_by_age on public.inbound (received_at);
create index inbound_poison on public.inbound (received_at) where outcome = 'poison';
comment on table public.inbound is 'Every message received, by wamid, so that a second delivery is harmless. Kept 30 days (Meta redelivers for 7).';

alter table public.inbound enable row level security;

create function public.record_poison(p_key text, p_payload text, p_reason text) returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.inbound (wamid, outcome, payload, reason) values (p_key, 'poison', p_payload, p_reason)
  on conflict (wamid) do nothing;
  return found;
end $$;
comment on function public.record_poison is 'Stores a signed item that cannot be processed, for the operator. False if it was stored before.';
