{#- a view: what is kept of other days stays where it is -#}
{{ config(materialized="view", meta={"remembered": {"rows": "int_changes_of_the_day", "days": "int_days_compared"}}) }}
select
    kept.account_id,
    kept.account_name,
    kept.scoring_model,
    kept.is_primary,
    kept.changed_on,
    kept.changed_at,
    kept.previous_date,
    kept.from_tier_number,
    kept.from_tier,
    kept.to_tier_number,
    kept.to_tier,
    kept.from_score,
    kept.to_score,
    kept.direction,
    kept.score_change,
    kept.owner_id,
    kept.from_reason,
    kept.to_reason,
    kept.why
from {{ source("prioritization_history", "account_tier_changes") }} as kept
left join {{ ref("int_days_compared") }} as compared
    on kept.scoring_model = compared.scoring_model
    and kept.changed_on = compared.changed_on
where kept.raw_source = {{ raw_source_name() }} and compared.changed_on is null
union all
select
    account_id,
    account_name,
    scoring_model,
    is_primary,
    changed_on,
    changed_at,
    previous_date,
    from_tier_number,
    from_tier,
    to_tier_number,
    to_tier,
    from_score,
    to_score,
    direction,
    score_change,
    owner_id,
    from_reason,
    to_reason,
    why
from {{ ref("int_changes_of_the_day") }}
