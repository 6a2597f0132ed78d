{#- what a signal of a burst is counted once per: of one contact, in one calendar minute, hour or day -#}
{%- set bursts = ["minute", "hour", "day"] -%}
with

-- a trigger without a type looks at all signals that carry a value
trigger_types as (

    select
        triggers.*,
        signal_types.signal_type as counted_type
    from {{ ref("stg_rules__engagement_triggers") }} as triggers
    inner join {{ ref("stg_rules__signal_types") }} as signal_types
        on triggers.signal_type is null or triggers.signal_type = signal_types.signal_type

),

-- types that a trigger looks back on further than the engagement window
longer_windows as (

    select
        counted_type,
        max(window_days) as window_days
    from trigger_types
    where window_days > {{ var("engagement_window_days") }}
    group by counted_type

),

-- of a number of days an engine passes over what is older; where no window is longer, the second part reads nothing
signals as (

    select * from {{ ref("int_signals_by_contact") }}
    where days_ago < {{ var("engagement_window_days") }}
    union all
    select signals.*
    from {{ ref("int_signals_by_contact") }} as signals
    inner join longer_windows on signals.signal_type = longer_windows.counted_type
    where signals.days_ago >= {{ var("engagement_window_days") }} and signals.days_ago < longer_windows.window_days

),

counted as (

    select
        signals.account_id,
        triggers.line as trigger_line,
        signals.contact_id,
        signals.occurred_at,
        signals.days_ago,
        signals.days_ago < triggers.window_days as is_in_window,
        signals.days_ago < {{ var("engagement_window_days") }}
        and (touches.last_outbound_at is null or signals.occurred_at > touches.last_outbound_at) as is_unanswered,
        case triggers.count_once_per
            {%- for burst in bursts %}
            when '{{ burst }}' then {{ dbt.date_trunc(burst, local_time("signals.occurred_at")) }}
            {%- endfor %}
        end as burst
    from signals
    inner join trigger_types as triggers
        on signals.signal_type = triggers.counted_type
        and signals.days_ago < greatest(triggers.window_days, {{ var("engagement_window_days") }})
        and (triggers.signal_type is not null or signals.signal_value is not null)
        and (triggers.metric = 'signals' or signals.signal_value >= cast(triggers.min_value as {{ type_double() }}))
    left join {{ ref("int_account_touches") }} as touches on signals.account_id = touches.account_id
    where signals.account_id is not null and signals.occurred_at <= {{ as_of() }}

),

bursts as (

    select
        *,
        row_number() over (
            partition by account_id, trigger_line, contact_id, burst order by occurred_at asc
        ) as place_in_burst,
        row_number() over (
            partition by account_id, trigger_line, contact_id, burst, is_unanswered order by occurred_at asc
        ) as place_since_answer
    from counted
    where burst is not null

)

select
    account_id,
    trigger_line,
    occurred_at,
    days_ago,
    is_in_window,
    is_unanswered
from counted
where burst is null and (is_in_window or is_unanswered)
union all
select
    account_id,
    trigger_line,
    occurred_at,
    days_ago,
    is_in_window and place_in_burst = 1 as is_in_window,
    is_unanswered and place_since_answer = 1 as is_unanswered
from bursts
where (is_in_window and place_in_burst = 1) or (is_unanswered and place_since_answer = 1)
