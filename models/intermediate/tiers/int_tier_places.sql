with

tiers as (

    select * from {{ ref("stg_rules__tiers") }}

),

field_reps as (

    select count(*) as field_reps
    from {{ ref("stg_raw__sales_reps") }}
    where record_status = 'standing' and role = 'field' and is_active

),

accounts as (

    select
        scoring_model,
        held_tier_number,
        count(*) as accounts
    from {{ ref("int_tiers_by_score") }}
    group by scoring_model, held_tier_number

),

-- how many accounts each tier may hold, and how many stand in line for it or a better one
limits as (

    select
        tiers.scoring_model,
        tiers.tier_number,
        coalesce(sum(accounts.accounts), 0) as ranked_accounts,
        coalesce(sum(case when accounts.held_tier_number <= tiers.tier_number then accounts.accounts end), 0)
            as accounts_in_line,
        tiers.max_share,
        tiers.max_accounts,
        case
            when field_reps.field_reps > 0 then floor(tiers.max_accounts_per_rep * field_reps.field_reps)
        end as rep_places
    from tiers
    cross join field_reps
    left join accounts on tiers.scoring_model = accounts.scoring_model
    group by
        tiers.scoring_model, tiers.tier_number, tiers.max_share, tiers.max_accounts, tiers.max_accounts_per_rep,
        field_reps.field_reps

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
            partition by scoring_model order by tier_number asc rows between unbounded preceding and current row
        ) as least_slack
    from summed

)

select
    scoring_model,
    tier_number,
    is_last,
    case when is_last then ranked_accounts else places_so_far + least(0, least_slack) end as last_place
from lowest
