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
