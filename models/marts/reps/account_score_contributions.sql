{#- a view: names and values are joined where they are read -#}
{{ config(materialized="view") }}
select
    contributions.account_id,
    factors.scoring_model,
    models.is_primary,
    factors.dimension,
    factors.factor,
    {{ as_words("factors.factor") }} as factor_label,
    rules.attribute,
    coalesce(attribute_values.value_text, {{ number_as_text("attribute_values.value_number") }}) as attribute_value,
    case when contributions.is_matched then rules.label end as label,
    cast(contributions.points as {{ type_double() }}) as points,
    cast(factors.max_points as {{ type_double() }}) as max_points,
    cast(contributions.missing_points as {{ type_double() }}) as missing_points,
    {{ is_marked("rules.attribute", "action") }} as is_actionable,
    -- not rounded to six decimals: contributions must add up to the score
    cast(contributions.priority_contribution as {{ type_double() }}) as priority_contribution,
    cast(contributions.priority_gap as {{ type_double() }}) as priority_gap,
    {{ as_of() }} as scored_at
from {{ ref("int_score_contributions") }} as contributions
inner join {{ ref("int_factors") }} as factors on contributions.factor_number = factors.factor_number
inner join {{ ref("stg_rules__scoring_models") }} as models on factors.scoring_model = models.scoring_model
inner join {{ ref("int_scoring_rules") }} as rules on contributions.rule_number = rules.rule_number
inner join {{ ref("int_account_attribute_values") }} as attribute_values
    on contributions.account_id = attribute_values.account_id
    and rules.attribute = attribute_values.attribute
