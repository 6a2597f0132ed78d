with

steps as (

    select
        by_capacity.*,
        case
            when placements.hot_tier_number < by_capacity.capacity_tier_number then placements.hot_tier_number
            else by_capacity.capacity_tier_number
        end as promoted_tier_number,
        placements.strategic_tier_number,
        placements.override_tier_number
    from {{ ref("int_tiers_by_capacity") }} as by_capacity
    left join {{ ref("int_tier_placements") }} as placements
        on by_capacity.account_id = placements.account_id
        and by_capacity.scoring_model = placements.scoring_model

)

select
    steps.account_id,
    steps.scoring_model,
    steps.score_tier_number,
    steps.capacity_tier_number,
    steps.override_tier_number,
    tiers.tier_number,
    tiers.tier,
    case
        when steps.override_tier_number <> coalesce(steps.strategic_tier_number, steps.promoted_tier_number) then 'override'
        when steps.strategic_tier_number <> steps.promoted_tier_number then 'strategic'
        when steps.promoted_tier_number <> steps.capacity_tier_number then 'hot_promotion'
        when steps.capacity_tier_number <> steps.held_tier_number then 'capacity'
        when steps.held_tier_number <> steps.score_tier_number then 'held'
        else 'score'
    end as tier_reason
from steps
inner join {{ ref("stg_rules__tiers") }} as tiers
    on steps.scoring_model = tiers.scoring_model
    and coalesce(steps.override_tier_number, steps.strategic_tier_number, steps.promoted_tier_number) = tiers.tier_number
