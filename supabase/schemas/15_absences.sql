-- When technicians are away, or their mailbox refuses our e-mails. Who the technicians are says the setting SUPPORT_EMAIL_TO, which the
-- database does not know.

create table public.technicians (
  address    text primary key,                             -- lower case
  away_until timestamptz not null
);
comment on table public.technicians is 'Technicians who are, or were, away: until then e-mails about their tickets go to all.';

create table public.mail_failures (
  event_id text primary key,                               -- of Resend's webhook: an event may come twice
  address  text not null,                                  -- lower case; a technician's or an operator's
  kind     text not null,
  reason   text,
  at       timestamptz not null default now(),
  constraint mail_failures_kind_known check (kind in (
    'bounced', 'suppressed',                               -- Resend sends nothing more to an address that once refused an e-mail
    'failed',                                              -- Resend could not send it
    'complained'))                                         -- it arrived, and was reported as spam
);
create index mail_failures_of_address on public.mail_failures (address, at desc);
create index mail_failures_by_age on public.mail_failures (at);
comment on table public.mail_failures is 'E-mails that Resend took and that did not reach who they were for, as its webhook reports it.';

alter table public.technicians   enable row level security;
alter table public.mail_failures enable row level security;

create function public.is_away(p_address text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.technicians a where a.address = p_address and a.away_until > now());
end $$;

create function public.mail_failure_lasts(p_kind text default null) returns interval
language sql immutable as $$ select case p_kind when 'failed' then interval '2 hours' else interval '3 days' end $$;
comment on function public.mail_failure_lasts is
  'For so long an address counts as one that nothing reaches. Then it is tried alone again: nothing tells when its owner has mended it. '
  'What Resend could not send may be because of its quota or our domain: each such e-mail goes to all, which takes more of the quota.';

create function public.was_refused(p_address text, p_at timestamptz, p_but text default null) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.mail_failures f where f.address = p_address and f.event_id is distinct from p_but
    and f.at between p_at - public.mail_failure_lasts(f.kind) and p_at);
end $$;
comment on function public.was_refused is 'Whether nothing reached an address at that time, as far as was known. p_but: an event that does not count.';

create function public.is_out_of_reach(p_address text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return public.is_away(p_address) or public.was_refused(p_address, now());
end $$;
comment on function public.is_out_of_reach is 'Whether e-mails about the tickets of this technician go to all: they are away, or their mailbox refuses ours.';

create function public.set_away(p_address text, p_until timestamptz) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if p_until is null then
    delete from public.technicians where address = lower(p_address);
  else
    insert into public.technicians (address, away_until) values (lower(p_address), p_until)
    on conflict (address) do update set away_until = excluded.away_until;
  end if;
  return public.is_away(lower(p_address));
end $$;
comment on function public.set_away is 'A technician is away until then, or (null) is back. Returns whether they are away now.';

create function public.absences() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_object_agg(a.address, a.away_until), '{}') from public.technicians a where a.away_until > now()
$$;
comment on function public.absences is 'Until when technicians are away, by address; only those who are.';

create function public.technician_id(p_address text) returns text
language sql stable as $$ select left(encode(sha256(convert_to(lower(p_address), 'UTF8')), 'hex'), 12) $$;
comment on function public.technician_id is 'Stands for an address where no name may be read: Technician.id of state/model/technician.py, in the database.';
