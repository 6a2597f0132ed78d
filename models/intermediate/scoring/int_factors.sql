with

rules as (

    select * from {{ ref("stg_rules__scoring_rules") }}

),

dimensions as (

    select * from {{ ref("stg_rules__scoring_dimensions") }}

),

best_first as (

    select
        rules.*,
        dimensions.weight,
        dimensions.max_points as dimension_max_points,
        case when rules.points_per_unit is null then rules.points else dimensions.max_points end as most_points,
        row_number() over (
            partition by rules.scoring_model, rules.dimension, rules.factor
            order by
                case when rules.points_per_unit is null then rules.points else dimensions.max_points end desc,
                rules.attribute,
                rules.label
        ) as place
    from rules
    inner join dimensions
        on rules.scoring_model = dimensions.scoring_model
        and rules.dimension = dimensions.dimension

)

select
    scoring_model,
    dimension,
    factor,
    attribute,
    label as best_label,
    points_per_unit is not null as is_per_unit,
    most_points as max_points,
    weight,
    dimension_max_points,
    weight * 100 / dimension_max_points as priority_per_point
from best_first
where place = 1
