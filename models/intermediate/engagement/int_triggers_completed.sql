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

numbered as (

    select
        counted.*,
        triggers.signals_needed,
        triggers.window_days,
        row_number() over (
            partition by counted.scope, counted.account_id, counted.trigger_line order by counted.occurred_at asc
        ) as signal_number
    from counted
    inner join triggers on counted.trigger_line = triggers.line
    where triggers.signals_needed > 1

),

-- alone, where one is enough; else a signal completes a trigger if it and so many before it lie within the window that ends
-- with its day
completing as (

    select
        counted.scope,
        counted.account_id,
        counted.trigger_line,
        counted.occurred_at
    from counted
    inner join triggers on counted.trigger_line = triggers.line
    where triggers.signals_needed = 1
    union all
    select
        latest.scope,
        latest.account_id,
        latest.trigger_line,
        latest.occurred_at
    from numbered as latest
    inner join numbered as first
        on latest.account_id = first.account_id
        and latest.scope = first.scope
        and latest.trigger_line = first.trigger_line
        -- each side of one row: a key to join by
        and latest.signal_number - latest.signals_needed + 1 = first.signal_number
        and first.days_ago - latest.days_ago < latest.window_days

),

completed as (

    select
        scope,
        account_id,
        trigger_line,
        min(occurred_at) as completed_at
    from completing
    group by scope, account_id, trigger_line

)

select
    completed.account_id,
    completed.scope,
    triggers.status,
    triggers.trigger,
    triggers.signal_type,
    completed.trigger_line,
    completed.completed_at
from completed
inner join triggers on completed.trigger_line = triggers.line
