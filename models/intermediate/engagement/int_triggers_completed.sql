with

triggers as (

    select * from {{ ref("stg_rules__engagement_triggers") }}

),

signals as (

    select
        account_id,
        trigger_line,
        occurred_at,
        row_number() over (partition by account_id, trigger_line order by occurred_at asc) as signal_number
    from {{ ref("int_trigger_signals") }}
    where is_in_window

)

select
    signals.account_id,
    triggers.status,
    triggers.trigger,
    triggers.signal_type,
    triggers.line as trigger_line,
    signals.occurred_at as completed_at
from signals
inner join triggers
    on signals.trigger_line = triggers.line
    and signals.signal_number = {{ signals_needed("triggers") }}
