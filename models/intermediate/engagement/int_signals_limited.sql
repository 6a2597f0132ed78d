with

signals as (

    select
        signals.*,
        signal_types.daily_limit_per_contact
    from {{ ref("int_signals_by_contact") }} as signals
    inner join {{ ref("stg_rules__signal_types") }} as signal_types on signals.signal_type = signal_types.signal_type
    where signals.account_id is not null
        and signals.occurred_at <= {{ as_of() }}
        and signal_types.daily_limit_per_contact is not null

),

-- of one contact on one day only the latest may count, now as well as a week ago
latest_first as (

    select
        *,
        row_number() over (
            partition by account_id, signal_type, contact_id, days_ago
            order by occurred_at desc, signal_id desc
        ) as latest_of_day,
        row_number() over (
            partition by account_id, signal_type, contact_id, days_ago, occurred_at <= {{ as_of(days_before=7) }}
            order by occurred_at desc, signal_id desc
        ) as latest_of_day_a_week_ago
    from signals

)

select
    signal_id,
    account_id,
    signal_type,
    signal_value,
    occurred_at,
    days_ago,
    latest_of_day <= daily_limit_per_contact as counts,
    occurred_at <= {{ as_of(days_before=7) }} and latest_of_day_a_week_ago <= daily_limit_per_contact as counted_a_week_ago
from latest_first
