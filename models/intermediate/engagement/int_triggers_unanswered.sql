with

triggers as (

    select * from {{ ref("stg_rules__engagement_triggers") }}

),

signals as (

    select
        account_id,
        trigger_line,
        occurred_at,
        days_ago,
        row_number() over (partition by account_id, trigger_line order by occurred_at asc) as signal_number
    from {{ ref("int_trigger_signals") }}
    where is_unanswered

)

-- a signal completes a trigger if it and so many before it lie within the window that ends with its day
select
    latest.account_id,
    triggers.status,
    triggers.trigger,
    triggers.signal_type,
    triggers.line as trigger_line,
    min(latest.occurred_at) as completed_at
from signals as latest
inner join triggers on latest.trigger_line = triggers.line
inner join signals as first
    on latest.account_id = first.account_id
    and latest.trigger_line = first.trigger_line
    and latest.signal_number = first.signal_number + {{ signals_needed("triggers") }} - 1
    and first.days_ago - latest.days_ago < triggers.window_days
group by latest.account_id, triggers.status, triggers.trigger, triggers.signal_type, triggers.line
