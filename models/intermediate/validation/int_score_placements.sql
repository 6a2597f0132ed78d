-- day by day, and of all days together (tier_date null)
with

counted as (

    select
        scoring_model,
        score_name,
        outcome,
        tier_date,
        score,
        sum(happened) as positives,
        sum(1 - happened) as others
    from {{ ref("int_scores_judged") }}
    group by scoring_model, score_name, outcome, tier_date, score

),

of_days as (

    select * from counted
    union all
    select
        scoring_model,
        score_name,
        outcome,
        cast(null as date) as tier_date,
        score,
        sum(positives) as positives,
        sum(others) as others
    from counted
    group by scoring_model, score_name, outcome, score

),

summed as (

    select
        *,
        sum(positives) over up_to as positives_up_to,
        sum(others) over up_to as others_up_to,
        sum(positives) over of_all as all_positives,
        sum(others) over of_all as all_others
    from of_days
    window
        up_to as (partition by scoring_model, score_name, outcome, tier_date order by score asc),
        of_all as (partition by scoring_model, score_name, outcome, tier_date)

)

select
    scoring_model,
    score_name,
    outcome,
    tier_date,
    score,
    positives,
    others,
    all_positives,
    all_others,
    -- the share of the others that an account with the outcome is above, and of those with it that another is below; ties count half
    (others_up_to - others + others / cast(2 as {{ type_double() }})) / nullif(all_others, 0) as placement_of_positives,
    1 - (positives_up_to - positives + positives / cast(2 as {{ type_double() }})) / nullif(all_positives, 0) as placement_of_others,
    abs(
        positives_up_to / nullif(cast(all_positives as {{ type_double() }}), 0)
        - others_up_to / nullif(cast(all_others as {{ type_double() }}), 0)
    ) as distance
from summed
