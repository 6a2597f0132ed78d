-- the first tier that reaches down to the account's place in the line
select
    by_score.account_id,
    by_score.scoring_model,
    by_score.score_tier_number,
    by_score.held_tier_number,
    min(tier_places.tier_number) as capacity_tier_number
from {{ ref("int_tiers_by_score") }} as by_score
inner join {{ ref("int_tier_places") }} as tier_places
    on by_score.scoring_model = tier_places.scoring_model
    and by_score.place_in_line <= tier_places.last_place
group by by_score.account_id, by_score.scoring_model, by_score.score_tier_number, by_score.held_tier_number
