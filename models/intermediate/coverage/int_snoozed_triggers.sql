with

triggers as (

    select * from {{ ref("stg_rules__engagement_triggers") }}

),

signals as (

    select
        signals.account_id,
        signals.trigger_line,
        row_number() over (
            partition by signals.account_id, signals.trigger_line order by signals.occurred_at asc
        ) as signal_number
    from {{ ref("int_trigger_signals") }} as signals
    inner join {{ ref("int_accounts_snoozed") }} as snoozed on signals.account_id = snoozed.account_id
    where signals.is_in_window
        and signals.days_ago <= {{ days_since("snoozed.returned_on") }}

)

select
    signals.account_id,
    triggers.status,
    triggers.trigger,
    triggers.signal_type
from signals
inner join triggers
    on signals.trigger_line = triggers.line
    and signals.signal_number = {{ signals_needed("triggers") }}
