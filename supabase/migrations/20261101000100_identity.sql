-- Who is writing: one customer, two aliases. BSUID first, then phone number; linked when both are seen together.

create function public.find_customer(p_user_id text, p_wa_id text) returns bigint
language sql stable set search_path = '' as $$
  select found.id from (
    select c.id, 1 as rank from public.customers c where c.user_id = p_user_id
    union all
    -- The same number under another BSUID is another person: numbers are handed on.
    select c.id, 2 from public.customers c
     where c.wa_id = p_wa_id and (c.user_id is null or p_user_id is null or c.user_id = p_user_id)
  ) found order by found.rank limit 1
$$;
comment on function public.find_customer is 'The customer these aliases belong to, or null. Changes nothing.';

create function public.merge_customers(p_from bigint, p_into bigint) returns void
language plpgsql set search_path = '' as $$
begin
  update public.tickets set customer_id = p_into where customer_id = p_from;
  update public.inbound set customer_id = p_into where customer_id = p_from;
  update public.outbox  set customer_id = p_into where customer_id = p_from;
  delete from public.customers where id = p_from;
  -- Whatever was computed for the conversation before the merge is stale now.
  update public.conversations set version = version + 1, updated_at = now() where customer_id = p_into;
end $$;
comment on function public.merge_customers is 'Two rows turned out to be one person: all that the first has goes to the second.';

create function public.identify_customer(p_user_id text, p_wa_id text, p_name text) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_user  public.customers;
  v_phone public.customers;
  v_id    bigint;
begin
  for attempt in 1..3 loop       -- another transaction may make, link or erase the same person meanwhile
    begin
      select * into v_user  from public.customers where user_id = p_user_id;
      select * into v_phone from public.customers where wa_id = p_wa_id;

      if v_user.id is not null then
        v_id := v_user.id;
        if p_wa_id is not null and v_phone.id is distinct from v_user.id then
          if v_phone.id is not null and v_phone.user_id is null then
            perform public.merge_customers(v_phone.id, v_user.id);           -- first seen by number alone
          elsif v_phone.id is not null then
            update public.customers set wa_id = null, updated_at = now() where id = v_phone.id;   -- number handed on
          end if;
          update public.customers set wa_id = p_wa_id, updated_at = now() where id = v_id;
        end if;
      elsif v_phone.id is not null and (v_phone.user_id is null or p_user_id is null) then
        v_id := v_phone.id;
        if p_user_id is not null then
          update public.customers set user_id = p_user_id, updated_at = now() where id = v_id and user_id is null;
          if not found then continue; end if;
        end if;
      else
        if v_phone.id is not null then
          update public.customers set wa_id = null, updated_at = now() where id = v_phone.id;     -- number handed on
        end if;
        insert into public.customers (user_id, wa_id, name) values (p_user_id, p_wa_id, p_name)
          on conflict do nothing returning id into v_id;
        if v_id is null then continue; end if;
      end if;

      update public.customers set name = p_name, updated_at = now()
       where id = v_id and p_name is not null and name is distinct from p_name;
      return v_id;
    exception when unique_violation then
      null;                       -- lost the race for an alias: look again
    end;
  end loop;
  raise exception 'customer could not be identified' using errcode = 'PT503';
end $$;
comment on function public.identify_customer is 'The customer these aliases belong to: found, linked or made.';

create function public.link_identity(
  p_previous_user_id text, p_user_id text, p_previous_wa_id text, p_wa_id text
) returns boolean language plpgsql set search_path = '' as $$
declare
  v_old bigint := public.find_customer(p_previous_user_id, p_previous_wa_id);
  v_new bigint := public.find_customer(p_user_id, p_wa_id);
begin
  if v_old is null then return false; end if;
  if v_new is not null and v_new <> v_old then
    perform public.merge_customers(v_old, v_new);
  else
    update public.customers set wa_id = null, updated_at = now()             -- number handed on
     where wa_id = p_wa_id and id <> v_old and user_id is not null;
    update public.customers set
      user_id = coalesce(p_user_id, user_id), wa_id = coalesce(p_wa_id, wa_id), updated_at = now()
     where id = v_old;
    update public.conversations set version = version + 1, updated_at = now() where customer_id = v_old;
  end if;
  return true;
end $$;
comment on function public.link_identity is 'Meta told that a person''s BSUID or number changed: the alias moves, the tickets follow.';
