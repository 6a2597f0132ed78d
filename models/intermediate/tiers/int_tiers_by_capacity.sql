with

-- the first tier that reaches down to the account's place in the line
placed as (

    select
        lines.account_id,
        lines.scoring_model,
        min(tier_places.tier_number) as tier_number
    from {{ ref("int_tier_lines") }} as lines
    inner join {{ ref("int_tier_places") }} as tier_places
        on lines.scoring_model = tier_places.scoring_model
        and case when tier_places.is_below_hot then lines.place_below else lines.place_in_line end <= tier_places.last_place
    group by lines.account_id, lines.scoring_model

)

select
    by_score.account_id,
    by_score.scoring_model,
    by_score.score_tier_number,
    by_score.held_tier_number,
    case
        when lines.account_id is null then by_score.held_tier_number
        -- a hot account that found no place left the line behind the last tier that it stood for
        else coalesce(placed.tier_number, lines.hot_tier_number + 1)
    end as capacity_tier_number
from {{ ref("int_tiers_by_score") }} as by_score
left join {{ ref("int_tier_lines") }} as lines
    on by_score.account_id = lines.account_id
    and by_score.scoring_model = lines.scoring_model
left join placed
    on by_score.account_id = placed.account_id
    and by_score.scoring_model = placed.scoring_model
