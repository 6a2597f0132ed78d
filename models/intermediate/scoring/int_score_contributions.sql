with

factor_points as (

    select
        factor_points.*,
        factors.dimension_number,
        factors.max_points,
        factors.dimension_max_points,
        factors.priority_per_point
    from {{ ref("int_factor_points") }} as factor_points
    inner join {{ ref("int_factors") }} as factors on factor_points.factor_number = factors.factor_number

),

dimensions as (

    select
        account_id,
        dimension_number,
        sum(points) as points
    from factor_points
    group by account_id, dimension_number

),

-- a dimension counts between nothing and its max_points; beyond, its factors count in proportion
counted as (

    select
        factor_points.*,
        case
            when dimensions.points <= 0 then 0
            when dimensions.points <= factor_points.dimension_max_points then cast(factor_points.points as {{ type_points() }})
            else {{ to_points(
                "factor_points.points * cast(factor_points.dimension_max_points as " ~ type_double() ~ ") / dimensions.points"
            ) }}
        end as counted_points,
        -- what its best rule would add within the dimension
        greatest(
            least(
                greatest(dimensions.points - factor_points.points + factor_points.max_points, 0),
                factor_points.dimension_max_points
            ) - greatest(dimensions.points, 0),
            0
        ) as missing_points
    from factor_points
    inner join dimensions
        on factor_points.account_id = dimensions.account_id
        and factor_points.dimension_number = dimensions.dimension_number

)

select
    account_id,
    factor_number,
    rule_number,
    is_matched,
    is_known,
    points,
    counted_points,
    {{ to_points("counted_points * cast(priority_per_point as " ~ type_double() ~ ")") }} as priority_contribution,
    cast(missing_points as {{ type_points() }}) as missing_points,
    {{ to_points("missing_points * cast(priority_per_point as " ~ type_double() ~ ")") }} as priority_gap
from counted
