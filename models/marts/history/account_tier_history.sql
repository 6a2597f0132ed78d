{#- a view: what is kept of other days stays where it is -#}
{{ config(materialized="view", meta={"remembered": {"rows": "int_tiers_of_the_day", "days": "int_days_built"}}) }}
select
    kept.account_id,
    kept.scoring_model,
    kept.is_primary,
    kept.tier_date,
    kept.scored_at,
    kept.priority_score,
    kept.priority_rank,
    kept.tier_number,
    kept.tier,
    kept.tier_reason,
    kept.top_reason,
    kept.fit_score,
    kept.intent_score,
    kept.relationship_score,
    kept.strategic_score,
    kept.engagement_status,
    kept.owner_id,
    kept.built_at,
    kept.rules_hash,
    kept.has_hindsight
from {{ source("prioritization_history", "account_tier_history") }} as kept
left join {{ ref("int_days_built") }} as built on kept.scoring_model = built.scoring_model and kept.tier_date = built.tier_date
where kept.raw_source = {{ raw_source_name() }} and built.tier_date is null
union all
select
    account_id,
    scoring_model,
    is_primary,
    tier_date,
    scored_at,
    priority_score,
    priority_rank,
    tier_number,
    tier,
    tier_reason,
    top_reason,
    fit_score,
    intent_score,
    relationship_score,
    strategic_score,
    engagement_status,
    owner_id,
    built_at,
    rules_hash,
    has_hindsight
from {{ ref("int_tiers_of_the_day") }}
