with

scores as (

    select
        account_id,
        scoring_model,
        priority_rank
    from {{ ref("int_priority_scores") }}

),

tier_places as (

    select * from {{ ref("int_tier_places") }}

)

-- the first tier that reaches down to the account's rank, by score alone and within the tiers' places
select
    scores.account_id,
    scores.scoring_model,
    min(case when scores.priority_rank <= tier_places.last_rank_by_score then tier_places.tier_number end)
        as score_tier_number,
    min(case when scores.priority_rank <= tier_places.last_rank then tier_places.tier_number end)
        as capacity_tier_number
from scores
inner join tier_places on scores.scoring_model = tier_places.scoring_model
group by scores.account_id, scores.scoring_model
