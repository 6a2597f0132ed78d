-- What a good analyst would write by hand instead of the project: one script that reads, cleans and scores the
-- benchmark's tables. The committed rules stand in the SQL. Nothing can be replayed, audited or changed in a file.
-- In braces: where the files are, and as_of.
set variable as_of = timestamp '{as_of}';
set variable today = cast(timestamp '{as_of}' as date);

-- trimmed only where there is something to trim
create temp macro clean(t) as case when t not like ' %' and t not like '% ' and t <> '' then t else nullif(trim(t), '') end;
create temp macro host(t) as nullif(regexp_replace(
    regexp_replace(lower(t), '^([a-z][a-z0-9+.-]*:)?//', ''), '^www[.]|[:/?#].*$', '', 'gs'), '');
create temp macro points(x) as cast(x as decimal(28, 10));
create temp macro published(x) as cast(round(points(x), 6) as double);
create temp macro words(t) as replace(upper(t[1]) || replace(t[2:], '_', ' '), 'Third party', 'Third-party');
create temp macro number(x) as regexp_replace(cast(cast(x as decimal(28, 1)) as varchar), '[.]0+$', '');
create temp macro ago(d) as case d when 0 then 'today' when 1 then 'yesterday' else d || ' days ago' end;

-- accounts: the latest version, and the account that each was merged into
create temp table accounts as
select
    clean(account_id) as account_id, clean(account_name) as account_name, clean(domain) as domain,
    clean(industry) as industry, clean(country) as country, annual_revenue_usd, lower(clean(growth_trend)) as growth_trend,
    estimated_deal_usd, lower(clean(brand_tier)) as brand_tier, lower(clean(competitive_position)) as competitive_position,
    coalesce(is_customer, false) as is_customer, coalesce(is_strategic, false) as is_strategic,
    clean(merged_into_account_id) as merged_into_account_id, competitor_renewal_on
from read_parquet('{folder}/accounts.parquet')
where clean(account_id) is not null and clean(account_name) is not null
qualify row_number() over (partition by clean(account_id) order by loaded_at desc nulls last) = 1;

-- accounts and types of signals have numbers, which are faster to group by than names
create temp table survivors as
with recursive pointers as (
    select a.account_id, b.account_id as target
    from accounts as a inner join accounts as b on a.merged_into_account_id = b.account_id
),
chains as (
    select account_id, target, 1 as steps from pointers
    union all
    select chains.account_id, pointers.target, steps + 1
    from chains inner join pointers on chains.target = pointers.account_id
    where steps <= 10
),
ends as (select account_id, max(steps) as steps, arg_max(target, steps) as target from chains group by account_id)
select
    accounts.account_id,
    dense_rank() over (order by case when steps <= 10 then target else accounts.account_id end) as account,
    coalesce(steps <= 10, false) as is_merged,
    host(domain) as host
from accounts left join ends on accounts.account_id = ends.account_id;

create temp table hosts as
select host, min(account) as account from survivors where host is not null group by host having count(distinct account) = 1;

create temp table signal_types as
select *, cast(row_number() over (order by signal_type) as utinyint) as type_number, half_life_days * 86400e6 as half_life
from (values
    ('pricing_page_visit', 25, 7), ('demo_request', 40, 14), ('case_study_download', 20, 30), ('webinar_attendance', 20, 30),
    ('third_party_intent_surge', 30, 14), ('website_visit', 5, 3), ('email_click', 8, 7), ('competitor_research', 15, 14),
    ('content_download', 12, 30), ('social_engagement', 3, 7), ('email_open', 2, 3), ('funding_round', 20, 60),
    ('trial_request', 40, 14), ('meeting_request', 40, 14), ('form_fill', 10, 14), ('product_tour', 15, 14)
) as t (signal_type, points, half_life_days);

-- signals: the latest version of each, unless it is deleted, of the future or so old that it counts nowhere; ids that come
-- more than once are looked for by their hash first, as only their rows have to be put in order
create temp view read_signals as
select
    hash(clean(signal_id)) as id_hash, s.*, type_number, half_life,
    epoch_us(getvariable('as_of')) - epoch_us(occurred_at) as age,
    date_diff('day', occurred_at, getvariable('today')) as days_ago
from read_parquet({signals}) as s inner join signal_types as t on lower(clean(s.signal_type)) = t.signal_type
where clean(signal_id) is not null and occurred_at <= getvariable('as_of') + interval 1 day
    and (clean(account_id) is not null or clean(domain) is not null);

create temp table repeated as select id_hash from read_signals group by id_hash having count(*) > 1;

