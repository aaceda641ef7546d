-- The outbox: everything that leaves is a row here, put in by the transaction that decides it.
--
--   ready --lease--> sending --result--> sent | ready (later) | unknown | dead
--   sending, lease expired ------------> unknown: it may or may not have left
--   unknown --delivery status----------> sent
--   unknown, no status in the grace----> sent again, or dropped when the customer has had a newer reply
--   sent, failed reported -------------> ready | dead, unless it was reported as delivered or read before
--
-- How rows are rendered. All attempts of a row send the same bytes, because a second attempt under the same key must be the
-- same message. A reply is rendered when its turn is committed: its row holds the request. What tells of ticket events is
-- rendered when it is sent: its row holds the ids of the events, which never change, and more events may join until the first
-- attempt. Outside the service window the approved template leaves in its place.
--
-- A row of channel email is one occasion. When it leaves it becomes one e-mail for each technician whom it concerns, under its key
-- and theirs; it is done when all are taken. Another attempt sends all of them again, and Resend nothing twice.
--
-- A row of channel storage is something to be done with a file in Supabase Storage: 58_files.sql. One of channel inbox has an e-mail
-- of a technician fetched, and done what it says: 42_received_mails.sql.

create type public.delivery_proof as enum ('sent', 'delivered', 'read');     -- each proves what stands before it
comment on type public.delivery_proof is 'What Meta has reported of a message; also the oldest of these proves that it left.';

create table public.outbox (
  id           bigint generated always as identity primary key,
  dedup_key    text not null unique,                       -- Resend's Idempotency-Key, WhatsApp's biz_opaque_callback_data
  lane         text not null,                              -- rows with the same lane leave one after the other, by id
  channel      text not null,
  content      text not null default 'rendered',
  customer_id  bigint references public.customers on delete set null,
  ticket_id    bigint references public.tickets on delete set null,   -- what it is about: an answer that quotes it is, too
  wamid        text,                                       -- the message it answers
  body         text,                                       -- rendered: the request
  template     text,                                       -- rendered: the request with the approved template, if there is one
  as_template  boolean not null default false,             -- the service window is closed: the template is sent
  events       bigint[],                                   -- what is rendered later: the ticket events that it tells
  repeat       boolean not null default true,              -- after an unclear attempt without a status: resend even if stale
  held         boolean not null default false,             -- waits for the customer's next message (a notification: for their first), and as a template for its next try
  status       text not null default 'ready',
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),         -- due: to be sent, or its lease or its wait for a status ends
  lease_token  uuid,
  first_attempt_at timestamptz,
  window_until timestamptz,                                -- when the service window closes, as far as is known; not of a template
  provider_id  text,
  refused_id   text,                                       -- provider's id of an attempt that failed after acceptance
  last_error   text,
  scrub        boolean not null default false,             -- the customer was erased: clear the content once sent
  created_at   timestamptz not null default now(),
  done_at      timestamptz,
  reported_at  timestamptz,                                -- when a dead row was logged for the operator
  yields       boolean not null default false,             -- while it waits, the reply to a later message takes its place
  tried        boolean not null default false,             -- has been leased: nothing more is gathered in it, even if no try counted
  proof        public.delivery_proof,                      -- the best that Meta has reported of it
  refusals     integer not null default 0,                 -- how often Meta refused its recipient
  refused_at   timestamptz,                                -- when it first did
  asks         boolean,                                    -- a reply: whether it asks the question that is open; null: none is
  waits_since  timestamptz,                                -- a reply that waits for the next line: since the first it stands for
  recipient    text,                                       -- address of the one technician it is for; null: of all whom it concerns
  emails       smallint,                                   -- how many e-mails it became, once that is known
  object       text,                                       -- the file that it is about: attachments.object
  bytes        bigint,                                     -- kept in Storage for what is announced: of an answer's first removal, for all
  constraint outbox_key_fits check (length(dedup_key) between 1 and 256),
  constraint outbox_channel_known check (channel in ('whatsapp', 'email', 'storage', 'inbox')),
  constraint outbox_status_known check (status in ('ready', 'sending', 'unknown', 'sent', 'dead')),
  constraint outbox_content_known check (content in (
    'rendered',                                            -- a request: a reply
    'notification',                                        -- tells a customer what technicians did
    'full_text',                                           -- the words that a template had no room for
    'file',                                                -- a file from a technician, for a customer
    'store', 'remove',                                     -- a customer's file is fetched and stored; an object is removed
    'transcribe',                                          -- a stored voice note gets its transcript
    'opened',                                              -- tells technicians of a new ticket
    'update', 'human',                                     -- what a customer did, or who has it now; that they ask for a person
    'undelivered',                                         -- tells a technician that their words did not reach the customer
    'link',                                                -- a fresh link to a ticket's page, for technicians
    'desk_link',                                           -- a link to the list of tickets, for one technician
    'digest',                                              -- the tickets beyond the cap on e-mails
    'received',                                            -- an e-mail of a technician is fetched, and done what it says
    'mail_result')),                                       -- tells its author what became of it
  constraint outbox_body_if_rendered check (content = 'rendered' or body is null and template is null),
  constraint outbox_object_if_file check ((content in ('file', 'store', 'remove', 'transcribe')) = (object is not null)),
  constraint outbox_held_until_sent check (not held or status = 'ready')
);
-- An index on an open row only is left as soon as the row is sent.
create index outbox_open_lanes on public.outbox (lane, id) where status in ('ready', 'sending', 'unknown') and not held;
create index outbox_due on public.outbox (next_at) where status in ('ready', 'sending', 'unknown') and not held;
create index outbox_open_of_message on public.outbox (wamid) where status in ('ready', 'sending', 'unknown');
create index outbox_held on public.outbox (customer_id) where held or as_template and status in ('ready', 'sending');
create index outbox_held_templates on public.outbox (next_at) where held and as_template;
create index outbox_held_notifications on public.outbox (id) where held and content = 'notification' and not as_template;
create index outbox_held_files on public.outbox (id) where held and content = 'file';
create index outbox_announced on public.outbox (id) include (bytes) where bytes is not null and status in ('ready', 'sending', 'unknown');
create index outbox_of_object on public.outbox (object) where object is not null;
create index outbox_refused on public.outbox (refused_at) where refused_at is not null;
create index outbox_dead on public.outbox (id) where status = 'dead';
create index outbox_of_provider on public.outbox (provider_id) where provider_id is not null;
create index outbox_of_customer on public.outbox (customer_id, id);
create index outbox_of_ticket on public.outbox (ticket_id) where ticket_id is not null;
create index outbox_emails_by_age on public.outbox (created_at) where channel = 'email';
create index outbox_done_by_age on public.outbox (done_at) where done_at is not null;
comment on table public.outbox is 'Every outgoing message is a row here.';

