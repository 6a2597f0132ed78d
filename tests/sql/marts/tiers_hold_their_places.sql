-- No tier but the last is fuller than its limits, unless by promotion, strategy or override; and none has a free place while an
-- account that reached it is kept out by capacity.
with

scores as (

    select * from {{ ref("account_scores") }}

),

filled as (

    select
        places.scoring_model,
        places.tier_number,
        places.is_last,
        places.places,
        count(scores.account_id) as accounts,
        count(case when scores.tier_reason in ('held', 'capacity') then 1 end) as moved_accounts,
        count(case when scores.tier_reason = 'score' and lines.account_id is not null then 1 end) as own_accounts
    from {{ ref("int_tier_places") }} as places
    left join scores
        on places.scoring_model = scores.scoring_model
        and places.tier_number = scores.tier_number
    left join {{ ref("int_tier_lines") }} as lines
        on scores.account_id = lines.account_id
        and scores.scoring_model = lines.scoring_model
    group by places.scoring_model, places.tier_number, places.is_last, places.places

),

kept_out as (

    select
        scores.scoring_model,
        by_score.held_tier_number,
        scores.tier_number
    from scores
    inner join {{ ref("int_tiers_by_score") }} as by_score
        on scores.account_id = by_score.account_id
        and scores.scoring_model = by_score.scoring_model
    where scores.tier_reason = 'capacity'

)

select
    filled.scoring_model,
    filled.tier_number,
    filled.accounts,
    filled.places
from filled
where not filled.is_last
    and (
        filled.own_accounts + filled.moved_accounts > filled.places
        or (
            filled.accounts < filled.places
            and exists (
                select 1 from kept_out
                where kept_out.scoring_model = filled.scoring_model
                    and kept_out.held_tier_number <= filled.tier_number
                    and kept_out.tier_number > filled.tier_number
            )
        )
    )
