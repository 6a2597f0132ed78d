with

reps as (

    select * from {{ ref("int_rep_loads") }}

),

touches as (

    select * from {{ ref("int_account_touches") }}

),

tiers as (

    select
        tiers.owner_id,
        count(case when tiers.tier_number = 1 then 1 end) as tier_1_accounts,
        count(case when tiers.tier_number = 2 then 1 end) as tier_2_accounts,
        count(case when tiers.tier_number = 3 then 1 end) as tier_3_accounts,
        count(case when tiers.tier_number = 4 then 1 end) as tier_4_accounts,
        count(case when tiers.tier_number = 1 and touches.is_touched then 1 end) as tier_1_touched,
        count(case when tiers.engagement_status = 'hot' then 1 end) as hot_accounts,
        count(case when tiers.response_status = 'overdue' then 1 end) as overdue_accounts,
        count(case when tiers.tier_number <= 2 and not coalesce(touches.is_touched, false) then 1 end) as untouched_accounts
    from {{ ref("account_tiers") }} as tiers
    left join touches on tiers.account_id = touches.account_id
    group by tiers.owner_id

),

-- of the whole book, customers included
deals as (

    select
        accounts.owner_id,
        cast(sum({{ to_amount("relationships.open_opportunity_amount_usd") }}) as {{ type_double() }}) as open_opportunity_amount_usd
    from {{ ref("int_account_relationships") }} as relationships
    inner join {{ ref("int_accounts_merged") }} as accounts on relationships.account_id = accounts.account_id
    group by accounts.owner_id

),

counted as (

    select
        reps.*,
        coalesce(tiers.tier_1_accounts, 0) as tier_1_accounts,
        coalesce(tiers.tier_2_accounts, 0) as tier_2_accounts,
        coalesce(tiers.tier_3_accounts, 0) as tier_3_accounts,
        coalesce(tiers.tier_4_accounts, 0) as tier_4_accounts,
        coalesce(tiers.tier_1_touched, 0) as tier_1_touched,
        coalesce(tiers.hot_accounts, 0) as hot_accounts,
        coalesce(tiers.overdue_accounts, 0) as overdue_accounts,
        coalesce(tiers.untouched_accounts, 0) as untouched_accounts,
        deals.open_opportunity_amount_usd
    from reps
    left join tiers on reps.owner_id = tiers.owner_id
    left join deals on reps.owner_id = deals.owner_id

)

select
    owner_id,
    owner_name,
    role,
    territory,
    is_active,
    account_capacity,
    accounts,
    tier_1_accounts,
    tier_2_accounts,
    tier_3_accounts,
    tier_4_accounts,
    accounts - tier_1_accounts - tier_2_accounts - tier_3_accounts - tier_4_accounts as other_accounts,
    -- who left takes on nothing
    cast(case when is_active then free_capacity end as {{ type_double() }}) as free_capacity,
    case
        when not is_active then 'inactive'
        when free_capacity < 0 then 'over'
        when free_capacity > 0 then 'under'
        when free_capacity = 0 then 'full'
        else 'unknown'
    end as capacity_status,
    hot_accounts,
    overdue_accounts,
    untouched_accounts,
    open_opportunity_amount_usd,
    tier_1_touched,
    {{ as_of() }} as scored_at,
    {{ published_number(ratio("cast(tier_1_touched as " ~ type_double() ~ ")", "tier_1_accounts")) }}
        as tier_1_touched_share
from counted
