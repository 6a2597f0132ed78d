{#- Both kinds of types read the signals for themselves: named once for both, millions of rows would be copied first. -#}
{%- set of_an_account = "signals.account_id is not null and signals.occurred_at <= " ~ as_of() -%}
with

signal_types as (

    select * from {{ ref("stg_rules__signal_types") }}

),

-- where a type has a limit a day, of one contact on one day only the latest may count, now as well as a week ago
limited as (

    select
        signals.account_id,
        signals.signal_type,
        signals.occurred_at,
        signals.days_ago,
        signals.signal_value,
        row_number() over (
            partition by signals.account_id, signals.signal_type, signals.contact_id, signals.days_ago
            order by signals.occurred_at desc, signals.signal_id desc
        ) as latest_of_day,
        row_number() over (
            partition by
                signals.account_id, signals.signal_type, signals.contact_id, signals.days_ago,
                signals.occurred_at <= {{ as_of(days_before=7) }}
            order by signals.occurred_at desc, signals.signal_id desc
        ) as latest_of_day_a_week_ago
    from {{ ref("int_signals_matched") }} as signals
    inner join signal_types on signals.signal_type = signal_types.signal_type
    where {{ of_an_account }} and signal_types.daily_limit_per_contact is not null

),

counted as (

    select
        signals.account_id,
        signals.signal_type,
        signals.occurred_at,
        signals.days_ago,
        signals.signal_value,
        null as latest_of_day,
        null as latest_of_day_a_week_ago
    from {{ ref("int_signals_matched") }} as signals
    inner join signal_types on signals.signal_type = signal_types.signal_type
    where {{ of_an_account }} and signal_types.daily_limit_per_contact is null
    union all
    select
        account_id,
        signal_type,
        occurred_at,
        days_ago,
        signal_value,
        latest_of_day,
        latest_of_day_a_week_ago
    from limited

),

aged as (

    select
        counted.*,
        signal_types.points,
        signal_types.max_points,
        {{ days_between("counted.occurred_at", as_of()) }} / signal_types.half_life_days as half_lives,
        {{ days_between("counted.occurred_at", as_of(days_before=7)) }} / signal_types.half_life_days
            as half_lives_a_week_ago,
        coalesce(counted.latest_of_day <= signal_types.daily_limit_per_contact, true) as counts,
        counted.occurred_at <= {{ as_of(days_before=7) }}
        and coalesce(counted.latest_of_day_a_week_ago <= signal_types.daily_limit_per_contact, true) as counted_a_week_ago
    from counted
    inner join signal_types on counted.signal_type = signal_types.signal_type

),

-- what is worth nothing any more, not even a week ago, and is not counted either, need not be grouped
decayed as (

    select
        aged.*,
        {{ decayed_points("counts", "half_lives") }} as decayed_points,
        {{ decayed_points("counted_a_week_ago", "half_lives_a_week_ago") }} as decayed_points_a_week_ago
    from aged
    where aged.half_lives_a_week_ago <= {{ var("decay_horizon_half_lives") }} or aged.days_ago < 30

)

select
    account_id,
    signal_type,
    max(occurred_at) as last_occurred_at,
    count(case when days_ago < 7 then 1 end) as signals_7d,
    count(case when days_ago < 30 then 1 end) as signals_30d,
    max(case when days_ago < 30 then signal_value end) as highest_value_30d,
    least(sum(decayed_points), coalesce(max(max_points), sum(decayed_points))) as decayed_points,
    least(
        sum(decayed_points_a_week_ago), coalesce(max(max_points), sum(decayed_points_a_week_ago))
    ) as decayed_points_7d_ago
from decayed
group by account_id, signal_type
