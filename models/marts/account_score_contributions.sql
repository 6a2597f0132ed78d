{#- a view: names and values are joined where they are read -#}
{{ config(materialized="view") }}
select
    contributions.account_id,
    factors.scoring_model,
    factors.dimension,
    factors.factor,
    rules.attribute,
    coalesce(attribute_values.value_text, {{ number_as_text("attribute_values.value_number") }}) as attribute_value,
    case when contributions.is_matched then rules.label end as label,
    cast(contributions.points as {{ type_double() }}) as points,
    cast(factors.max_points as {{ type_double() }}) as max_points,
    -- not rounded to six decimals: contributions must add up to the score
    cast(contributions.priority_contribution as {{ type_double() }}) as priority_contribution,
    {{ as_of() }} as scored_at
from {{ ref("int_score_contributions") }} as contributions
inner join {{ ref("int_factors") }} as factors on contributions.factor_number = factors.factor_number
inner join {{ ref("int_scoring_rules") }} as rules on contributions.rule_number = rules.rule_number
inner join {{ ref("int_account_attribute_values") }} as attribute_values
    on contributions.account_id = attribute_values.account_id
    and rules.attribute = attribute_values.attribute
