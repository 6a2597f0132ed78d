-- The explanation and the score cannot disagree: contributions of an account and model add up to its priority score.
with

added_up as (

    select
        account_id,
        scoring_model,
        sum(priority_contribution) as priority_score
    from {{ ref("account_score_contributions") }}
    group by account_id, scoring_model

)

select
    scores.account_id,
    scores.scoring_model,
    scores.priority_score,
    added_up.priority_score as added_up
from {{ ref("account_scores") }} as scores
full join added_up
    on scores.account_id = added_up.account_id
    and scores.scoring_model = added_up.scoring_model
where coalesce(abs(scores.priority_score - added_up.priority_score), 1) > 0.000001
