with

days as (

    select * from {{ ref("int_outcome_days") }}

),

survivors as (

    select * from {{ ref("int_account_survivors") }}

),

-- of an account that is gone what was its own
opportunities as (

    select
        coalesce(survivors.surviving_account_id, opportunities.account_id) as account_id,
        opportunities.created_at,
        opportunities.closed_at,
        opportunities.is_won,
        opportunities.amount_usd
    from {{ ref("stg_raw_tables__opportunities") }} as opportunities
    left join survivors on opportunities.account_id = survivors.account_id
    where opportunities.record_status = 'standing' and opportunities.created_at <= {{ as_of() }}

),

events as (

    select
        'opportunity_created' as event,
        account_id,
        created_at as happened_at,
        amount_usd
    from opportunities
    union all
    select
        'opportunity_won' as event,
        account_id,
        closed_at as happened_at,
        amount_usd
    from opportunities
    where is_won and closed_at <= {{ as_of() }}

),

happened as (

    select
        days.outcome,
        days.tier_date,
        events.account_id,
        min(events.happened_at) as happened_at,
        cast(sum({{ to_amount("events.amount_usd") }}) as {{ type_double() }}) as amount_usd
    from days
    inner join events
        on days.event = events.event
        and days.scored_at < events.happened_at
        and days.window_ends_at >= events.happened_at
    where days.min_amount_usd is null or events.amount_usd >= days.min_amount_usd
    group by days.outcome, days.tier_date, events.account_id

),

open_then as (

    select distinct
        scored.scored_at,
        opportunities.account_id
    from (select distinct scored_at from days) as scored
    inner join opportunities
        on scored.scored_at >= opportunities.created_at
        and (opportunities.closed_at is null or scored.scored_at < opportunities.closed_at)

),

-- ranked in any model
ranked as (

    select
        history.account_id,
        history.tier_date,
        coalesce(survivors.surviving_account_id, history.account_id) as surviving_account_id,
        max(case when history.has_hindsight then 1 else 0 end) = 1 as has_hindsight
    from {{ ref("account_tier_history") }} as history
    left join survivors on history.account_id = survivors.account_id
    where history.tier_number is not null and history.tier_date in (select days.tier_date from days)
    group by history.account_id, history.tier_date, coalesce(survivors.surviving_account_id, history.account_id)

)

select
    ranked.account_id,
    days.tier_date,
    days.outcome,
    days.scored_at,
    days.window_ends_at,
    days.is_mature,
    happened.account_id is not null as happened,
    happened.happened_at,
    happened.amount_usd,
    open_then.account_id is not null as had_open_opportunity,
    days.leave_out_open and open_then.account_id is not null as is_left_out,
    days.is_backfilled,
    ranked.has_hindsight
from ranked
inner join days on ranked.tier_date = days.tier_date
left join happened
    on ranked.surviving_account_id = happened.account_id
    and days.outcome = happened.outcome
    and days.tier_date = happened.tier_date
left join open_then on ranked.surviving_account_id = open_then.account_id and days.scored_at = open_then.scored_at
