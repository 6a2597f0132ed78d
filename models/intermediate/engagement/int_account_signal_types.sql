with

-- numbers, as they are grouped faster than names, and in less memory
signal_types as (

    select
        *,
        row_number() over (order by signal_type asc) as type_number
    from {{ ref("stg_rules__signal_types") }}

),

counted as (

    select
        signals.account_id,
        signals.signal_type,
        signals.signal_value,
        signals.occurred_at,
        signals.days_ago,
        true as counts,
        signals.occurred_at <= {{ as_of(days_before=7) }} as counted_a_week_ago
    from {{ ref("int_signals_lasting") }} as signals
    inner join signal_types on signals.signal_type = signal_types.signal_type
    where signals.account_id is not null
        and signals.occurred_at <= {{ as_of() }}
        and signal_types.daily_limit_per_contact is null
    union all
    select
        account_id,
        signal_type,
        signal_value,
        occurred_at,
        days_ago,
        counts,
        counted_a_week_ago
    from {{ ref("int_signals_limited") }}

),

aged as (

    select
        counted.*,
        signal_types.type_number,
        signal_types.points,
        {{ half_lives("counted.occurred_at", as_of()) }} as half_lives,
        {{ half_lives("counted.occurred_at", as_of(days_before=7)) }} as half_lives_a_week_ago
    from counted
    inner join signal_types on counted.signal_type = signal_types.signal_type

),

decayed as (

    select
        *,
        {{ decayed_points("counts", "half_lives") }} as decayed_points,
        {{ decayed_points("counted_a_week_ago", "half_lives_a_week_ago") }} as decayed_points_a_week_ago
    from aged
    where {{ is_lasting("half_lives_a_week_ago", "days_ago") }}

),

summed as (

    select
        account_id,
        type_number,
        max(occurred_at) as last_occurred_at,
        count(case when days_ago < 7 then 1 end) as signals_7d,
        count(case when days_ago < 30 then 1 end) as signals_30d,
        max(case when days_ago < 30 then signal_value end) as highest_value_30d,
        sum(decayed_points) as decayed_points,
        sum(decayed_points_a_week_ago) as decayed_points_a_week_ago
    from decayed
    group by account_id, type_number

)

select
    summed.account_id,
    signal_types.signal_type,
    summed.last_occurred_at,
    summed.signals_7d,
    summed.signals_30d,
    summed.highest_value_30d,
    least(summed.decayed_points, coalesce(signal_types.max_points, summed.decayed_points)) as decayed_points,
    least(
        summed.decayed_points_a_week_ago, coalesce(signal_types.max_points, summed.decayed_points_a_week_ago)
    ) as decayed_points_7d_ago
from summed
inner join signal_types on summed.type_number = signal_types.type_number
