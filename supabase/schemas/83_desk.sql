-- The technicians' list of all tickets: whose they are, since when each waits, and the search.
--
-- Each tab is one range of an index, in its order, so that it costs the same with 100 tickets and with 100,000. The search has no
-- extension: the Postgres of `make run` has none on a Mac. Words are a tsvector, and names and numbers arrays of trigrams, both
-- with accents folded and behind the GIN index that every Postgres has.

-- Since when a ticket waits.

create function public.keep_waiting() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.actor = 'technician' and (new.body is not null or new.to_status in ('waiting_customer', 'resolved', 'closed')) then
    update public.tickets set waits_since = new.created_at, answer_due = false
     where id = new.ticket_id and (waits_since, answer_due) is distinct from (new.created_at, false);
  elsif new.to_status = 'closed' then null;                -- by the customer: check_status_change did it
  elsif new.actor = 'customer' or new.from_status in ('resolved', 'closed') then
    -- The first of their messages since our last word.
    update public.tickets set waits_since = new.created_at, answer_due = true where id = new.ticket_id and not answer_due;
  end if;
  return null;
end $$;
comment on function public.keep_waiting is
  'Keeps since when a ticket waits: for us since the first message of its customer after our last word, for them since that word.';

create trigger keep_waiting after insert on public.ticket_events for each row
  when (new.actor in ('customer', 'technician') and new.kind in ('note', 'human', 'correction', 'status', 'answer'))
  execute function public.keep_waiting();

create function public.taken_by(p_address text, p_name text) returns text
language sql immutable as $$ select coalesce(p_address, case when p_name is null then '' else '?' end) $$;
comment on function public.taken_by is 'Who has a ticket: an address; empty for nobody; ? for somebody who is known by name only.';

create index tickets_by_taker on public.tickets (public.taken_by(assignee_address, assignee), waits_since, id)
  where status not in ('resolved', 'closed');
create index tickets_our_turn on public.tickets (waits_since, id) where status in ('open', 'in_progress');
create index tickets_waiting on public.tickets (waits_since, id) where status = 'waiting_customer';
create index tickets_resolved on public.tickets (waits_since, id) where status = 'resolved';

create function public.absent_takers(p_technicians text[]) returns text[]
language plpgsql stable set search_path = '' as $$
begin
  -- From one taker to the next: a step for each, however many tickets they have.
  return array(
    with recursive takers as (
      (select public.taken_by(t.assignee_address, t.assignee) as taker from public.tickets t
        where t.status not in ('resolved', 'closed') order by 1 limit 1)
      union all
      select (select public.taken_by(t.assignee_address, t.assignee) from public.tickets t
               where t.status not in ('resolved', 'closed') and public.taken_by(t.assignee_address, t.assignee) > takers.taker
               order by 1 limit 1)
        from takers where takers.taker is not null)
    select taker from takers where taker <> '?' and taker <> all (p_technicians));
end $$;
comment on function public.absent_takers is
  'Who has active tickets and is no technician any more; and the empty text, if there are tickets that nobody has.';

-- Reports that were never confirmed.

create table public.drafts (
  customer_id bigint primary key references public.customers on delete cascade,
  since       timestamptz not null default now()
);
create index drafts_by_age on public.drafts (since, customer_id);
comment on table public.drafts is 'Whose session holds words or files for a report, and since when. The session itself is in conversations.';
alter table public.drafts enable row level security;

create function public.holds_draft(p_session jsonb) returns boolean
language sql immutable as $$
  select (p_session ? 'draft' or p_session ? 'files') and not p_session ? 'cancelled'
    and p_session->>'state' not in ('following', 'another_problem', 'closing', 'rating')
$$;
comment on function public.holds_draft is
  'Session.has_report of state/model/session.py, but for reports that were cancelled: with a ticket the draft is a note in it.';

create function public.keep_draft() returns trigger
language plpgsql set search_path = '' as $$
begin
  if public.holds_draft(new.session) then
    insert into public.drafts (customer_id) values (new.customer_id) on conflict do nothing;
  else
    delete from public.drafts where customer_id = new.customer_id;
  end if;
  return null;
end $$;

create trigger keep_draft after update of session on public.conversations for each row
  when (public.holds_draft(old.session) is distinct from public.holds_draft(new.session))
  execute function public.keep_draft();
