with

scores as (

    select * from {{ ref("int_priority_scores") }}

),

models as (

    select * from {{ ref("stg_rules__scoring_models") }}

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

treatments as (

    select * from {{ ref("stg_rules__tier_treatments") }}

)

select
    scores.account_id,
    accounts.account_name,
    accounts.owner_id,
    scores.scoring_model,
    models.is_primary,
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
    treatments.coverage as covered_by,
    cast(treatments.accounts_per_rep as {{ type_double() }}) as accounts_per_rep,
    treatments.touch_cadence,
    treatments.program,
    cast(treatments.budget_min_usd as {{ type_double() }}) as budget_min_usd,
    cast(treatments.budget_max_usd as {{ type_double() }}) as budget_max_usd
from scores
inner join models on scores.scoring_model = models.scoring_model
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
left join treatments
    on tiers.scoring_model = treatments.scoring_model
    and tiers.tier_number = treatments.tier_number
