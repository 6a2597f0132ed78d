-- No tier but the last is fuller than its limits, unless by promotion, strategy or override.
select
    scores.scoring_model,
    scores.tier_number,
    count(*) as accounts
from {{ ref("account_scores") }} as scores
inner join {{ ref("int_tiers_by_score") }} as by_score
    on scores.account_id = by_score.account_id
    and scores.scoring_model = by_score.scoring_model
inner join {{ ref("int_tier_places") }} as places
    on scores.scoring_model = places.scoring_model
    and scores.tier_number = places.tier_number
where scores.tier_reason in ('score', 'held', 'capacity') and by_score.place_in_line > places.last_place
group by scores.scoring_model, scores.tier_number