create temp table signals as
with latest as (
    select * from read_signals where id_hash not in (from repeated)
    union all
    (select * from read_signals where id_hash in (from repeated)
    qualify row_number() over (
        partition by clean(signal_id) order by updated_at desc nulls last, loaded_at desc nulls last
    ) = 1)
)
select
    coalesce(known.account, hosts.account) as account, type_number, occurred_at, clean(contact_id) as contact_id,
    case when signal_value between 0 and 100 then signal_value end as signal_value, age, days_ago
from latest
left join survivors as known on clean(latest.account_id) = known.account_id
left join hosts on case when known.account_id is null then host(clean(latest.domain)) end = hosts.host
where not coalesce(is_deleted, false) and age between 0 and greatest(10 * half_life + 7 * 86400e6, 90 * 86400e6)
    and coalesce(known.account, hosts.account) is not null;

create temp table by_type as
select
    account, type_number, max(occurred_at) as last_occurred_at,
    sum(cast(case when age / half_life <= 10 then points * power(2, -age / half_life) else 0 end as decimal(18, 10)))
        as points_now,
    sum(cast(case
        when age >= 7 * 86400e6 and (age - 7 * 86400e6) / half_life <= 10
            then points * power(2, -(age - 7 * 86400e6) / half_life) else 0
    end as decimal(18, 10))) as points_then
from signals inner join signal_types using (type_number) group by account, type_number;

create temp table intent as
select account, sum(points_now) as points_now, sum(points_then) as points_then from by_type group by account;

create temp table triggers as
select *, cast(row_number() over (order by trigger, status) as utinyint) as trigger_number from (values
    ('hot', 'website_visits', 'website_visit', 0, 5, 7), ('hot', 'pricing_page_visits', 'pricing_page_visit', 0, 2, 30),
    ('hot', 'demo_request', 'demo_request', 0, 1, 30), ('hot', 'intent_surge', 'third_party_intent_surge', 90, 1, 30),
    ('warm', 'website_visits', 'website_visit', 0, 3, 30), ('warm', 'webinar_attendance', 'webinar_attendance', 0, 1, 30),
    ('warm', 'content_download', 'content_download', 0, 1, 30), ('warm', 'case_study_download', 'case_study_download', 0, 1, 30),
    ('warm', 'intent_surge', 'any', 60, 1, 30)
) as t (status, trigger, signal_type, least_value, needed, days);

-- nobody answers in this data: the first of the last 90 days to complete a trigger of the status that holds now
create temp table triggered as
with counted as (
    select account, trigger_number, needed, days, occurred_at, days_ago
    from signals inner join signal_types using (type_number) inner join triggers using (signal_type)
    where days_ago < 90 and (least_value = 0 or signal_value >= least_value)
    union all
    select account, trigger_number, needed, days, occurred_at, days_ago
    from signals inner join triggers on triggers.signal_type = 'any' and signal_value >= least_value
    where days_ago < 90
),
earlier as (
    select *, days_ago as begun_days_ago from counted where needed = 1
    union all
    select *, lag(days_ago, needed - 1) over (partition by account, trigger_number order by occurred_at)
    from counted where needed > 1
),
completed as (
    select account, trigger_number, min(occurred_at) filter (begun_days_ago - days_ago < days) as occurred_at,
        count(*) filter (days_ago < days) >= any_value(needed) as holds
    from earlier group by account, trigger_number
)
select account, status, trigger, occurred_at
from completed inner join triggers using (trigger_number)
qualify status = min(case when holds then status end) over (partition by account)
    and row_number() over (partition by account, status order by occurred_at nulls last, trigger) = 1;

create temp table relationships as
with contacts as (
    select clean(contact_id) as contact_id, clean(account_id) as account_id, lower(clean(seniority)) as seniority,
        lower(clean(department)) as department
    from read_parquet('{folder}/contacts.parquet')
    where clean(contact_id) is not null and clean(account_id) is not null
    qualify row_number() over (partition by clean(contact_id) order by loaded_at desc nulls last) = 1
)
select
    account, count(*) as engaged, count(distinct department) as departments,
    max(case seniority when 'executive' then 3 when 'manager' then 2 when 'practitioner' then 1 end) as seniority
from contacts inner join survivors using (account_id)
    semi join (select contact_id, account from signals where days_ago < 90) using (contact_id, account)
group by account;

create temp table technologies as
select account, count(distinct lower(clean(technology))) as technologies
from read_parquet('{folder}/account_technologies.parquet') as t inner join survivors on clean(t.account_id) = survivors.account_id
where lower(clean(technology)) in ('salesforce', 'hubspot', 'marketo', '6sense', 'outreach', 'salesloft', 'zoominfo', 'snowflake',
        'google analytics', 'slack')
    and coalesce(detected_on, getvariable('today')) <= getvariable('today')
    and (removed_on is null or removed_on > getvariable('today'))
