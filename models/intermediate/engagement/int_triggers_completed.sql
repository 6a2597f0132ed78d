with

triggers as (

    select
        line,
        status,
        trigger,
        signal_type,
        window_days,
        -- one is enough that carries a value
        cast(case when metric = 'signals' then min_value else 1 end as {{ dbt.type_bigint() }}) as signals_needed
    from {{ ref("stg_rules__engagement_triggers") }}

),

trigger_signals as (

    select * from {{ ref("int_trigger_signals") }}

),

counted as (

    select
        'in_window' as scope,
        account_id,
        trigger_line,
        occurred_at,
        days_ago
    from trigger_signals
    where is_in_window
    union all
    select
        'unanswered' as scope,
        account_id,
        trigger_line,
        occurred_at,
        days_ago
    from trigger_signals
    where is_unanswered
    union all
    select
        'since_return' as scope,
        trigger_signals.account_id,
        trigger_signals.trigger_line,
        trigger_signals.occurred_at,
        trigger_signals.days_ago
    from trigger_signals
    inner join {{ ref("int_accounts_snoozed") }} as snoozed on trigger_signals.account_id = snoozed.account_id
    where trigger_signals.is_in_window and trigger_signals.days_ago <= {{ days_since("snoozed.returned_on") }}

),

signals as (

    select
        *,
        row_number() over (partition by scope, account_id, trigger_line order by occurred_at asc) as signal_number
    from counted

)

-- a signal completes a trigger if it and so many before it lie within the window that ends with its day
select
    latest.account_id,
    latest.scope,
    triggers.status,
    triggers.trigger,
    triggers.signal_type,
    triggers.line as trigger_line,
    min(latest.occurred_at) as completed_at
from signals as latest
inner join triggers on latest.trigger_line = triggers.line
inner join signals as first
    on latest.account_id = first.account_id
    and latest.scope = first.scope
    and latest.trigger_line = first.trigger_line
    and latest.signal_number = first.signal_number + triggers.signals_needed - 1
    and first.days_ago - latest.days_ago < triggers.window_days
group by latest.account_id, latest.scope, triggers.status, triggers.trigger, triggers.signal_type, triggers.line
