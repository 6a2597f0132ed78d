{#- a view: three million rows of text for each 100,000 accounts that one model reads once -#}
{{ config(materialized="view") }}
with

contributions as (

    select contributions.*
    from {{ ref("int_score_contributions") }} as contributions
    inner join {{ ref("stg_rules__scoring_models") }} as models
        on contributions.scoring_model = models.scoring_model
    where models.is_primary

),

signals as (

    select
        *,
        sum(decayed_points) over (partition by account_id) as account_points
    from {{ ref("int_account_signal_types") }}

),

-- the points of decayed signals are told signal by signal
reasons as (

    select
        account_id,
        'reason' as kind,
        label as reason,
        priority_contribution as priority_points
    from contributions
    where attribute <> 'decayed_intent_points'
    union all
    select
        contributions.account_id,
        'reason' as kind,
        {{ as_words("signals.signal_type") }} || ' '
        || {{ how_long_ago(days_ago("signals.last_occurred_at")) }} as reason,
        {{ to_points(
            "contributions.priority_contribution * cast(signals.decayed_points as " ~ type_double() ~ ") / signals.account_points"
        ) }} as priority_points
    from contributions
    inner join signals on contributions.account_id = signals.account_id
    where contributions.attribute = 'decayed_intent_points' and signals.decayed_points > 0

),

gaps as (

    select
        account_id,
        'gap' as kind,
        {{ gap_text() }} as reason,
        priority_gap as priority_points
    from contributions

)

select * from reasons
union all
select * from gaps
