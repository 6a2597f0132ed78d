with

triggers as (

    select * from {{ ref("stg_rules__engagement_triggers") }}

),

signals as (

    select * from {{ ref("int_signals_matched") }}
    where account_id is not null and occurred_at <= {{ as_of() }}

),

-- a trigger without a type counts all
trigger_types as (

    select
        triggers.*,
        signal_types.signal_type as counted_type
    from triggers
    inner join {{ ref("stg_rules__signal_types") }} as signal_types
        on triggers.signal_type is null or triggers.signal_type = signal_types.signal_type

),

-- the signals that count towards a trigger, in the order they came
counted as (

    select
        signals.account_id,
        triggers.status,
        triggers.trigger,
        triggers.signal_type,
        triggers.respond_within_hours,
        case when triggers.metric = 'signals' then triggers.min_value else 1 end as signals_needed,
        signals.occurred_at,
        row_number() over (
            partition by signals.account_id, triggers.status, triggers.trigger, triggers.signal_type
            order by signals.occurred_at asc, signals.signal_id asc
        ) as signal_number
    from signals
    inner join trigger_types as triggers
        on signals.signal_type = triggers.counted_type
        and signals.days_ago < triggers.window_days
        and (triggers.metric = 'signals' or signals.signal_value >= cast(triggers.min_value as {{ type_double() }}))

)

select
    account_id,
    status,
    trigger,
    signal_type,
    occurred_at as completed_at,
    {{ add_hours("occurred_at", "respond_within_hours") }} as respond_by
from counted
where signal_number = signals_needed