create table public.channel_pauses (
  channel      text primary key,
  paused_until timestamptz not null,
  error        text,
  claim_at     timestamptz                                 -- only its rate was exceeded: from then on rows are claimed, a few at a time
);
comment on table public.channel_pauses is
  'Channels that refuse the whole account: until then nothing is sent by them, or only what is claimed at the pace of the account.';

alter table public.outbox         enable row level security;
alter table public.channel_pauses enable row level security;

-- Functions that only calculate have no search_path of their own: then Postgres puts them into the calling statement.
create function public.service_window() returns interval
language sql immutable as $$ select interval '23 h 55 min' $$;
comment on function public.service_window is 'Free text may be sent for so long after a customer''s message: Meta''s 24 hours, less the time to send it.';

create function public.max_attempts(p_channel text, p_status text) returns integer
language sql immutable as $$
  select case when p_channel = 'whatsapp' and p_status = 'ready' then 1500 when p_channel = 'storage' then 100 else 20 end
$$;
comment on function public.max_attempts is
  'After how many attempts a row is given up: 20, but a message that was certainly not sent is retried while its window is open, and what is '
  'to be done with a file for the week that Meta keeps it.';

create function public.is_dead_letter(p_content text, p_error text) returns boolean
language sql immutable as $$ select p_content <> 'transcribe' and coalesce(p_error, '') not in ('superseded', 'dropped', 'restored') $$;
comment on function public.is_dead_letter is
  'Whether the operator has to hear of a dead row: not of one that nobody wants any more, or that somebody has given up on purpose, nor of a voice note without a transcript.';

