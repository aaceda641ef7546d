-- Canned answers: texts that technicians put into the form on a ticket's page. They say nothing of a customer.

create table public.answers (
  name       text primary key,
  language   text not null,
  body       text not null,
  updated_at timestamptz not null default now(),
  constraint answers_name_fits check (length(name) between 1 and 60),
  constraint answers_language_known check (language in ('es', 'en', 'pt')),
  constraint answers_body_fits check (length(body) between 1 and 3000)
);
comment on table public.answers is 'Texts for technicians to send: python -m ops answers.';

alter table public.answers enable row level security;

create function public.list_answers() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(a) order by a.name), '[]') from public.answers a
$$;
comment on function public.list_answers is 'All canned answers, by name.';

create function public.load_answer(p_name text) returns text
language sql stable set search_path = '' as $$
  select a.body from public.answers a where a.name = p_name
$$;
comment on function public.load_answer is 'The text of a canned answer, or null.';

create function public.set_answer(p_name text, p_language text, p_body text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if (select count(*) from public.answers where name <> p_name) >= 200 then return false; end if;
  insert into public.answers (name, language, body) values (p_name, p_language, p_body)
  on conflict (name) do update set language = excluded.language, body = excluded.body, updated_at = now();
  return true;
end $$;
comment on function public.set_answer is 'Stores a canned answer under its name. False beyond 200: they are one list on the page.';

create function public.remove_answer(p_name text) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  delete from public.answers where name = p_name;
  return found;
end $$;
comment on function public.remove_answer is 'Deletes a canned answer. False if there is none of this name.';
