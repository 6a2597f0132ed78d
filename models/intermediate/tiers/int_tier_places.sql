with

hot_tiers as (

    select
        scoring_model,
        min(tier_number) as hot_tier_number
    from {{ ref("stg_rules__tiers") }}
    where promote_hot
    group by scoring_model

),

tiers as (

    select
        tiers.*,
        coalesce(tiers.tier_number > hot_tiers.hot_tier_number, false) as is_below_hot,
        coalesce(tiers.tier_number = hot_tiers.hot_tier_number, false) as is_hot_tier
    from {{ ref("stg_rules__tiers") }} as tiers
    left join hot_tiers on tiers.scoring_model = hot_tiers.scoring_model

),

field_reps as (

    select count(*) as field_reps
    from {{ ref("stg_raw__sales_reps") }}
    where record_status = 'standing' and role = 'field' and is_active

),

ranked as (

    select
        scoring_model,
        count(*) as ranked_accounts
    from {{ ref("int_tiers_by_score") }}
    group by scoring_model

),

lines as (

    select * from {{ ref("int_tier_lines") }}

),

-- how many stand in line for a tier or a better one; hot accounts for none below the one that they are promoted to
lengths as (

    select
        tiers.scoring_model,
        tiers.tier_number,
        count(case when lines.held_tier_number <= tiers.tier_number and not (tiers.is_below_hot and lines.is_promoted) then 1 end)
            as accounts_in_line
    from tiers
    left join lines on tiers.scoring_model = lines.scoring_model
    group by tiers.scoring_model, tiers.tier_number

),

limits as (

    select
        tiers.scoring_model,
        tiers.tier_number,
        tiers.is_below_hot,
        tiers.is_hot_tier,
        lengths.accounts_in_line,
        coalesce(ranked.ranked_accounts, 0) as ranked_accounts,
        tiers.max_share,
        tiers.max_accounts,
        case
            when field_reps.field_reps > 0 then floor(tiers.max_accounts_per_rep * field_reps.field_reps)
        end as rep_places
    from tiers
    cross join field_reps
    inner join lengths on tiers.scoring_model = lengths.scoring_model and tiers.tier_number = lengths.tier_number
    left join ranked on tiers.scoring_model = ranked.scoring_model

),

places as (

    select
        *,
        least(
            ranked_accounts,
            coalesce(max_accounts, ranked_accounts),
            coalesce(rep_places, ranked_accounts),
            coalesce(ceil(max_share * ranked_accounts), ranked_accounts)
        ) as places,
        tier_number = max(tier_number) over (partition by scoring_model) as is_last
    from limits

),

summed as (

    select
        *,
        sum(places) over (
            partition by scoring_model order by tier_number asc rows between unbounded preceding and current row
        ) as places_so_far
    from places

),

-- Accounts stand in line; what a tier cannot hold goes to the next, ahead of its own. So a tier ends at place
-- last_place(n) = min(accounts_in_line(n), last_place(n - 1) + places(n)), solved for all n by a running minimum.
lowest as (

    select
        *,
        min(accounts_in_line - places_so_far) over (
            partition by scoring_model, is_below_hot
            order by tier_number asc
            rows between unbounded preceding and current row
        ) as least_slack
    from summed

),

-- the line for the tiers below the one that hot accounts are promoted to begins with those who found a place down to there
begun as (

    select
        hot.scoring_model,
        count(lines.place_below) - min(hot.places_so_far) as slack
    from lowest as hot
    left join lines
        on hot.scoring_model = lines.scoring_model
        and lines.place_in_line <= hot.places_so_far + least(0, hot.least_slack)
    where hot.is_hot_tier
    group by hot.scoring_model

)

select
    lowest.scoring_model,
    lowest.tier_number,
    lowest.is_last,
    lowest.is_below_hot,
    lowest.places,
    case
        when lowest.is_last then lowest.ranked_accounts
        when lowest.is_below_hot then lowest.places_so_far + least(coalesce(begun.slack, 0), lowest.least_slack)
        else lowest.places_so_far + least(0, lowest.least_slack)
    end as last_place
from lowest
left join begun on lowest.scoring_model = begun.scoring_model