group by account;

-- points and labels of each factor, as wide as the rules
create temp table factors as
select
    accounts.account_id, account, is_strategic,
    case
        when annual_revenue_usd between 50e6 and 500e6 then 30 when annual_revenue_usd between 20e6 and 1e9 then 20
        when annual_revenue_usd is not null then 10 else 0
    end as size,
    case
        when annual_revenue_usd between 50e6 and 500e6 then 'Revenue of $50M to $500M'
        when annual_revenue_usd between 20e6 and 50e6 then 'Revenue of $20M to $50M'
        when annual_revenue_usd between 500e6 and 1e9 then 'Revenue of $500M to $1B'
        when annual_revenue_usd <= 20e6 then 'Revenue of up to $20M' else 'Revenue of $1B or more'
    end as size_label,
    case
        when industry is null then 0
        when lower(industry) in ('saas', 'software', 'technology', 'financial services') then 25
        when lower(industry) in ('professional services', 'marketing', 'telecommunications', 'e-commerce', 'media') then 15
        else 5
    end as industry,
    case
        when country is null then 0 when lower(country) in ('united states', 'canada', 'united kingdom') then 15
        when lower(country) in ('germany', 'france', 'netherlands', 'ireland', 'sweden', 'australia') then 10 else 5
    end as market,
    case when t.technologies >= 3 then 20 when t.technologies >= 1 then 12 else 5 end as technology,
    case growth_trend when 'expanding' then 10 when 'stable' then 7 when 'contracting' then 3 else 0 end as growth,
    coalesce(i.points_now, 0) as signals, coalesce(i.points_then, 0) as signals_then,
    case
        when date_diff('day', getvariable('today'), competitor_renewal_on) between 0 and 90 then 20
        when date_diff('day', getvariable('today'), competitor_renewal_on) between 91 and 180 then 10 else 0
    end as renewal, competitor_renewal_on is not null as knows_renewal,
    case when r.engaged >= 5 then 8 when r.engaged >= 3 then 5 when r.engaged >= 1 then 2 else 0 end as engaged,
    case r.seniority when 3 then 7 when 2 then 4 when 1 then 2 else 0 end as seniority,
    case when r.departments >= 3 then 5 when r.departments = 2 then 3 when r.departments = 1 then 1 else 0 end as departments,
    case
        when estimated_deal_usd >= 150e3 then 4 when estimated_deal_usd >= 75e3 then 3
        when estimated_deal_usd is not null then 2 else 0
    end as deal,
    case brand_tier when 'high' then 3 when 'moderate' then 2 when 'low' then 1 else 0 end as brand,
    case competitive_position when 'displacement' then 3 when 'greenfield' then 2 else 0 end as competition
from accounts
inner join survivors on accounts.account_id = survivors.account_id and not is_merged
left join technologies as t using (account)
left join intent as i using (account)
left join relationships as r using (account)
where not is_customer;

create temp table scores as
with sums as (
    select *,
        size + industry + technology + market + growth as fit, signals + renewal as intent,
        engaged + seniority + departments as relationship, deal + brand + competition as strategic
    from factors
),
shares as (
    select *,
        case when intent <= 100 then points(signals) else points(signals * 100.0::double / intent) end * 0.3::double as signals_share,
        case when intent <= 100 then points(renewal) else points(renewal * 100.0::double / intent) end * 0.3::double as renewal_share
    from sums
),
scored as (
    select *,
        published(0.4 * fit + points(signals_share) + points(renewal_share) + relationship + strategic) as priority_score,
        published(least(intent, 100)) as intent_score, published(relationship * 5.0) as relationship_score,
        published(strategic * 10.0) as strategic_score
    from shares
)
select *, row_number() over (order by priority_score desc, fit desc, intent_score desc, account_id) as priority_rank,
    count(*) over () as ranked
from scored;

