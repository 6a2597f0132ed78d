with

-- numbers, as they are ordered much faster than names
factors as (

    select
        scoring_model,
        dimension,
        factor,
        row_number() over (order by scoring_model asc, dimension asc, factor asc) as factor_number,
        replace(replace(dimension || ': ' || factor, '|', '/'), '=', '-') || '=' as name_told
    from {{ ref("int_factors") }}

),

told as (

    select
        contributions.account_id,
        contributions.scoring_model,
        factors.factor_number,
        factors.name_told || {{ points_as_text("contributions.priority_contribution", 6) }} as contribution_told,
        first_value(case when contributions.priority_contribution > 0 then contributions.label end) over (
            partition by contributions.account_id, contributions.scoring_model
            order by contributions.priority_contribution desc, factors.factor_number asc
        ) as top_reason
    from {{ ref("int_score_contributions") }} as contributions
    inner join factors
        on contributions.scoring_model = factors.scoring_model
        and contributions.dimension = factors.dimension
        and contributions.factor = factors.factor
    where contributions.priority_contribution <> 0

),
{{ ordered_lists("told", "account_id, scoring_model, top_reason", "contribution_told", "factor_number", "'|'") }}

select
    account_id,
    scoring_model,
    top_reason,
    listed as contributions
from listed
