{#- a view, which int_tiers_of_the_day alone reads -#}
{{ config(materialized="view") }}
with

contributions as (

    select
        contributions.account_id,
        contributions.factor_number,
        contributions.rule_number,
        contributions.priority_contribution,
        factors.scoring_model
    from {{ ref("int_score_contributions") }} as contributions
    inner join {{ ref("int_factors") }} as factors on contributions.factor_number = factors.factor_number
    where contributions.priority_contribution > 0

),

largest as (

    select
        account_id,
        scoring_model,
        max(priority_contribution) as priority_contribution
    from contributions
    group by account_id, scoring_model

),

-- of equal ones the first by name
first_of_equals as (

    select
        contributions.account_id,
        contributions.scoring_model,
        min(contributions.factor_number) as factor_number
    from contributions
    inner join largest
        on contributions.account_id = largest.account_id
        and contributions.scoring_model = largest.scoring_model
        and contributions.priority_contribution = largest.priority_contribution
    group by contributions.account_id, contributions.scoring_model

)

select
    first_of_equals.account_id,
    first_of_equals.scoring_model,
    rules.label as top_reason
from first_of_equals
inner join contributions
    on first_of_equals.account_id = contributions.account_id
    and first_of_equals.factor_number = contributions.factor_number
inner join {{ ref("int_scoring_rules") }} as rules on contributions.rule_number = rules.rule_number
