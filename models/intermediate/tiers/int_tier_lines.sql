with

-- who is placed by hand, or strategic, takes nobody's place
waiting as (

    select
        by_score.account_id,
        by_score.scoring_model,
        by_score.priority_rank,
        by_score.held_tier_number,
        placements.hot_tier_number
    from {{ ref("int_tiers_by_score") }} as by_score
    left join {{ ref("int_tier_placements") }} as placements
        on by_score.account_id = placements.account_id
        and by_score.scoring_model = placements.scoring_model
    where placements.override_tier_number is null and placements.strategic_tier_number is null

)

select
    account_id,
    scoring_model,
    held_tier_number,
    hot_tier_number,
    row_number() over (
        partition by scoring_model order by held_tier_number asc, priority_rank asc
    ) as place_in_line,
    case
        when hot_tier_number is null then row_number() over (
            partition by scoring_model, hot_tier_number order by held_tier_number asc, priority_rank asc
        )
    end as place_below
from waiting
-- a hot account stands for the tier that it is promoted to, and those above
where hot_tier_number is null or held_tier_number <= hot_tier_number
