with

scores as (

    select
        account_id,
        scoring_model,
        priority_score,
        priority_rank
    from {{ ref("int_priority_scores") }}

),

tiers as (

    select
        scoring_model,
        tier_number,
        case
            when tier_number < max(tier_number) over (partition by scoring_model)
                then cast(min_score as {{ type_double() }})
            else 0
        end as reached_from,
        cast(min_score - demotion_margin as {{ type_double() }}) as left_below
    from {{ ref("stg_rules__tiers") }}

),

-- the first tier that the score reaches, and the tier of the last build if the score is no more than its margin below it
by_score as (

    select
        scores.account_id,
        scores.scoring_model,
        scores.priority_rank,
        min(case when scores.priority_score >= tiers.reached_from then tiers.tier_number end) as score_tier_number,
        min(case when tiers_before.account_id is not null then tiers.tier_number end) as kept_tier_number
    from scores
    inner join tiers on scores.scoring_model = tiers.scoring_model
    left join {{ ref("int_tiers_before") }} as tiers_before
        on scores.account_id = tiers_before.account_id
        and tiers.scoring_model = tiers_before.scoring_model
        and tiers.tier_number = tiers_before.tier_number
        and scores.priority_score >= tiers.left_below
    group by scores.account_id, scores.scoring_model, scores.priority_rank

)

select
    account_id,
    scoring_model,
    priority_rank,
    score_tier_number,
    case when kept_tier_number < score_tier_number then kept_tier_number else score_tier_number end as held_tier_number
from by_score
