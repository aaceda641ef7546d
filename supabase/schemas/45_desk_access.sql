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
