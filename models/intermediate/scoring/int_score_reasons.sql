{#- a view: a few rows for each account that one model reads once -#}
{{ config(materialized="view") }}
with

factors as (

    select
        factors.*,
        models.is_primary
    from {{ ref("int_factors") }} as factors
    inner join {{ ref("stg_rules__scoring_models") }} as models on factors.scoring_model = models.scoring_model

),

rules as (

    select * from {{ ref("int_scoring_rules") }}

),

-- a fact that nobody recorded is unknown; something that nobody observed did not happen
contributions as (

    select
        contributions.*,
        factors.scoring_model,
        factors.is_primary,
        factors.dimension,
        rules.attribute,
        case when contributions.is_matched then coalesce(rules.match_value = '(unknown)', false) else not contributions.is_known end
        and {{ is_marked("rules.attribute", "observed", false) }} as is_unknown,
        {{ is_marked("rules.attribute", "action") }} as is_actionable
    from {{ ref("int_score_contributions") }} as contributions
    inner join factors on contributions.factor_number = factors.factor_number
    inner join rules on contributions.rule_number = rules.rule_number

),

-- the points of decayed signals are told signal by signal
candidates as (

    select
        account_id,
        scoring_model,
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
        contributions.scoring_model,
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
    {%- for (kind, points, condition) in [
        ("gap", "priority_gap", none),
        ("fit", "priority_contribution", "is_primary and dimension = 'fit' and priority_contribution >= priority_gap"),
        ("gap_in_data", "priority_gap", "is_primary and is_unknown"),
        ("gap_to_act_on", "priority_gap", "is_primary and is_actionable and not is_unknown"),
    ] %}
    union all
    select
        account_id,
        scoring_model,
        '{{ kind }}' as kind,
        {{ points }} as priority_points,
        factor_number,
        rule_number,
        is_unknown,
        points,
        cast(null as {{ dbt.type_string() }}) as signal_type,
        cast(null as timestamp) as last_occurred_at
    from contributions
    {%- if condition %}
    where {{ condition }}
    {%- endif %}
    {%- endfor %}

),

-- the three largest, and what is as large as they are: words are made of no others; what rounds to nothing explains nothing
largest as (

    select *
    from (
        select
            *,
            rank() over (partition by account_id, scoring_model, kind order by round(priority_points, 1) desc) as place
        from candidates
        where priority_points >= 0.05
    ) as ranked
    where place <= 3

)

select
    largest.account_id,
    largest.scoring_model,
    largest.kind,
    case
        when largest.kind = 'gap_to_act_on' then {{ action_of("rules.attribute") }}
        when largest.kind = 'gap_in_data' then {{ as_words("replace(rules.attribute, '_usd', '')") }}
        when largest.kind = 'gap' then {{ gap_text("largest", "rules", "factors") }}
        when largest.signal_type is not null
            then {{ as_words("largest.signal_type") }} || ' ' || {{ how_long_ago(days_ago("largest.last_occurred_at")) }}
        else rules.label
    end as reason,
    round(largest.priority_points, 1) as priority_points
from largest
inner join factors on largest.factor_number = factors.factor_number
inner join rules on largest.rule_number = rules.rule_number