create function public.email_key_lifetime() returns interval
language sql immutable as $$ select interval '23 h' $$;
comment on function public.email_key_lifetime is 'Resend knows a key for 24 hours; a later attempt could be a second e-mail.';

create function public.retry_pause(p_channel text, p_attempts integer, p_seconds double precision) returns interval
language sql volatile as $$
  -- As long as the provider says, else doubling, with jitter. Up to 2 h; of e-mails 20 attempts last about 16 h on average, within
  -- the life of a key. Replies, for which a customer is waiting: at most a minute, while the service window is open.
  select make_interval(secs => coalesce(p_seconds,
    least(case p_channel when 'whatsapp' then 60 else 7200 end, power(2, least(p_attempts, 20))) * (0.5 + random())))
$$;

create function public.retry_lane(p_content text, p_lane text, p_customer bigint) returns text
language sql immutable as $$
  -- A file that has waited for its customer behind words ("later:") stands before others. They are not to wait for its next try.
  select case when p_content = 'file' and p_customer is not null then 'files:' || p_customer::text else p_lane end
$$;
comment on function public.retry_lane is 'The lane of a row of this customer that was tried, and did not leave.';

create function public.max_refusals() returns integer
language sql immutable as $$ select 6 $$;
comment on function public.max_refusals is 'How often one recipient is refused before the row is given up: for an hour and a half.';

create function public.refusal_pause(p_refusals integer) returns double precision
language sql immutable as $$ select 15 * power(4, p_refusals - 1) $$;
comment on function public.refusal_pause is 'The seconds until a refused recipient is tried again: 15, 60, 240, ...';

create function public.max_refused_recipients() returns integer
language sql immutable as $$ select 3 $$;
comment on function public.max_refused_recipients is 'So many recipients refused in a row, and nobody accepted in between, are a refusal of the account.';

create function public.has_template(p_content text, p_template text, p_as_template boolean) returns boolean
language sql immutable as $$
  select (p_content = 'notification' or p_template is not null) and not p_as_template
$$;
comment on function public.has_template is 'Whether a row that may not be sent as free text can be sent as a template.';

