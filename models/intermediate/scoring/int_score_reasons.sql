{#- a view: a few rows for each account that one model reads once -#}
{{ config(materialized="view") }}
with

factors as (

    select factors.*
    from {{ ref("int_factors") }} as factors
    inner join {{ ref("stg_rules__scoring_models") }} as models on factors.scoring_model = models.scoring_model
    where models.is_primary

),

rules as (

    select * from {{ ref("int_scoring_rules") }}

),

contributions as (

    select
        contributions.*,
        rules.attribute,
        case when contributions.is_matched then rules.match_value = '(unknown)' else not contributions.is_known end as is_unknown
    from {{ ref("int_score_contributions") }} as contributions
    inner join factors on contributions.factor_number = factors.factor_number
    inner join rules on contributions.rule_number = rules.rule_number

),

-- the points of decayed signals are told signal by signal
candidates as (

    select
        account_id,
        'reason' as kind,
        priority_contribution as priority_points,
        factor_number,
        rule_number,
        is_unknown,
        points,
        cast(null as {{ dbt.type_string() }}) as signal_type,
        cast(null as timestamp) as last_occurred_at
    from contributions
    where attribute <> 'decayed_intent_points'
    union all
    select
        contributions.account_id,
        'reason' as kind,
        {{ to_points(
            "contributions.priority_contribution * cast(signals.decayed_points as " ~ type_double() ~ ") / intent.decayed_intent_points"
        ) }} as priority_points,
        contributions.factor_number,
        contributions.rule_number,
        contributions.is_unknown,
        contributions.points,
        signals.signal_type,
        signals.last_occurred_at
    from contributions
    inner join {{ ref("int_account_intent") }} as intent on contributions.account_id = intent.account_id
    inner join {{ ref("int_account_signal_types") }} as signals on contributions.account_id = signals.account_id
    where contributions.attribute = 'decayed_intent_points' and signals.decayed_points > 0
    union all
    select
        account_id,
        'gap' as kind,
        priority_gap as priority_points,
        factor_number,
        rule_number,
        is_unknown,
        points,
        cast(null as {{ dbt.type_string() }}) as signal_type,
        cast(null as timestamp) as last_occurred_at
    from contributions

),

-- the three largest, and what is as large as they are: words are made of no others; what rounds to nothing explains nothing
largest as (

    select *
    from (
        select
            *,
            rank() over (partition by account_id, kind order by round(priority_points, 1) desc) as place
        from candidates
        where priority_points >= 0.05
    ) as ranked
    where place <= 3

)

select
    largest.account_id,
    largest.kind,
    case
        when largest.kind = 'gap' then {{ gap_text("largest", "rules", "factors") }}
        when largest.signal_type is not null
            then {{ as_words("largest.signal_type") }} || ' ' || {{ how_long_ago(days_ago("largest.last_occurred_at")) }}
        else rules.label
    end as reason,
    round(largest.priority_points, 1) as priority_points
from largest
inner join factors on largest.factor_number = factors.factor_number
inner join rules on largest.rule_number = rules.rule_number
