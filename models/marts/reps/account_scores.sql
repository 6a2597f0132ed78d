with

scores as (

    select * from {{ ref("int_priority_scores") }}

),

accounts as (

    select * from {{ ref("accounts") }}

),

dimension_lists as (

    select * from {{ ref("int_dimension_lists") }}

),

tiers as (

    select * from {{ ref("int_tiers_assigned") }}

),

explanations as (

    select * from {{ ref("int_score_explanations") }}

),

model_tiers as (

    select * from {{ ref("scoring_model_tiers") }}

)

select
    scores.account_id,
    accounts.account_name,
    accounts.owner_id,
    scores.scoring_model,
    model_tiers.is_primary,
    {{ as_of() }} as scored_at,
    scores.fit_score,
    scores.intent_score,
    scores.relationship_score,
    scores.strategic_score,
    dimension_lists.dimension_scores,
    scores.priority_score,
    scores.priority_rank,
    tiers.tier_number,
    tiers.tier,
    tiers.tier_reason,
    tiers.score_tier_number,
    tiers.capacity_tier_number,
    tiers.override_tier_number,
    scores.data_completeness,
    explanations.top_reasons,
    explanations.top_gaps,
    model_tiers.covered_by,
    model_tiers.accounts_per_rep,
    model_tiers.touch_cadence,
    model_tiers.program,
    model_tiers.budget_min_usd,
    model_tiers.budget_max_usd
from scores
inner join accounts on scores.account_id = accounts.account_id
inner join dimension_lists
    on scores.account_id = dimension_lists.account_id
    and scores.scoring_model = dimension_lists.scoring_model
inner join tiers
    on scores.account_id = tiers.account_id
    and scores.scoring_model = tiers.scoring_model
inner join explanations
    on scores.account_id = explanations.account_id
    and scores.scoring_model = explanations.scoring_model
inner join model_tiers
    on tiers.scoring_model = model_tiers.scoring_model
    and tiers.tier_number = model_tiers.tier_number
