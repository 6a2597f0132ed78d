select
    account_id,
    scoring_model,
    dimension,
    factor,
    attribute,
    attribute_value,
    label,
    cast(points as {{ type_double() }}) as points,
    cast(max_points as {{ type_double() }}) as max_points,
    -- not rounded to six decimals: contributions must add up to the score
    cast(priority_contribution as {{ type_double() }}) as priority_contribution,
    {{ as_of() }} as scored_at
from {{ ref("int_score_contributions") }}
