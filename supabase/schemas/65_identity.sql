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
