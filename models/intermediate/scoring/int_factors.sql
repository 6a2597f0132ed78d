with

rules as (

    select * from {{ ref("stg_rules__scoring_rules") }}

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
        max(case when is_per_unit then dimension_max_points end) over (
            partition by scoring_model, dimension, factor
        ) as max_points_per_unit,
        coalesce(
            max(case when points_per_unit < 0 then dimension_max_points end) over (
                partition by scoring_model, dimension, factor
            ),
            max(-points) over (partition by scoring_model, dimension, factor)
        ) as most_lost_points,
        row_number() over (
            partition by scoring_model, dimension, factor
            order by most_points desc, attribute asc, label asc
        ) as place
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
    scoring_model,
    dimension,
    factor,
    attribute,
    label as best_label,
    is_per_unit,
    best_points as max_points,
    case when best_points > 0 then best_points else most_lost_points end as points_at_stake,
    weight,
    dimension_max_points,
    cast(weight * 100 as {{ type_double() }}) / dimension_max_points as priority_per_point
from factors