create trigger keep_first_draft after insert on public.conversations for each row
  when (public.holds_draft(new.session))
  execute function public.keep_draft();

-- The search.

create function public.words_of(p_text text) returns text[]
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  -- An é is an e and an accent; what is neither a letter nor a digit stands between words, of which nothing is too long for an index.
  return array(
    select distinct left(word, 40)
      from regexp_split_to_table(
        lower(regexp_replace(normalize(left(p_text, 20000), NFKD), U&'[\0300-\036F]', '', 'g')),
        U&'[\0001-\002F\003A-\0060\007B-\00BF\2000-\206F\3000-\303F\FEFF]+') word
     where word <> '');
end $$;
comment on function public.words_of is 'The words of a text, each once, in small letters without accents.';

create function public.trigrams_of(p_text text) returns text[]
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return array(
    select distinct substr('  ' || word, place, 3)
      from unnest(public.words_of(p_text)) word, generate_series(1, length(word)) place);
end $$;
comment on function public.trigrams_of is 'Every three signs of each word in a row, with two spaces before it.';

create function public.trigrams_within(p_word text) returns text[]
language plpgsql immutable strict set search_path = '' as $$
begin
  if length(p_word) < 3 then return public.trigrams_of(p_word); end if;          -- the beginning of a word
  return array(select distinct substr(p_word, place, 3) from generate_series(1, length(p_word) - 2) place);
end $$;
comment on function public.trigrams_within is 'What trigrams_of any text has that holds these signs.';

create function public.who_words(p_name text, p_wa_id text) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return array_to_string(public.words_of(coalesce(p_name, '') || ' ' || coalesce(p_wa_id, '')), ' ');
end $$;

alter table public.customers add column who text generated always as (public.who_words(name, wa_id)) stored;
comment on column public.customers.who is 'The words of their name and their number, for the search.';
create index customers_who on public.customers using gin (public.trigrams_of(who)) with (gin_pending_list_limit = 256);

create table public.ticket_words (
  ticket_id bigint primary key references public.tickets on delete cascade,
  words     tsvector not null
);
create index ticket_words_words on public.ticket_words using gin (words) with (gin_pending_list_limit = 256);
comment on table public.ticket_words is
  'The words of each ticket and of its events, each once, for the search: of what is deleted there nothing stays here.';
alter table public.ticket_words enable row level security;

create function public.index_ticket(p_ticket bigint) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.ticket_words as w (ticket_id, words)
  select t.id, array_to_tsvector((public.words_of(t.code || ' ' || t.summary) || public.words_of(t.description)
      || array(select word from public.ticket_events e, unnest(public.words_of(e.body)) word
                where e.ticket_id = t.id and e.kind not in ('created', 'rating', 'notified') order by e.id limit 3000)
      || array(select word from public.attachments a, unnest(public.words_of(a.transcript)) word
                where a.ticket_id = t.id and a.transcript is not null order by a.id limit 1000))[:5000])
    from public.tickets t where t.id = p_ticket
  on conflict (ticket_id) do update set words = excluded.words;
end $$;
comment on function public.index_ticket is 'Collects the words of a ticket anew: at most 5,000, so that they fit into a tsvector.';

create function public.index_tickets() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform public.index_ticket(new.id);
  return null;
end $$;

create trigger index_new_ticket after insert on public.tickets for each row execute function public.index_tickets();
create trigger index_changed_ticket after update of code, summary, description on public.tickets for each row
  when (row(old.code, old.summary, old.description) is distinct from row(new.code, new.summary, new.description))
  execute function public.index_tickets();

create function public.index_event() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_words tsvector;
begin
  if tg_op = 'INSERT' then
    v_words := array_to_tsvector(public.words_of(new.body));
    -- Of the usual words there is nothing new.
    update public.ticket_words w set words = w.words || v_words
     where w.ticket_id = new.ticket_id and length(w.words) < 5000 and length(w.words || v_words) > length(w.words);
  else
    perform public.index_ticket(old.ticket_id);            -- what is gone may stand elsewhere in it, too
  end if;
  return null;
end $$;

create function public.index_transcript() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform public.index_ticket(old.ticket_id);
  return null;
end $$;

