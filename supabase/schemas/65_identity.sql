-- Identifies the sender: one customer, two aliases. BSUID first, then phone number; linked when a message has both.

create function public.merge_customers(p_from bigint, p_into bigint) returns void
language plpgsql set search_path = '' as $$
declare
  v_from public.conversations;
begin
  update public.tickets set customer_id = p_into where customer_id = p_from;
  update public.inbound set customer_id = p_into where customer_id = p_from;
  update public.outbox  set customer_id = p_into where customer_id = p_from;
  -- Turns computed before the merge are stale now. Of two sessions the second is a fact for the dialogue, which joins them: their
  -- draft or question may be in either.
  select * into v_from from public.conversations where customer_id = p_from;
  update public.conversations set version = version + 1, updated_at = now(),
    facts = facts || case when v_from.customer_id is null then '[]'
      else jsonb_build_object('kind', 'merged', 'session', v_from.session) || v_from.facts end,
    last_inbound_at = greatest(last_inbound_at, v_from.last_inbound_at)
   where customer_id = p_into;
  if not found then
    update public.conversations set version = version + 1, updated_at = now(), customer_id = p_into where customer_id = p_from;
  end if;
  delete from public.customers where id = p_from;
end $$;
comment on function public.merge_customers is
  'Merges two rows of one person, both locked by the caller: everything of the first goes to the second.';

create function public.assign_phone_number(p_id bigint, p_wa_id text) returns void
language plpgsql set search_path = '' as $$
declare
  v_other public.customers;
begin
  select * into v_other from public.customers where wa_id = p_wa_id and id <> p_id for update;
  if v_other.user_id is not null then
    update public.customers set wa_id = null, updated_at = now() where id = v_other.id;      -- number reassigned
  elsif greatest(v_other.created_at, (select last_inbound_at from public.conversations where customer_id = v_other.id))
          > now() - interval '7 days'
        or v_other.id is not null and exists (select from public.customers where id = p_id and wa_id is null) then
    perform public.merge_customers(v_other.id, p_id);                                        -- seen by number alone
  elsif v_other.id is not null then
    delete from public.customers where id = v_other.id;      -- had the number long ago, has no BSUID: unreachable
  end if;
  update public.customers set wa_id = p_wa_id, updated_at = now() where id = p_id;
end $$;
comment on function public.assign_phone_number is
  'Gives a number to a customer, locked by the caller. Another row with it is the same person, or loses the number.';

create function public.identify_customer(p_user_id text, p_wa_id text, p_name text) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_is public.customers;
begin
  -- The usual case, nothing new about them: one read and one lock.
  if p_user_id is not null then
    select * into v_is from public.customers c
     where c.user_id = p_user_id and (c.wa_id, c.name) is not distinct from
           (coalesce(p_wa_id, c.wa_id), coalesce(p_name, c.name)) for no key update;
  else
    select * into v_is from public.customers c
     where c.wa_id = p_wa_id and c.name is not distinct from coalesce(p_name, c.name) for no key update;
  end if;
  if found then return v_is.id; end if;

  for attempt in 1..5 loop       -- another transaction may create, link or erase the same person
    begin                        -- a lost race rolls back to here: keeping the lock could cause a deadlock
      select * into v_is from public.customers where user_id = p_user_id for no key update;
      if not found then
        select * into v_is from public.customers
         where wa_id = p_wa_id and (user_id is null or p_user_id is null) for no key update;
      end if;
      if v_is.id is null then
        update public.customers set wa_id = null, updated_at = now()
         where wa_id = p_wa_id and user_id is not null;                                      -- number reassigned
        insert into public.customers (user_id, wa_id, name) values (p_user_id, p_wa_id, p_name) returning * into v_is;
        return v_is.id;
      elsif p_wa_id <> v_is.wa_id or v_is.wa_id is null and p_wa_id is not null then
        perform public.assign_phone_number(v_is.id, p_wa_id);
      end if;
      update public.customers set
        user_id = coalesce(p_user_id, user_id), name = coalesce(p_name, name), updated_at = now()
       where id = v_is.id;
      return v_is.id;
    exception when unique_violation then
      null;                       -- lost the race for an alias: retry
    end;
  end loop;
  raise exception 'customer could not be identified' using errcode = 'PT503';
end $$;
comment on function public.identify_customer is
  'Finds, links or creates the customer with these aliases, and locks them until the end of the transaction.';

create function public.link_identity(
  p_previous_user_id text, p_user_id text, p_previous_wa_id text, p_wa_id text
) returns boolean language plpgsql set search_path = '' as $$
declare
  v_id  bigint;
  v_new bigint;
begin
  for attempt in 1..5 loop       -- the first message under the new alias may arrive at the same time
    begin
      v_id := public.find_customer(p_previous_user_id, p_previous_wa_id);
      perform from public.customers where id = v_id for update;
      if not found then return false; end if;
      select id into v_new from public.customers where user_id = p_user_id and id <> v_id for update;
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
    exception when unique_violation then
      null;                       -- lost the race for an alias: retry
    end;
  end loop;
  raise exception 'customer could not be identified' using errcode = 'PT503';
end $$;
comment on function public.link_identity is 'Applies a changed BSUID or number: moves the alias to its new customer, with their tickets.';
