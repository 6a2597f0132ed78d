with

contributions as (

    select
        account_id,
        scoring_model,
        dimension,
        factor,
        replace(replace(dimension || ': ' || factor, '|', '/'), '=', '-') as name_listed,
        label,
        priority_contribution,
        row_number() over (
            partition by account_id, scoring_model
            order by priority_contribution desc, dimension, factor
        ) as place
    from {{ ref("int_score_contributions") }}
    where priority_contribution <> 0

)

select
    account_id,
    scoring_model,
    max(case when place = 1 and priority_contribution > 0 then label end) as top_reason,
    {{ ordered_list(
        "name_listed || '=' || " ~ points_as_text("priority_contribution", 6), "dimension, factor", "'|'"
    ) }} as contributions
from contributions
group by account_id, scoring_model
