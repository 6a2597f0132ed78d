{#- a view, as is int_signals_matched, of fewer signals: how long each lasts is a rule of its type -#}
{{ config(materialized="view") }}
with

lasting as (

    select signals.*
    from {{ ref("stg_raw_tables__signals") }} as signals
    inner join {{ ref("stg_rules__signal_types") }} as signal_types on signals.signal_type = signal_types.signal_type
    where signals.record_status = 'standing'
        and {{ is_lasting(half_lives("signals.occurred_at", as_of(days_before=7)), days_ago("signals.occurred_at")) }}

)

{{ match_signals("lasting") }}
