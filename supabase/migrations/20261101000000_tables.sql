-- The tables. Customers have no account here: only the function's secret key can access them.

create table public.customers (
  id         bigint generated always as identity primary key,
  user_id    text unique,                                  -- Meta's BSUID, "MX.4f9a..."; never shown, never in a log
  wa_id      text unique,                                  -- phone number, digits only; missing for people with a username
  name       text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint customers_has_alias check (user_id is not null or wa_id is not null)
);
comment on table public.customers is 'A person who writes to the desk, with two aliases: BSUID and phone number.';

create table public.conversations (
  customer_id     bigint primary key references public.customers on delete cascade,
  version         bigint not null default 0,               -- incremented by every turn; detects concurrent turns
  session         jsonb not null default '{}'::jsonb,
  tokens          numeric not null default 20,             -- token bucket: how many bubbles may be sent now
  tokens_at       timestamptz not null default now(),
  throttled_at    timestamptz,
  last_inbound_at timestamptz,                             -- opens Meta's 24-hour window
  updated_at      timestamptz not null default now()
);
comment on table public.conversations is 'The dialogue state of each customer. The in-memory LRU is a copy of this.';

create table public.tickets (
  id          bigint generated always as identity primary key,
  code        text not null unique,
  customer_id bigint references public.customers on delete set null,   -- null: the person asked to be erased
  wamid       text not null unique,                        -- opening message; unique, so one message opens at most one ticket
  status      text not null default 'open',
  summary     text not null,
  description text not null,
  language    text not null,
  wants_human boolean not null default false,
  assignee    text,                                        -- name of the technician who took it
  rating      smallint,                                    -- by the owner, 1 to 5
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint tickets_code_form check (code ~ '^TK-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$'),
  constraint tickets_status_known check (status in ('open', 'in_progress', 'waiting_customer', 'resolved', 'closed')),
  constraint tickets_language_known check (language in ('es', 'en', 'pt')),
  constraint tickets_rating_fits check (rating between 1 and 5)
);
create index tickets_of_customer on public.tickets (customer_id, id desc);
create index tickets_by_status on public.tickets (status, id);
create index tickets_open on public.tickets (created_at) where status not in ('resolved', 'closed');
comment on table public.tickets is 'One reported problem.';

create table public.ticket_events (
  id         bigint generated always as identity primary key,
  ticket_id  bigint not null references public.tickets on delete cascade,
  kind       text not null,
  actor      text not null,
  author     text,                                         -- name that the technician entered
  action     text,                                         -- take, ask, answer, resolve, close, reopen or fixed
  from_status text,                                        -- for kind 'status': the change
  to_status  text,
  body       text,
  wamid      text,
  key        text,                                         -- key of the submitted form, so that it is applied once
  created_at timestamptz not null default now(),
  constraint ticket_events_key_once unique (ticket_id, key),
  constraint ticket_events_kind_known
    check (kind in ('created', 'note', 'human', 'status', 'answer', 'rating', 'notified', 'erased')),
  constraint ticket_events_actor_known check (actor in ('customer', 'technician', 'system'))
);
create index ticket_events_of_ticket on public.ticket_events (ticket_id, id);
comment on table public.ticket_events is 'Everything that happened to a ticket, in order.';

create table public.attachments (
  id         bigint generated always as identity primary key,
  ticket_id  bigint not null references public.tickets on delete cascade,
  event_id   bigint references public.ticket_events on delete cascade,
  kind       text not null,
  media_id   text,                                         -- Meta keeps the file for 7 days under this id
  mime_type  text,
  sha256     text,
  filename   text,                                         -- given by the customer: never used as a path
  caption    text,
  latitude   double precision,
  longitude  double precision,
  place      text,
  created_at timestamptz not null default now(),
  constraint attachments_kind_known check (kind in ('image', 'voice', 'audio', 'video', 'document', 'location')),
  constraint attachments_are_something check ((kind = 'location') = (media_id is null))
);
create index attachments_of_ticket on public.attachments (ticket_id, id);
create index attachments_of_event on public.attachments (event_id);
comment on table public.attachments is 'Photos, voice notes, documents, videos and locations that came with a ticket.';