-- the three largest contributions and the three largest gaps
create temp table explanations as
with by_account as (
    select account, list({{
            t: words(signal_type) || ' ' || ago(date_diff('day', last_occurred_at, getvariable('today'))), p: cast(points_now as double)
        }}) filter (points_now > 0) as types, sum(points_now) as total
    from by_type inner join signal_types using (type_number) group by account
),
told as (
    select
        s.account_id,
        list_concat(
            [
                {{p: size * 0.4, r: size_label}},
                {{p: industry * 0.4, r: case industry when 25 then 'Primary target industry' when 15 then 'Adjacent industry'
                    else 'Industry outside the target' end}},
                {{p: technology * 0.4, r: case technology when 20 then 'Stack with 3 or more complementary technologies'
                    when 12 then 'Stack with 1 or 2 complementary technologies' else 'Stack without complementary technologies' end}},
                {{p: market * 0.4, r: case market when 15 then 'Presence in a priority market'
                    when 10 then 'Presence in a secondary market' else 'Presence in an expansion market' end}},
                {{p: growth * 0.4, r: case growth when 10 then 'Expansion under way' when 7 then 'Stable business'
                    else 'Contracting business' end}},
                {{p: renewal_share, r: case renewal when 20 then 'Competitor contract up for renewal within 90 days'
                    else 'Competitor contract up for renewal within 180 days' end}},
                {{p: engaged, r: case engaged when 8 then 'Group of 5 or more engaged contacts'
                    when 5 then 'Group of 3 or 4 engaged contacts' else '1 or 2 engaged contacts' end}},
                {{p: seniority, r: case seniority when 7 then 'Executive engaged' when 4 then 'Manager engaged'
                    else 'Practitioner engaged' end}},
                {{p: departments, r: case departments when 5 then 'Engagement across 3 or more departments'
                    when 3 then 'Engagement across 2 departments' else 'Engagement in a single department' end}},
                {{p: deal, r: case deal when 4 then 'Deal of $150K or more' when 3 then 'Deal of $75K to $150K'
                    else 'Deal of up to $75K' end}},
                {{p: brand, r: case brand when 3 then 'High-profile brand' when 2 then 'Well-known brand'
                    else 'Little-known brand' end}},
                {{p: competition, r: case competition when 3 then 'Competitor to displace' else 'Greenfield opportunity' end}}
            ],
            list_transform(coalesce(types, []), lambda x: {{
                p: points(signals_share * x.p / total), r: x.t
            }})
        ) as reasons,
        [
            {{p: (30 - size) * 0.4, r: case when size = 0 then 'Unknown annual revenue' else 'No revenue of $50M to $500M' end}},
            {{p: (25 - industry) * 0.4, r: case when industry = 0 then 'Unknown industry match' else 'No primary target industry' end}},
            {{p: (20 - technology) * 0.4, r: 'No stack with 3 or more complementary technologies'}},
            {{p: (15 - market) * 0.4, r: case when market = 0 then 'Unknown market match' else 'No presence in a priority market' end}},
            {{p: (10 - growth) * 0.4, r: case when growth = 0 then 'Unknown growth trend' else 'No expansion under way' end}},
            {{p: least((100 - signals) * 0.3, 30 - signals_share - renewal_share), r: 'Further buying signals'}},
            {{p: least((20 - renewal) * 0.3, 30 - signals_share - renewal_share), r: 'No competitor contract up for renewal within 90 days'}},
            {{p: least(25 * 0.3, 30 - signals_share - renewal_share), r: 'No get-back date within two weeks'}},
            {{p: 8 - engaged, r: 'No group of 5 or more engaged contacts'}},
            {{p: 7 - seniority, r: 'No executive engaged'}},
            {{p: 5 - departments, r: 'No engagement across 3 or more departments'}},
            {{p: 4 - deal, r: case when deal = 0 then 'Unknown estimated deal' else 'No deal of $150K or more' end}},
            {{p: 3 - brand, r: case when brand = 0 then 'Unknown brand tier' else 'No high-profile brand' end}},
            {{p: 3 - competition, r: case when competition = 0 then 'Unknown competitive position'
                else 'No competitor to displace' end}}
        ] as gaps
    from scores as s left join by_account as b using (account)
)
select
    account_id,
    list_aggregate(list_transform(list_sort(list_filter(
        list_transform(reasons, lambda x: {{p: -round(points(x.p), 1), r: x.r}}), lambda x: x.p < 0
    ))[:3], lambda x: x.r || ' +' || number(-x.p)), 'string_agg', '; ') as top_reasons,
    list_aggregate(list_transform(list_sort(list_filter(
        list_transform(gaps, lambda x: {{p: -round(points(x.p), 1), r: x.r}}), lambda x: x.p < 0
    ))[:3], lambda x: x.r || ': up to +' || number(-x.p) || ' more'), 'string_agg', '; ') as top_gaps
from told;

