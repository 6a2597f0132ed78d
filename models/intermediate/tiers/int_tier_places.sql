with

-- null while there is none: they limit nothing then
field_reps as (

    select nullif(count(*), 0) as field_reps
    from {{ ref("stg_raw_tables__sales_reps") }}
    where record_status = 'standing' and role = 'field' and is_active

),

-- each model has a tier of number 1, be nobody ranked
ranked as (

    select
        tiers.scoring_model,
        count(by_score.account_id) as ranked_accounts
    from {{ ref("stg_rules__tiers") }} as tiers
    left join {{ ref("int_tiers_by_score") }} as by_score on tiers.scoring_model = by_score.scoring_model
    where tiers.tier_number = 1
    group by tiers.scoring_model

),

tiers as (

    select
        tiers.scoring_model,
        tiers.tier_number,
        tiers.promote_hot,
        coalesce(tiers.tier_number > hot.tier_number, false) as is_below_hot,
        tiers.tier_number = max(tiers.tier_number) over (partition by tiers.scoring_model) as is_last,
        ranked.ranked_accounts,
        least(
            ranked.ranked_accounts,
            coalesce(tiers.max_accounts, ranked.ranked_accounts),
            coalesce(floor(tiers.max_accounts_per_rep * field_reps.field_reps), ranked.ranked_accounts),
            coalesce(ceil(tiers.max_share * ranked.ranked_accounts), ranked.ranked_accounts)
        ) as places
    from {{ ref("stg_rules__tiers") }} as tiers
    cross join field_reps
    inner join ranked on tiers.scoring_model = ranked.scoring_model
    left join {{ ref("stg_rules__tiers") }} as hot on tiers.scoring_model = hot.scoring_model and hot.promote_hot

),

-- how many stand in line for a tier or a better one
lengths as (

    select
        tiers.scoring_model,
        tiers.tier_number,
        count(case when tiers.is_below_hot then lines.place_below else lines.place_in_line end) as accounts_in_line
    from tiers
    left join {{ ref("int_tier_lines") }} as lines
        on tiers.scoring_model = lines.scoring_model and tiers.tier_number >= lines.held_tier_number
    group by tiers.scoring_model, tiers.tier_number

),

summed as (

    select
        tiers.*,
        lengths.accounts_in_line,
        sum(tiers.places) over (
            partition by tiers.scoring_model, tiers.is_below_hot order by tiers.tier_number asc rows unbounded preceding
        ) as places_so_far
    from tiers
    inner join lengths on tiers.scoring_model = lengths.scoring_model and tiers.tier_number = lengths.tier_number

),

-- Accounts stand in line; what a tier cannot hold goes to the next, ahead of its own. So a tier ends at place
-- last_place(n) = min(accounts_in_line(n), last_place(n - 1) + places(n)), solved for all n by a running minimum.
slack as (

    select
        *,
        min(accounts_in_line - places_so_far) over (
            partition by scoring_model, is_below_hot order by tier_number asc rows unbounded preceding
        ) as least_slack
    from summed

),

-- the line for the tiers below the one that hot accounts are promoted to begins with those who found a place down to there
begun as (

    select
        hot.scoring_model,
        count(lines.place_below) as accounts
    from slack as hot
    left join {{ ref("int_tier_lines") }} as lines
        on hot.scoring_model = lines.scoring_model
        and lines.place_in_line <= hot.places_so_far + least(0, hot.least_slack)
    where hot.promote_hot
    group by hot.scoring_model

)

select
    slack.scoring_model,
    slack.tier_number,
    slack.is_last,
    slack.is_below_hot,
    slack.places,
    case
        when slack.is_last then slack.ranked_accounts
        else slack.places_so_far + least(coalesce(begun.accounts, 0), slack.least_slack)
    end as last_place
from slack
left join begun on slack.scoring_model = begun.scoring_model and slack.is_below_hot
