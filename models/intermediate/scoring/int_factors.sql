with

rules as (

    select * from {{ ref("stg_rules__scoring_rules") }}

),

dimensions as (

    select * from {{ ref("stg_rules__scoring_dimensions") }}

),

most as (

    select
        rules.*,
        dimensions.weight,
        dimensions.max_points as dimension_max_points,
        rules.points_per_unit is not null as is_per_unit,
        case when rules.points_per_unit is null then rules.points else dimensions.max_points end as most_points
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
        row_number() over (
            partition by scoring_model, dimension, factor
            order by most_points desc, attribute asc, label asc
        ) as place
    from most

)

select
    scoring_model,
    dimension,
    factor,
    attribute,
    label as best_label,
    is_per_unit,
    coalesce(max_points_per_unit, most_points) as max_points,
    weight,
    dimension_max_points,
    cast(weight * 100 as {{ type_double() }}) / dimension_max_points as priority_per_point
from best_first
where place = 1
