with

rules as (

    select * from {{ ref("int_scoring_rules") }}

),

dimensions as (

    select * from {{ ref("stg_rules__scoring_dimensions") }}

),

-- the most that a rule gives
most as (

    select
        rules.*,
        dimensions.weight,
        dimensions.max_points as dimension_max_points,
        cast(dense_rank() over (
            order by dimensions.scoring_model asc, dimensions.dimension asc
        ) as {{ dbt.type_int() }}) as dimension_number,
        coalesce(rules.points_per_unit > 0, false) as is_per_unit,
        case
            when rules.points_per_unit is null then rules.points
            when rules.points_per_unit > 0 then dimensions.max_points
            else 0
        end as most_points
    from rules
    inner join dimensions
        on rules.scoring_model = dimensions.scoring_model
        and rules.dimension = dimensions.dimension

),

best_first as (

    select
        *,
        max(case when is_per_unit then dimension_max_points end) over (partition by factor_number) as max_points_per_unit,
        coalesce(
            max(case when points_per_unit < 0 then dimension_max_points end) over (partition by factor_number),
            max(-points) over (partition by factor_number)
        ) as most_lost_points,
        row_number() over (partition by factor_number order by most_points desc, rule_number asc) as place
    from most

),

-- a factor that can only lose gives nothing at best
factors as (

    select
        *,
        greatest(coalesce(max_points_per_unit, most_points), 0) as best_points
    from best_first
    where place = 1

)

select
    factor_number,
    dimension_number,
    scoring_model,
    dimension,
    factor,
    attribute,
    label as best_label,
    is_per_unit,
    cast(best_points as {{ type_points() }}) as max_points,
    cast(dimension_max_points as {{ type_points() }}) as dimension_max_points,
    cast(weight * 100 as {{ type_double() }}) / dimension_max_points as priority_per_point,
    -- what it weighs in data_completeness: the points at stake
    case when best_points > 0 then best_points else most_lost_points end
    * cast(weight as {{ type_double() }}) / dimension_max_points as weight_of_factor
from factors
