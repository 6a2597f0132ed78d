-- No tier but the last is fuller than its limits, unless by promotion, strategy or override.
select
    scores.scoring_model,
    scores.tier_number,
    count(*) as accounts
from {{ ref("account_scores") }} as scores
inner join {{ ref("int_tier_places") }} as places
    on scores.scoring_model = places.scoring_model
    and scores.tier_number = places.tier_number
where scores.tier_reason in ('score', 'capacity') and scores.priority_rank > places.last_rank
group by scores.scoring_model, scores.tier_number