create trigger index_transcript after update of transcript on public.attachments for each row
  when (old.transcript is distinct from new.transcript) execute function public.index_transcript();
create trigger index_deleted_transcript after delete on public.attachments for each row
  when (old.transcript is not null) execute function public.index_transcript();

create trigger index_new_event after insert on public.ticket_events for each row
  when (new.body is not null and new.kind not in ('created', 'rating', 'notified'))
  execute function public.index_event();
create trigger index_changed_event after update of body on public.ticket_events for each row
  when (old.body is distinct from new.body) execute function public.index_event();
create trigger index_deleted_event after delete on public.ticket_events for each row
  when (old.body is not null) execute function public.index_event();

create function public.search_words(p_query text) returns text[]
language plpgsql immutable set search_path = '' as $$
begin
  -- The last digits of a number: of what stands before them there are several forms.
  return (array(select case when word ~ '^[0-9]{10,}$' then right(word, 8) else word end
                  from unnest(public.words_of(left(p_query, 200))) word order by length(word) desc, word))[:8];
end $$;
comment on function public.search_words is 'What is searched for, the longest word first.';

create function public.who_patterns(p_words text[]) returns text[]
language plpgsql immutable set search_path = '' as $$
begin
  -- No word has a sign that means something in a pattern.
  return array(
    select case when length(word) < 6 then word else
        word || format('|(^| )(%s[^ ]{%s,%s}|[^ ]{%s,%s}%s)( |$)', left(word, half), rest - 1, rest + 1,
          rest - 1, rest + 1, right(word, half)) end
      from (select word, length(word) / 2 as half, length(word) - length(word) / 2 as rest from unnest(p_words) word) halved);
end $$;
comment on function public.who_patterns is
  'For each word what a name and a number have in them, or nearly: a word as long, but for a sign, with the same first or last half.';

create function public.latest_searched() returns integer
language sql immutable as $$ select 1000 $$;
comment on function public.latest_searched is 'So many of the latest tickets are searched one by one, before the indexes are asked.';

