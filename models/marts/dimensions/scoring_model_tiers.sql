with

weights as (

    select
        scoring_model,
        cast(max(case when dimension = 'fit' then weight end) as {{ type_double() }}) as fit_weight,
        cast(max(case when dimension = 'intent' then weight end) as {{ type_double() }}) as intent_weight,
        cast(max(case when dimension = 'relationship' then weight end) as {{ type_double() }}) as relationship_weight,
        cast(max(case when dimension = 'strategic' then weight end) as {{ type_double() }}) as strategic_weight
    from {{ ref("stg_rules__scoring_dimensions") }}
    group by scoring_model

)

select
    tiers.scoring_model,
    models.is_primary,
    tiers.tier_number,
    tiers.tier,
    cast(tiers.min_score as {{ type_double() }}) as min_score,
    cast(tiers.demotion_margin as {{ type_double() }}) as demotion_margin,
    cast(tiers.max_accounts as {{ type_double() }}) as max_accounts,
    cast(tiers.max_accounts_per_rep as {{ type_double() }}) as max_accounts_per_rep,
    cast(tiers.max_share as {{ type_double() }}) as max_share,
    coalesce(tiers.promote_hot, false) as promote_hot,
    weights.fit_weight,
    weights.intent_weight,
    weights.relationship_weight,
    weights.strategic_weight,
    treatments.coverage as covered_by,
    cast(treatments.accounts_per_rep as {{ type_double() }}) as accounts_per_rep,
    treatments.touch_cadence,
    treatments.program,
    cast(treatments.budget_min_usd as {{ type_double() }}) as budget_min_usd,
    cast(treatments.budget_max_usd as {{ type_double() }}) as budget_max_usd
from {{ ref("stg_rules__tiers") }} as tiers
inner join {{ ref("stg_rules__scoring_models") }} as models on tiers.scoring_model = models.scoring_model
left join weights on tiers.scoring_model = weights.scoring_model
left join {{ ref("stg_rules__tier_treatments") }} as treatments
    on tiers.scoring_model = treatments.scoring_model
    and tiers.tier_number = treatments.tier_number
