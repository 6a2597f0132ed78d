select
    account_id,
    scoring_model,
    dimension,
    -- shares of a dimension that is cut can add up to a ten-billionth more
    least({{ to_points("sum(counted_points) * cast(100 as " ~ type_double() ~ ") / min(dimension_max_points)") }}, 100)
        as dimension_score,
    sum(priority_contribution) as priority_contribution,
    -- how much of the score rests on factors, and on those of them whose attribute is known
    sum(points_at_stake * cast(weight as {{ type_double() }}) / dimension_max_points) as weight_of_factors,
    sum(
        case when is_known then points_at_stake else 0 end
        * cast(weight as {{ type_double() }}) / dimension_max_points
    ) as weight_of_known_factors
from {{ ref("int_score_contributions") }}
group by account_id, scoring_model, dimension
