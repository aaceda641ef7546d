-- A small schema with one of each thing that the Data API has to carry. Run by the superuser; its objects are postgres'.

create role hurried nologin noinherit;
alter role hurried set statement_timeout = '150ms';
grant hurried to authenticator;
grant usage on schema public to hurried;

set role postgres;

create table public.owners (id uuid primary key, name text not null);
create table public.items (
  id      bigint generated always as identity primary key,
  code    text not null unique,
  amount  int not null check (amount > 0),
  tags    text[] not null default '{}',
  owner   uuid references public.owners deferrable,
  made_at timestamptz not null default '2026-11-01 12:00:00.123456+00'
);
create table public.closed (id int);
grant all on public.owners, public.items to anon, authenticated, service_role;
revoke all on public.closed from anon, authenticated;
grant all on public.closed to service_role;

insert into public.owners values ('11111111-1111-4111-8111-111111111111', 'Ñandú');
insert into public.items (code, amount, tags, owner) values
  ('a', 1, '{}', null),
  ('b,c', 2, '{x,"y z"}', '11111111-1111-4111-8111-111111111111'),
  ('d"e\f', 3, '{}', null);

create function public.echo_jsonb(value jsonb) returns jsonb immutable return value;
create function public.echo_json(value json) returns json immutable return value;
create function public.echo_text(value text) returns text immutable return value;
create function public.echo_texts(value text[]) returns text[] immutable return value;
create function public.echo_bigint(value bigint) returns bigint immutable return value;
create function public.echo_numeric(value numeric) returns numeric immutable return value;
create function public.echo_boolean(value boolean) returns boolean immutable return value;
create function public.echo_uuid(value uuid) returns uuid immutable return value;
create function public.echo_time(value timestamptz) returns timestamptz immutable return value;
create function public.echo_type("Mixed Case" text default 'Default') returns text immutable return "Mixed Case";

create function public.answer() returns int stable return 42;
create function public.defaulted(a int, b text default 'b', c jsonb default '{"c": 1}') returns jsonb immutable
  return jsonb_build_object('a', a, 'b', b, 'c', c);
create function public.who() returns jsonb stable return jsonb_build_object(
  'user', current_user, 'claim', current_setting('request.jwt.claims', true)::jsonb ->> 'role',
  'read_only', current_setting('transaction_read_only'));
create function public.who_writes() returns text volatile return current_setting('transaction_read_only');

create function public.numbers(up_to int) returns setof int stable language sql as 'select generate_series(1, up_to)';
create function public.objects(up_to int) returns setof jsonb stable language sql
  as $$ select jsonb_build_object('n', n) from generate_series(1, up_to) n $$;
create function public.all_items() returns setof public.items stable language sql as 'select * from public.items';
create function public.one_item(wanted text) returns public.items stable language sql
  as 'select * from public.items where code = wanted';
create function public.out_pair(a int, out b int, out c text) stable language sql as $$ select a + 1, 'c' $$;
create function public.out_one(a int, out b int) stable language sql as 'select a + 1';
create function public.one_column() returns table (x int) stable language sql as 'values (1), (2)';

create function public.nothing() returns void volatile language sql as 'select';
create function public.add_item(code text, amount int, owner uuid default null) returns bigint volatile language sql
  as 'insert into public.items (code, amount, owner) values (code, amount, owner) returning id';
create function public.add_item_late(code text, owner uuid) returns bigint volatile language plpgsql as $$
begin
  set constraints all deferred;
  return public.add_item(code, 1, owner);
end $$;
create function public.add_item_and_fail(code text) returns void volatile language plpgsql as $$
begin
  perform public.add_item(code, 1);
  raise exception 'no, after all';
end $$;
create function public.add_item_stably() returns bigint stable language plpgsql as $$
begin
  return public.add_item('stable', 1);
end $$;
create function public.count_items(wanted text) returns bigint stable language sql
  as 'select count(*) from public.items where code = wanted';

create function public.fail(code text) returns void volatile language plpgsql as $$
begin
  raise exception using errcode = code, message = 'the message', detail = 'the detail', hint = 'the hint';
end $$;
create function public.change_item(wanted text, amount int) returns void volatile language sql set lock_timeout = '100ms'
  as 'update public.items set amount = change_item.amount where code = wanted';
create function public.sleep(seconds float8) returns void volatile language sql as 'select pg_sleep(seconds)';
create function public.for_service() returns text stable language plpgsql as $$
begin
  return 'served'; -- in PL/pgSQL, for a function in SQL may be folded into a plan that another role then reuses
end $$;
revoke execute on function public.for_service() from public, anon, authenticated;

reset role;