create function public.is_paused(p_channel text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (select from public.channel_pauses p where p.channel = p_channel and p.paused_until > now());
end $$;

create function public.emails_per_second() returns integer
language sql immutable as $$ select 10 $$;
comment on function public.emails_per_second is 'What Resend accepts from an account, however many instances send.';

create function public.pause_channel(p_channel text, p_limited boolean, p_seconds double precision, p_error text) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.channel_pauses as p (channel, paused_until, error, claim_at)
  values (p_channel, now() + make_interval(secs => p_seconds + case when p_limited then 60 else 0 end), p_error,
    case when p_limited then now() + make_interval(secs => p_seconds) end)
  on conflict (channel) do update set
    paused_until = greatest(p.paused_until, excluded.paused_until),
    claim_at = case when excluded.claim_at is not null then greatest(p.claim_at, excluded.claim_at) end,
    error = case when excluded.paused_until > p.paused_until then excluded.error else p.error end
   where excluded.claim_at is null or p.claim_at is not null or p.paused_until <= now();
end $$;
comment on function public.pause_channel is
  'The account is refused for so many seconds. p_limited: only its rate was exceeded; then claims go on at its pace, and new rows '
  'wait for them until all that waited has left (or for a minute, should nobody claim). A pause never ends earlier by another.';

create function public.complete_outbox_row() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.done_at := coalesce(new.done_at, now());
  new.lease_token := null;
  new.held := false;
  if new.status = 'sent' then new.refused_at := null; end if;
  if new.scrub then
    new.body := null;
    new.template := null;
  end if;
  return new;
end $$;

create trigger complete_outbox_row before update on public.outbox
  for each row when (new.status in ('sent', 'dead') and (new.done_at is null or new.lease_token is not null or new.held or new.scrub
    or new.status = 'sent' and new.refused_at is not null))
  execute function public.complete_outbox_row();

-- Caps for one customer: bubbles, messages that are kept, and tickets (each is an e-mail to the technicians). And one on e-mails in
-- total.

create function public.bubbles_at_once() returns integer
language sql immutable as $$ select 20 $$;
comment on function public.bubbles_at_once is 'The number of bubbles that may leave at once.';

create function public.bubble_seconds() returns numeric
language sql immutable as $$ select 6.0 $$;
comment on function public.bubble_seconds is 'Then one bubble may leave in so many seconds: Meta''s limit per recipient, which also limits the cost.';

create function public.max_reply_wait() returns interval
language sql immutable as $$ select interval '9 s' $$;
comment on function public.max_reply_wait is
  'For so long a reply may wait for the customer''s next lines, so that who keeps writing is answered, too.';

create function public.max_messages_per_hour() returns integer
language sql immutable as $$ select 600 $$;
comment on function public.max_messages_per_hour is
  'The number of messages in an hour beyond which no more are kept: far more than a person writes, and few enough for the database.';

create function public.max_tickets_per_hour() returns integer
language sql immutable as $$ select 30 $$;

create function public.has_too_many_tickets(p_customer bigint) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return coalesce((select created_at from public.tickets where customer_id = p_customer
    order by id desc offset public.max_tickets_per_hour() - 1 limit 1) > now() - interval '1 hour', false);
end $$;
comment on function public.has_too_many_tickets is
  'Whether no other ticket may be opened for a customer within the hour. They are locked by the caller, so the count cannot change.';

create function public.max_emails_per_hour() returns integer
language sql immutable as $$ select 500 $$;
comment on function public.max_emails_per_hour is 'The number of e-mails per hour beyond which the rest goes into digests.';

create function public.max_digest_events() returns integer
language sql immutable as $$ select 100 $$;
comment on function public.max_digest_events is
  'The number of ticket events in one digest: with as many tickets it has less than the 102 KB that Gmail shows, whatever was written.';

create function public.max_links_per_hour() returns integer
language sql immutable as $$ select 60 $$;
comment on function public.max_links_per_hour is
  'The number of fresh links e-mailed in an hour, and of links to the list. They count for nothing else.';

create function public.cap_emails() returns trigger
language plpgsql set search_path = '' as $$
declare
  -- What has not left yet: a new ticket will be as many as the latest one was, and something else probably one.
  v_opened smallint := coalesce((select o.emails from public.outbox o
    where o.channel = 'email' and o.content = 'opened' and o.emails is not null order by o.created_at desc limit 1), 1);
  v_hour   timestamptz := date_trunc('hour', now()) + interval '1 hour';
  v_number bigint;
begin
  -- Counted without a lock: concurrent inserts may exceed the cap by a few.
  if public.max_emails_per_hour() > (select coalesce(sum(coalesce(emails, case content when 'opened' then v_opened else 1 end)), 0) from (
       select o.emails, o.content from public.outbox o
        where o.channel = 'email' and o.content not in ('digest', 'link', 'desk_link', 'mail_result') and o.created_at > now() - interval '1 hour'
        limit public.max_emails_per_hour()) sent) then
    return new;
  end if;
  if new.events is null then return new; end if;
  -- The latest digest of that hour, and then the next: they leave one after the other, in one lane.
  select greatest(1, count(*)) into v_number from public.outbox
   where lane = 'digest' and status in ('ready', 'sending', 'unknown') and not held and next_at = v_hour;
  loop
    insert into public.outbox (dedup_key, lane, channel, content, events, next_at)
    values ('digest/' || extract(epoch from v_hour)::bigint || '/' || v_number, 'digest', 'email', 'digest', new.events, v_hour)
    -- A digest is never changed after its first attempt: every attempt under a key sends the same e-mail.
    on conflict (dedup_key) do update set events = outbox.events || excluded.events
      where outbox.status = 'ready' and not outbox.tried
        and cardinality(outbox.events) + cardinality(excluded.events) <= public.max_digest_events();
    exit when found;
    v_number := v_number + 1;
  end loop;
  return null;
end $$;
comment on function public.cap_emails is
  'Beyond the cap an e-mail is not inserted: its events go into the digests that are sent at the next full hour.';

-- Links that were asked for, and what became of technicians' e-mails, have caps of their own (mail_link, mail_desk_link, finish_mail):
-- they must not push tickets into the digest.
create trigger cap_emails before insert on public.outbox
  for each row when (new.channel = 'email' and new.content not in ('digest', 'link', 'desk_link', 'mail_result'))
  execute function public.cap_emails();
