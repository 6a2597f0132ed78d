with

factor_points as (

    select * from {{ ref("int_factor_points") }}

),

factors as (

    select * from {{ ref("int_factors") }}

),

summed as (

    select
        factor_points.*,
        factors.max_points,
        factors.points_at_stake,
        factors.best_label,
        factors.is_per_unit,
        factors.weight,
        factors.dimension_max_points,
        factors.priority_per_point,
        sum(factor_points.points) over (
            partition by factor_points.account_id, factor_points.scoring_model, factor_points.dimension
        ) as dimension_points
    from factor_points
    inner join factors
        on factor_points.scoring_model = factors.scoring_model
        and factor_points.dimension = factors.dimension
        and factor_points.factor = factors.factor

),

-- a dimension counts between nothing and its max_points; beyond, its factors count in proportion
counted as (

    select
        *,
        case
            when dimension_points <= 0 then 0
            when dimension_points <= dimension_max_points then points
            else {{ to_points("points * cast(dimension_max_points as " ~ type_double() ~ ") / dimension_points") }}
        end as counted_points,
        -- what its best rule would add within the dimension
        greatest(least(greatest(dimension_points - points + max_points, 0), dimension_max_points) - greatest(dimension_points, 0), 0)
            as missing_points
    from summed

)

select
    account_id,
    scoring_model,
    dimension,
    factor,
    attribute,
    attribute_value,
    is_known,
    label,
    best_label,
    is_per_unit,
    points,
    max_points,
    points_at_stake,
    counted_points,
    weight,
    dimension_max_points,
    {{ to_points("counted_points * cast(priority_per_point as " ~ type_double() ~ ")") }} as priority_contribution,
    {{ to_points("missing_points * cast(priority_per_point as " ~ type_double() ~ ")") }} as priority_gap
from counted
