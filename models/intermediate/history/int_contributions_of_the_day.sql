{#- a view: what is kept of them is written when it is published -#}
{{ config(materialized="view", meta={"remembered": {
    "as": "account_contributions",
    "rows": "int_contributions_of_the_day",
    "days": "int_days_built",
    "as_long_as": "build_days",
    "kept_by": "has_contributions"
}}) }}
select
    contributions.account_id,
    factors.scoring_model,
    days.tier_date,
    factors.dimension,
    factors.factor,
    cast(round(contributions.priority_contribution, 6) as decimal(18, 6)) as priority_contribution
from {{ ref("int_score_contributions") }} as contributions
inner join {{ ref("int_factors") }} as factors on contributions.factor_number = factors.factor_number
inner join {{ ref("int_days_built") }} as days on factors.scoring_model = days.scoring_model
where contributions.priority_contribution <> 0