-- strategic accounts stand in no line, hot ones for the first two tiers only
create temp table account_tiers as
with heated as (
    select scores.*, coalesce(status, 'cold') as engagement_status, trigger, occurred_at,
        case when priority_score >= 80 then 1 when priority_score >= 60 then 2 when priority_score >= 40 then 3 else 4 end
            as by_score,
        coalesce(status = 'hot', false) as is_hot
    from scores left join triggered using (account)
),
lined as (
    select *,
        -- no `filter`, which takes a hundred times as long in a window
        count(case when not is_strategic and (not is_hot or by_score <= 2) then 1 end) over (order by priority_rank) as place,
        count(case when not is_strategic and not is_hot then 1 end) over (order by priority_rank) as place_below
    from heated
),
first as (
    select any_value(ranked) as ranked,
        least(count(*) filter (not is_strategic and by_score = 1), ceil(0.1 * any_value(ranked))) as last_1
    from lined
),
second as (
    select first.*,
        least((select count(*) from lined where not is_strategic and by_score <= 2), last_1 + ceil(0.2 * ranked)) as last_2
    from first
),
third as (
    select second.*, least(
        (select count(*) from lined where not is_strategic and not is_hot and by_score <= 3),
        (select count(*) from lined where not is_strategic and not is_hot and place <= last_2) + ceil(0.3 * ranked)
    ) as last_3
    from second
),
placed as (
    select lined.*,
        case
            when is_strategic or (is_hot and by_score > 2) then by_score
            when place <= last_1 then 1 when place <= last_2 then 2 when is_hot or place_below <= last_3 then 3 else 4
        end as by_capacity
    from lined cross join third
),
tiered as (
    select *,
        case when is_hot and by_capacity > 2 then 2 else by_capacity end as by_heat,
        case when is_strategic then 1 when is_hot and by_capacity > 2 then 2 else by_capacity end as tier_number
    from placed
)
select
    account_id, account_name, domain, cast(null as varchar) as owner_id, cast(null as varchar) as territory,
    'weighted_composite' as scoring_model, getvariable('as_of') as scored_at,
    cast(fit as double) as fit_score, intent_score, relationship_score, strategic_score, priority_score, priority_rank,
    tier_number, 'Tier ' || tier_number as tier,
    case
        when tier_number <> by_heat then 'strategic' when by_heat <> by_capacity then 'hot_promotion'
        when by_capacity <> by_score then 'capacity' else 'score'
    end as tier_reason,
    by_score as score_tier_number,
    case
        when fit >= 60 then case when intent_score >= 50 then 'good_place' else 'get_back_to_me' end
        when intent_score >= 50 then 'false_hope' else 'bad_place'
    end as quadrant,
    engagement_status, trigger as engagement_trigger, occurred_at as engaged_since,
    case when engagement_status = 'hot' then occurred_at + interval 4 hour end as respond_by,
    published(signals) as decayed_intent_points, published(signals_then) as decayed_intent_points_7d_ago,
    case
        when round(published(signals) - published(signals_then), 6) >= 5 then 'rising'
        when round(published(signals_then) - published(signals), 6) >= 5 then 'falling' else 'steady'
    end as intent_trend,
    published((
        0.4 * ((case when size > 0 then 30 else 0 end) + (case when tiered.industry > 0 then 25 else 0 end) + 20
            + (case when market > 0 then 15 else 0 end) + (case when growth > 0 then 10 else 0 end)) / 100
        + 0.3 * (100 + case when knows_renewal then 20 else 0 end) / 100
        + 0.2 * (13 + case when seniority > 0 then 7 else 0 end) / 20
        + 0.1 * ((case when deal > 0 then 4 else 0 end) + (case when brand > 0 then 3 else 0 end)
            + (case when competition > 0 then 3 else 0 end)) / 10
    ) / (0.4 + 0.3 * 145 / 100 + 0.2 + 0.1)) as data_completeness,
    top_reasons, top_gaps, covered_by, accounts_per_rep, touch_cadence, program, budget_min_usd, budget_max_usd
from tiered
inner join accounts using (account_id)
inner join explanations using (account_id)
inner join (values
    (1, 'Field sales, executive engagement', 6.0::double, 'Weekly', 'White-glove 1:1, custom campaigns', 5000.0::double, 15000.0::double),
    (2, 'Dedicated field or senior inside sales', 20, 'Monthly', 'Personalized 1:Few programs', 1000, 3000),
    (3, 'Inside sales or SDR', 50, 'Quarterly', 'Scaled 1:Many programs', null, null),
    (4, 'Marketing automation, inbound response only', null, 'Quarterly newsletter', 'Automated nurture, annual re-evaluation', null, null)
) as treatments (tier_number, covered_by, accounts_per_rep, touch_cadence, program, budget_min_usd, budget_max_usd) using (tier_number);
