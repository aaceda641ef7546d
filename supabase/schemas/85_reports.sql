-- Reports for a team lead. Days and months are in the session's time zone; in Supabase Studio that is UTC.

create view public.ticket_times with (security_invoker = true) as
select t.id, t.code, t.status, t.created_at, t.rating,
  (select min(e.created_at) from public.ticket_events e
    where e.ticket_id = t.id and e.actor = 'technician' and e.kind in ('status', 'answer')
      and (e.body is not null or e.to_status = 'resolved')) as answered_at,
  (select min(e.created_at) from public.ticket_events e
    where e.ticket_id = t.id and e.to_status in ('resolved', 'closed')) as resolved_at,
  (select count(*) from public.ticket_events e
    where e.ticket_id = t.id and e.to_status = 'open' and e.from_status in ('resolved', 'closed')) as reopened
from public.tickets t;
comment on view public.ticket_times is 'For each ticket: when it was first answered in writing or resolved, when it was resolved, how often it was reopened.';

create view public.report_days with (security_invoker = true) as
select date_trunc('day', t.created_at)::date as day, count(*) as opened,
  count(*) filter (where t.status in ('resolved', 'closed')) as done,
  count(*) filter (where t.reopened > 0) as reopened
from public.ticket_times t group by 1 order by 1 desc;
comment on view public.report_days is 'Tickets per day: opened that day, and how many of those are done or were reopened.';

create view public.report_months with (security_invoker = true) as
select date_trunc('month', t.created_at)::date as month, count(*) as opened,
  percentile_cont(0.5) within group (order by t.answered_at - t.created_at) as first_answer_median,
  percentile_cont(0.9) within group (order by t.answered_at - t.created_at) as first_answer_p90,
  percentile_cont(0.5) within group (order by t.resolved_at - t.created_at) as resolution_median,
  percentile_cont(0.9) within group (order by t.resolved_at - t.created_at) as resolution_p90,
  count(*) filter (where t.reopened > 0) as reopened,
  count(t.rating) as ratings, round(avg(t.rating), 2) as satisfaction
from public.ticket_times t group by 1 order by 1 desc;
comment on view public.report_months is
  'By the month a ticket was opened: time to first answer and to resolution (median, 90th percentile), reopened, satisfaction.';

create view public.report_open with (security_invoker = true) as
select ages.age, count(t.id) as tickets, count(t.id) filter (where coalesce(t.assignee, t.assignee_address) is null) as untaken, min(t.created_at) as oldest
from (values (1, 'less than a day', interval '0', interval '1 day'), (2, '1 to 3 days', interval '1 day', interval '3 days'),
             (3, '3 to 7 days', interval '3 days', interval '7 days'),
             (4, 'more than 7 days', interval '7 days', interval '1000 years')) ages (n, age, from_age, to_age)
left join public.tickets t on t.status not in ('resolved', 'closed')
  and now() - t.created_at >= ages.from_age and now() - t.created_at < ages.to_age
group by ages.n, ages.age order by ages.n;
comment on view public.report_open is 'Open tickets by age.';

create view public.report_ratings with (security_invoker = true) as
select stars.rating, count(t.id) as tickets
from generate_series(1, 5) stars (rating) left join public.tickets t on t.rating = stars.rating
group by stars.rating order by stars.rating desc;
comment on view public.report_ratings is 'Tickets by rating.';

create function public.report(p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'days', (select jsonb_agg(jsonb_build_object('day', d.day::date, 'opened', coalesce(r.opened, 0),
        'done', coalesce(r.done, 0), 'reopened', coalesce(r.reopened, 0)) order by d.day desc)
      from generate_series(current_date - p_days + 1, current_date, interval '1 day') d (day)
      left join public.report_days r on r.day = d.day::date),
    'months', (select coalesce(jsonb_agg(m), '[]') from (
      select month, opened, reopened, ratings, satisfaction,
        extract(epoch from first_answer_median) as first_answer_median_seconds,
        extract(epoch from first_answer_p90) as first_answer_p90_seconds,
        extract(epoch from resolution_median) as resolution_median_seconds,
        extract(epoch from resolution_p90) as resolution_p90_seconds
      from public.report_months limit 12) m),
    'open', (select jsonb_agg(o) from public.report_open o),
    'ratings', (select jsonb_agg(r) from public.report_ratings r))
$$;
comment on function public.report is 'All reports together: each of the last p_days days, and the last twelve months with tickets; times in seconds.';

create function public.export_tickets(p_since timestamptz default null, p_after bigint default 0, p_limit integer default 500)
returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'code', t.code, 'status', t.status, 'summary', t.summary,
      'language', t.language, 'wants_human', t.wants_human, 'assignee', t.assignee, 'rating', t.rating,
      'created_at', t.created_at, 'updated_at', t.updated_at,
      'events', (select count(*) from public.ticket_events e where e.ticket_id = t.id),
      'files', (select count(*) from public.attachments a where a.ticket_id = t.id))
      || (select jsonb_build_object('answered_at', x.answered_at, 'resolved_at', x.resolved_at, 'reopened', x.reopened)
            from public.ticket_times x where x.id = t.id) order by t.id), '[]')
    from (select * from public.tickets
           where id > p_after and (p_since is null or created_at >= p_since) order by id limit p_limit) t
$$;
comment on function public.export_tickets is 'Tickets with their times, oldest first, page by page; without the customer''s name, number or BSUID.';
