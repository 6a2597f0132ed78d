with

-- numbers, as they are joined and compared much faster than names
numbered as (

    select
        *,
        cast(dense_rank() over (order by scoring_model asc, dimension asc, factor asc) as {{ dbt.type_int() }}) as factor_number,
        cast(row_number() over (order by attribute asc, label asc, line asc) as {{ dbt.type_int() }}) as rule_number
    from {{ ref("stg_rules__scoring_rules") }}

)

select
    rule_number,
    factor_number,
    scoring_model,
    dimension,
    factor,
    attribute,
    cast(min_value as {{ type_double() }}) as min_value,
    cast(max_value as {{ type_double() }}) as max_value,
    match_value,
    {{ parse_number("match_value") }} as match_number,
    points,
    points_per_unit,
    label,
    -- of rules that give as much one for what is known goes first
    cast(row_number() over (
        partition by factor_number
        order by case when match_value = '(unknown)' then 2 else 1 end asc, rule_number asc
    ) as decimal(4, 0)) * cast(0.0000000000000001 as decimal(16, 16)) as tie_break
from numbered
