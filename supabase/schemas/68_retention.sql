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
