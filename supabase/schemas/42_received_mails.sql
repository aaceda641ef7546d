-- The e-mails with which technicians answer ours. What they wrote is in its ticket, as an answer or a note, and not here.
--
--   Resend's webhook     receive_mail: a row here, and one of channel inbox in the outbox, in one transaction; then 200
--   the outbox           fetches the e-mail, judges it, and does what it says under the key "mail/<id>": a second attempt changes nothing
--   its end              finish_mail: what became of it and, if its author has to hear of that, an e-mail to them, in one transaction

create table public.received_mails (
  id          bigint generated always as identity primary key,
  event_id    text not null unique,                        -- of Resend's webhook: an event may come twice
  message_id  text unique,                                 -- of the e-mail's header: it may be received twice
  email_id    text not null,                               -- Resend gives the e-mail by it
  ticket_id   bigint not null references public.tickets on delete cascade,
  technician  text not null,                               -- whose address it was sent to, lower case
  seen        bigint not null,                             -- the latest event of the ticket that the answered e-mail told
  for_team    boolean not null default false,              -- that e-mail told what technicians say to each other
  received_at timestamptz not null default now(),
  row_id      bigint references public.outbox on delete set null,    -- that fetches it
  done_at     timestamptz,
  outcome     text,                                        -- as MailOutcome in state/model/received_mail.py
  detail      jsonb,                                       -- what its author has to know of that: MailDetail
  told_id     bigint references public.outbox on delete set null,    -- that tells them
  constraint received_mails_done check ((done_at is null) = (outcome is null))
);
create index received_mails_of_ticket on public.received_mails (ticket_id, received_at);
create index received_mails_by_age on public.received_mails (received_at);
create index received_mails_told on public.received_mails (technician, done_at) where told_id is not null;
create index received_mails_of_row on public.received_mails (row_id) where row_id is not null;
create index received_mails_of_told on public.received_mails (told_id) where told_id is not null;
comment on table public.received_mails is 'E-mails that technicians sent to one of their addresses for a ticket, and what became of each. Kept 30 days.';

alter table public.received_mails enable row level security;

create function public.max_mails_per_hour() returns integer
language sql immutable as $$ select 60 $$;
comment on function public.max_mails_per_hour is
  'The number of e-mails in an hour to one address of a technician beyond which no more are fetched: it has become known to somebody.';

create function public.max_told_per_hour() returns integer
language sql immutable as $$ select 10 $$;
comment on function public.max_told_per_hour is
  'How often in an hour a technician is told what became of their e-mails, and how often of those that are not theirs: whatever answers us by itself ends there.';

create function public.received_record(p_row bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('id', m.id, 'email_id', m.email_id, 'code', t.code, 'technician', m.technician, 'seen', m.seen,
      'done', m.done_at is not null, 'has_customer', t.customer_id is not null, 'for_team', m.for_team,
      'said', (select e.id from public.ticket_events e where e.ticket_id = t.id
         and e.key in ('mail/' || m.id || '/answer', 'mail/' || m.id || '/ask', 'mail/' || m.id || '/resolve')))
    from public.received_mails m join public.tickets t on t.id = m.ticket_id where m.row_id = p_row);
end $$;
comment on function public.received_record is 'The e-mail that a row of channel inbox fetches, or null.';

create function public.mailed_record(p_row bigint) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('outcome', m.outcome, 'detail', m.detail, 'seen', m.seen, 'for_team', m.for_team)
    from public.received_mails m where m.told_id = p_row and m.outcome is not null);
end $$;
comment on function public.mailed_record is 'What became of an e-mail, for the row that tells its author; or null, if it is read again.';
