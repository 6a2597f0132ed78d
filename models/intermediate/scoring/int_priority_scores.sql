with

scored as (

    select
        account_id,
        scoring_model,
        {{ published_number("sum(priority_contribution)") }} as priority_score,
        {%- for name in ["fit", "intent", "relationship", "strategic"] %}
        {{ published_number("max(case when dimension = '" ~ name ~ "' then dimension_score end)") }}
            as {{ name }}_score,
        {%- endfor %}
        {{ published_number("sum(weight_of_known_factors) / nullif(sum(weight_of_factors), 0)") }} as data_completeness
    from {{ ref("int_dimension_scores") }}
    group by account_id, scoring_model

)

select
    *,
    cast(row_number() over (
        partition by scoring_model
        order by priority_score desc, coalesce(fit_score, 0) desc, coalesce(intent_score, 0) desc, account_id asc
    ) as {{ dbt.type_bigint() }}) as priority_rank
from scored