create function public.search_tickets(p_query text, p_codes text[], p_before bigint, p_limit integer) returns bigint[]
language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
  v_words  text[]  := public.search_words(p_query);
  v_first  text    := v_words[1];
  v_half   integer := case when length(v_first) >= 6 then length(v_first) / 2 end;
  v_each   tsquery[] := array(select ('''' || word || ''':*')::tsquery from unnest(v_words) word);
  v_query  tsquery := (select string_agg(each::text, ' & ') from unnest(v_each) each)::tsquery;
  v_who    text[]  := public.who_patterns(v_words);
  v_exact  text[]  := coalesce(nullif(array(select distinct signs from unnest(v_words) word, unnest(public.trigrams_within(word)) signs
                                            where length(word) >= 3), '{}'), public.trigrams_within(v_first));
  v_before bigint  := coalesce(p_before, 9223372036854775807);
  v_people bigint[];
  v_found  bigint[] := array(select t.id from public.tickets t where t.code = any (p_codes) order by t.id desc);
begin
  if v_words = '{}' then return '{}'; end if;
  if v_found <> '{}' then return array(select id from unnest(v_found) id where id < v_before limit p_limit); end if;
  -- What is frequent is found among the latest tickets, and of what is rare the indexes have few.
  v_found := array(
    select t.id from (
      select l.id,
        -- As sub-queries: in a join the planner may read all words and all customers.
        (select w.words from public.ticket_words w where w.ticket_id = l.id) as words,
        (select c.who from public.customers c where c.id = l.customer_id) as who
        from public.tickets l
       where l.id < v_before order by l.id desc limit public.latest_searched()) t
     where not exists (select from unnest(v_each, v_who) sought(word, pattern)
                        where (t.words @@ sought.word or t.who ~ sought.pattern) is not true)
     order by t.id desc limit p_limit);
  if cardinality(v_found) = p_limit then return v_found; end if;
  v_people := array(
    select c.id from public.customers c
     where (public.trigrams_of(c.who) @> v_exact
         or public.trigrams_of(c.who) @> public.trigrams_of(left(v_first, v_half))
         or public.trigrams_of(c.who) @> public.trigrams_within(right(v_first, v_half)))
       and c.who ~ all (v_who));
  return array(
    select found.id from (
      select unnest(v_found) as id
      union
      select w.ticket_id from public.ticket_words w where w.words @@ v_query
      union
      select t.id from public.tickets t where t.customer_id = any (v_people)) found
     where found.id < v_before order by found.id desc limit p_limit);
end $$;
comment on function public.search_tickets is
  'The tickets with these codes; if there are none, the latest with each word of the query in what was written or in its '
  'customer''s name and number, there also nearly. Of older ones all words are in one of the two.';

-- The list.

create function public.max_desk_count() returns integer
language sql immutable as $$ select 1000 $$;
comment on function public.max_desk_count is 'The tickets of a tab are counted up to so many: the tab then says "1000+".';

create function public.desk_places(
  p_tab text, p_technician text, p_technicians text[], p_since timestamptz, p_id bigint, p_limit integer
) returns table (since timestamptz, id bigint) language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
  v_takers text[];
begin
  if p_tab in ('untaken', 'mine') then
    v_takers := case p_tab when 'mine' then array[p_technician] else public.absent_takers(p_technicians) end;
    return query select found.waits_since, found.id from unnest(v_takers) taker cross join lateral (
        select t.waits_since, t.id from public.tickets t
         where public.taken_by(t.assignee_address, t.assignee) = taker and t.status not in ('resolved', 'closed')
           and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
         order by t.waits_since, t.id limit p_limit) found
      order by found.waits_since, found.id limit p_limit;
  elsif p_tab = 'our_turn' then
    return query select t.waits_since, t.id from public.tickets t
      where t.status in ('open', 'in_progress') and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
      order by t.waits_since, t.id limit p_limit;
  elsif p_tab = 'waiting' then
    return query select t.waits_since, t.id from public.tickets t
      where t.status = 'waiting_customer' and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
      order by t.waits_since, t.id limit p_limit;
  elsif p_tab = 'resolved' then
    return query select t.waits_since, t.id from public.tickets t
      where t.status = 'resolved' and (t.waits_since, t.id) > (coalesce(p_since, '-infinity'), p_id)
      order by t.waits_since, t.id limit p_limit;
  elsif p_tab = 'all' then
    return query select t.waits_since, t.id from public.tickets t
      where p_id = 0 or t.id < p_id order by t.id desc limit p_limit;
  elsif p_tab = 'drafts' then
    return query select d.since, d.customer_id from public.drafts d
      where d.since < now() - interval '1 day' and (d.since, d.customer_id) > (coalesce(p_since, '-infinity'), p_id)
        and (select v.last_inbound_at from public.conversations v where v.customer_id = d.customer_id) < now() - interval '1 day'
      order by d.since, d.customer_id limit p_limit;
  else
    raise exception 'unknown tab %', p_tab using errcode = '22023';
  end if;
end $$;
comment on function public.desk_places is
  'The first places of a tab after one of them (p_since, p_id), in its order: what waits longest first; of all, the latest. Of '
  'drafts the customers, of whom nothing came for a day.';

create function public.desk_row(p_ticket public.tickets, p_technicians text[]) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_customer public.customers;
begin
  select * into v_customer from public.customers c where c.id = p_ticket.customer_id;
  return jsonb_build_object('code', p_ticket.code, 'status', p_ticket.status, 'summary', p_ticket.summary,
    'wants_human', p_ticket.wants_human, 'urgent', p_ticket.urgent, 'answer_due', p_ticket.answer_due,
    'waits_since', p_ticket.waits_since, 'created_at', p_ticket.created_at, 'rating', p_ticket.rating,
    'language', p_ticket.language, 'customer', v_customer.name, 'wa_id', v_customer.wa_id,
    'has_customer', v_customer.id is not null,
    'assignee', case when p_ticket.assignee_address is null or p_ticket.assignee_address = any (p_technicians)
      then p_ticket.assignee end,
    'assignee_address', case when p_ticket.assignee_address = any (p_technicians) then p_ticket.assignee_address end);
end $$;
comment on function public.desk_row is 'A ticket in the list. Its assignee is nobody if they are no technician any more.';

create function public.draft_row(p_customer bigint, p_since timestamptz) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select jsonb_build_object('customer', c.name, 'wa_id', c.wa_id, 'since', p_since,
      'text', left(v.session->>'draft', 400), 'files', coalesce(jsonb_array_length(v.session->'files'), 0))
    from public.customers c join public.conversations v on v.customer_id = c.id where c.id = p_customer);
end $$;

create function public.list_desk(
  p_tab text, p_technician text, p_technicians text[], p_query text default null, p_codes text[] default '{}',
  p_after text default null, p_limit integer default 50, p_counts boolean default true
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_since  timestamptz := timestamptz 'epoch' + split_part(p_after, '-', 1)::bigint * interval '1 microsecond';
  v_id     bigint      := coalesce(split_part(p_after, '-', 2)::bigint, 0);
  v_ids    bigint[];
  v_sinces timestamptz[];
  v_rows   jsonb;
begin
  -- One more than is shown tells whether there are more.
  if p_query is not null then
    v_ids := public.search_tickets(p_query, p_codes, nullif(v_id, 0), p_limit + 1);
  else
    select array_agg(place.id order by place.n), array_agg(place.since order by place.n) into v_ids, v_sinces
      from public.desk_places(p_tab, p_technician, p_technicians, v_since, v_id, p_limit + 1)
        with ordinality place(since, id, n);
  end if;
  if p_query is null and p_tab = 'drafts' then
    v_rows := (select jsonb_agg(public.draft_row(v_ids[n], v_sinces[n]) order by n)
      from generate_series(1, least(coalesce(cardinality(v_ids), 0), p_limit)) n);
  else
    v_rows := (select jsonb_agg(public.desk_row(t, p_technicians) order by place.n)
      from unnest(v_ids[:p_limit]) with ordinality place(id, n) join public.tickets t on t.id = place.id);
  end if;
  return jsonb_build_object(
    'counts', case when p_counts then (
      select jsonb_object_agg(tab, (select count(*) from public.desk_places(tab, p_technician, p_technicians, null, 0,
          public.max_desk_count() + 1)))
        from unnest('{untaken,mine,our_turn,waiting,resolved,all,drafts}'::text[]) tab) end,
    'most', public.max_desk_count(), 'away_until', public.absences()->p_technician,
    case when p_query is null and p_tab = 'drafts' then 'drafts' else 'rows' end, coalesce(v_rows, '[]'),
    'next', case when cardinality(v_ids) > p_limit then
      coalesce((extract(epoch from v_sinces[p_limit]) * 1000000)::bigint, 0) || '-' || v_ids[p_limit] end);
end $$;
comment on function public.list_desk is
  'A page of the list for a technician: the tickets of a tab, or those that a query finds, the count of each tab up to most + 1, '
  'where the next page begins, and until when the technician is away. p_technicians: the addresses of all, in small letters; who has a ticket and is not there is nobody.';

create function public.open_desk(
  p_epoch integer, p_tab text, p_technician text, p_technicians text[], p_query text default null,
  p_codes text[] default '{}', p_after text default null, p_limit integer default 50
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  if p_epoch is distinct from public.desk_epoch() then return null; end if;
  return public.list_desk(p_tab, p_technician, p_technicians, p_query, p_codes, p_after, p_limit);
end $$;
comment on function public.open_desk is 'The same for who has a cookie of this epoch; null if it was ended.';

create function public.leave_desk(p_epoch integer, p_technician text, p_until timestamptz) returns boolean
language plpgsql set search_path = '' set lock_timeout = '2s' as $$
begin
  if p_epoch is distinct from public.desk_epoch() then return null; end if;
  return public.set_away(p_technician, p_until);
end $$;
comment on function public.leave_desk is 'set_away for who has a cookie of this epoch; null if it was ended.';

create function public.next_on_desk(p_code text, p_technician text, p_technicians text[]) returns text
language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
  v_takers text[] := public.absent_takers(p_technicians) || p_technician;
  v_ticket public.tickets;
  v_code   text;
begin
  select * into v_ticket from public.tickets where code = p_code;
  for v_turn in 1..2 loop                                  -- after the last one the first
    select found.code into v_code from unnest(v_takers) taker cross join lateral (
        select t.code, t.waits_since, t.id from public.tickets t
         where public.taken_by(t.assignee_address, t.assignee) = taker and t.status not in ('resolved', 'closed')
           and t.status <> 'waiting_customer' and t.answer_due and t.code <> p_code
           and (v_turn = 2 or (t.waits_since, t.id) > (v_ticket.waits_since, v_ticket.id))
         order by t.waits_since, t.id limit 1) found
      order by found.waits_since, found.id limit 1;
    exit when found;
  end loop;
  return v_code;
end $$;
comment on function public.next_on_desk is
  'The ticket after this one, by how long they wait, of those that are this technician''s or nobody''s and are to be answered; or null.';

create function public.lead_from_desk(
  p_code text, p_epoch integer, p_technician text, p_technicians text[], p_onward boolean
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  if p_epoch is distinct from public.desk_epoch() then return null; end if;
  return jsonb_build_object('code',
    case when p_onward then public.next_on_desk(p_code, p_technician, p_technicians) else p_code end);
end $$;
comment on function public.lead_from_desk is
  'To which ticket the list leads who has a cookie of this epoch: to this one, or onward from it. Null if it was ended.';

create function public.mail_desk_link(
  p_technician text, p_recipient text, p_channels text[] default '{}', p_lease uuid default null, p_lease_seconds integer default 40
) returns jsonb language plpgsql set search_path = '' set lock_timeout = '2s' as $$
declare
  v_key  text := 'desk/' || p_technician || '/' || floor(extract(epoch from now()) / 600);
  v_lane text := 'desk:' || p_technician;
begin
  if exists (select from public.outbox where dedup_key = v_key) then
    return jsonb_build_object('result', 'recent', 'rows', public.lease_lanes(array[v_lane], p_channels, p_lease, p_lease_seconds));
  end if;
  -- Counted without a lock, as in cap_emails.
  if public.max_links_per_hour() <= (select count(*) from public.outbox o
       where o.channel = 'email' and o.content = 'desk_link' and o.created_at > now() - interval '1 hour') then
    return jsonb_build_object('result', 'too_many', 'rows', '[]'::jsonb);
  end if;
  insert into public.outbox (dedup_key, lane, channel, content, recipient)
  values (v_key, v_lane, 'email', 'desk_link', lower(p_recipient)) on conflict (dedup_key) do nothing;
  return jsonb_build_object('result', case when found then 'mailed' else 'recent' end,
    'rows', public.lease_lanes(array[v_lane], p_channels, p_lease, p_lease_seconds));
end $$;
comment on function public.mail_desk_link is
  'E-mails a technician a link to the list: mailed, recent (within ten minutes one for each), too_many (for all, in an hour). '
  'p_technician: what stands for them in keys, where no address may be read.';

create function public.list_tickets(
  p_statuses text[] default null, p_limit integer default 50, p_after bigint default 0, p_opened_before timestamptz default null,
  p_mine text default null, p_untaken boolean default false, p_technicians text[] default null, p_query text default null,
  p_codes text[] default '{}'
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_found bigint[] := case when p_query is not null then public.search_tickets(p_query, p_codes, null, 1000000) end;
begin
  return (
    select coalesce(jsonb_agg(public.desk_row(t, coalesce(p_technicians, array[t.assignee_address]))
        || jsonb_build_object('id', t.id, 'assignee', t.assignee, 'updated_at', t.updated_at) order by t.id), '[]')
      from (
        select t.* from (select distinct unnest(coalesce(p_statuses, '{open,in_progress,waiting_customer,resolved,closed}'))) each(wanted)
          cross join lateral (
            -- One index range for each status. Written so that the planner uses it, not as "status = wanted": then it reads all
            -- closed tickets to find those of a rare status.
            select * from public.tickets t
             where t.status <= wanted and (t.status, t.id) > (wanted, p_after)
               and (p_opened_before is null or t.created_at < p_opened_before)
               and (v_found is null or t.id = any (v_found))
               and (p_mine is null or t.assignee_address = lower(p_mine)
                 or coalesce(public.words_of(t.assignee) @> public.words_of(p_mine), false))
               and (not p_untaken or public.is_untaken(t.assignee, t.assignee_address, p_technicians))
             order by t.status, t.id limit p_limit) t
         order by t.id limit p_limit) t);
end $$;
comment on function public.list_tickets is
  'For the command line: tickets after one of them, oldest first, with some statuses or with any. p_mine: of somebody, by address '
  'or by words of the name; p_untaken: of nobody, or of who is not among p_technicians any more.';
