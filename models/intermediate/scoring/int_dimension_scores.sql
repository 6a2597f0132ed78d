with

factors as (

    select * from {{ ref("int_factors") }}

),

dimensions as (

    select distinct
        dimension_number,
        scoring_model,
        dimension,
        dimension_max_points
    from factors

),

summed as (

    select
        contributions.account_id,
        factors.dimension_number,
        sum(contributions.counted_points) as counted_points,
        sum(contributions.priority_contribution) as priority_contribution,
        -- how much of the score rests on factors, and on those of them whose attribute is known
        sum(factors.weight_of_factor) as weight_of_factors,
        sum(case when contributions.is_known then factors.weight_of_factor else 0 end) as weight_of_known_factors
    from {{ ref("int_score_contributions") }} as contributions
    inner join factors on contributions.factor_number = factors.factor_number
    group by contributions.account_id, factors.dimension_number

)

select
    summed.account_id,
    dimensions.scoring_model,
    dimensions.dimension,
    -- shares of a dimension that is cut can add up to a ten-billionth more
    least({{ to_points(
        "summed.counted_points * cast(100 as " ~ type_double() ~ ") / dimensions.dimension_max_points"
    ) }}, 100) as dimension_score,
    summed.priority_contribution,
    summed.weight_of_factors,
    summed.weight_of_known_factors
from summed
inner join dimensions on summed.dimension_number = dimensions.dimension_number