create table public.inbound (
  wamid       text primary key,
  customer_id bigint references public.customers on delete set null,
  sent_at     timestamptz,                                 -- Meta's timestamp
  version     bigint,                                      -- conversation version after this message
  outcome     text not null default 'done',
  ticket      text,                                        -- the ticket it opened or changed
  payload     text,                                        -- poison only: the item as received, for a person to see
  reason      text,
  received_at timestamptz not null default now(),
  constraint inbound_outcome_known check (outcome in ('done', 'throttled', 'poison'))
);
create index inbound_of_customer on public.inbound (customer_id);
create index inbound_by_age on public.inbound (received_at);
create index inbound_poison on public.inbound (received_at) where outcome = 'poison';
comment on table public.inbound is 'Every message received, by wamid, so that a second delivery is harmless. Kept 30 days (Meta redelivers for 7).';

create table public.outbox (
  id           bigint generated always as identity primary key,
  dedup_key    text not null unique,                       -- Resend's Idempotency-Key, WhatsApp's biz_opaque_callback_data
  lane         text not null,                              -- rows of one lane are sent one after the other; the prefix:
                                                           --   wa: replies to a customer; notify: notifications for a customer;
                                                           --   later: full texts that wait for the customer's next message;
                                                           --   mail: a new ticket or a request for a person, mail:digest;
                                                           --   update: a customer's changes to a ticket, for technicians;
                                                           --   link: fresh links to a ticket's page
  kind         text not null,
  customer_id  bigint references public.customers on delete set null,
  ticket_id    bigint references public.tickets on delete set null,
  wamid        text,                                       -- the message it answers
  body         text not null,                              -- fixed at commit: every attempt sends these bytes
  events       bigint[],                                   -- notifications only: what it is about; the body is its kind
  fallback     text,                                       -- the approved template, if the 24-hour window has closed
  repeat       boolean not null default true,              -- after an unclear attempt without a status: resend even if stale
  status       text not null default 'ready',
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),
  lease_token  uuid,
  lease_until  timestamptz,
  first_attempt_at timestamptz,
  window_until timestamptz,
  paused_until timestamptz,
  provider_id  text,
  refused_id   text,                                       -- provider's id of an attempt that failed after acceptance
  last_error   text,
  scrub        boolean not null default false,             -- the customer was erased: clear the body once sent
  created_at   timestamptz not null default now(),
  done_at      timestamptz,
  reported_at  timestamptz,                                -- when a dead row was logged for the operator
  constraint outbox_kind_known check (kind in ('whatsapp', 'email')),
  constraint outbox_status_known check (status in ('ready', 'sending', 'unknown', 'sent', 'dead')),
  constraint outbox_key_fits check (length(dedup_key) between 1 and 256)
);
create index outbox_open_lanes on public.outbox (lane, id) where status in ('ready', 'sending', 'unknown');
create index outbox_due on public.outbox (next_at) where status in ('ready', 'unknown');
create index outbox_leased on public.outbox (lease_until) where status = 'sending';
create index outbox_paused on public.outbox (kind, paused_until) where paused_until is not null;
create index outbox_of_message on public.outbox (wamid);
create index outbox_of_provider on public.outbox (provider_id) where provider_id is not null;
create index outbox_of_customer on public.outbox (customer_id, id);
create index outbox_mails_by_age on public.outbox (created_at) where kind = 'email';
create index outbox_later on public.outbox (customer_id) where lane like 'later:%' and status = 'ready';
create index outbox_of_ticket on public.outbox (ticket_id);
create index outbox_done_by_age on public.outbox (done_at) where status in ('sent', 'dead');
comment on table public.outbox is 'Every outgoing message is a row here.';

-- Row level security with no policy: only a role that bypasses it (service_role) sees a row.
alter table public.customers     enable row level security;
alter table public.conversations enable row level security;
alter table public.tickets       enable row level security;
alter table public.ticket_events enable row level security;
alter table public.attachments   enable row level security;
alter table public.inbound       enable row level security;
alter table public.outbox        enable row level security;

-- Supabase grants new tables to anon and authenticated by name, so revoking from public would not be enough.
revoke all on all tables in schema public from public, anon, authenticated, service_role;
revoke all on all sequences in schema public from public, anon, authenticated, service_role;
grant select, insert, update, delete on
  public.customers, public.conversations, public.tickets, public.ticket_events,
  public.attachments, public.inbound, public.outbox to service_role;
