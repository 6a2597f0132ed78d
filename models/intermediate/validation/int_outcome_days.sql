{#- how many days are looked back at, besides the first of each month: what a build costs does not grow with each day -#}
{%- set days = 31 -%}
with

outcomes as (

    select * from {{ ref("stg_rules__outcomes") }}

),

build_days as (

    select
        tier_date,
        max(scored_at) as scored_at,
        max(built_at) as built_at
    from {{ ref("build_days") }}
    group by tier_date

),

windows as (

    select
        outcomes.*,
        build_days.tier_date,
        build_days.scored_at,
        {{ add_days("build_days.scored_at", "outcomes.window_days") }} as window_ends_at,
        coalesce(build_days.built_at > {{ add_days("build_days.scored_at", "1") }}, false) as is_backfilled
    from outcomes
    cross join build_days

),

placed as (

    select
        *,
        window_ends_at <= {{ as_of() }} as is_mature,
        row_number() over (partition by outcome, window_ends_at <= {{ as_of() }} order by tier_date desc) as place,
        row_number() over (partition by outcome, {{ dbt.date_trunc("month", "tier_date") }} order by tier_date asc) as place_in_month
    from windows

)

select
    outcome,
    event,
    window_days,
    min_amount_usd,
    coalesce(leave_out_open, false) as leave_out_open,
    tier_date,
    scored_at,
    window_ends_at,
    is_mature,
    is_backfilled
from placed
where place <= {{ days }} or place_in_month = 1
