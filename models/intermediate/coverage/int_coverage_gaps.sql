with

touches as (

    select * from {{ ref("int_account_touches") }}

),

reps as (

    select * from {{ ref("int_rep_loads") }}

),

loaded as (

    select count(*) as reps from reps

),

accounts as (

    select
        tiers.account_id,
        tiers.tier_number <= 2 as is_high_tier,
        tiers.engagement_status = 'hot' and tiers.respond_by < {{ as_of() }} as is_response_due,
        coalesce(touches.is_touched, false) as is_touched,
        coalesce(reps.is_active, false) as has_active_owner,
        -- of whom nobody loaded any rep is not known to be gone
        tiers.owner_id is not null and loaded.reps = 0 as is_owner_unknown,
        reps.free_capacity,
        -- the lowest rank of the owner's high tiers, and of their low ones, comes first
        row_number() over (
            partition by tiers.owner_id, tiers.tier_number <= 2
            order by tiers.priority_rank desc
        ) as place_from_below
    from {{ ref("account_tiers") }} as tiers
    cross join loaded
    left join touches on tiers.account_id = touches.account_id
    left join reps on tiers.owner_id = reps.owner_id

),

-- hot by what came since the account was given back
snoozed_but_hot as (

    select distinct
        completed.account_id,
        coalesce(reps.is_active, false) as has_active_owner
    from {{ ref("int_triggers_completed") }} as completed
    inner join {{ ref("int_accounts_screened") }} as screened on completed.account_id = screened.account_id
    inner join {{ ref("int_accounts_merged") }} as snoozed on completed.account_id = snoozed.account_id
    left join reps on snoozed.owner_id = reps.owner_id
    where completed.scope = 'since_return'
        and completed.status = 'hot'
        and screened.is_primary
        and screened.unranked_reason = 'snoozed'

)

select
    account_id,
    'no_active_owner' as gap,
    false as is_for_owner
from accounts
where is_high_tier and not has_active_owner and not is_owner_unknown
union all
select
    account_id,
    'untouched' as gap,
    has_active_owner as is_for_owner
from accounts
where is_high_tier and not is_touched
union all
select
    account_id,
    'response_overdue' as gap,
    has_active_owner as is_for_owner
from accounts
where is_response_due
union all
select
    account_id,
    'snoozed_but_hot' as gap,
    has_active_owner as is_for_owner
from snoozed_but_hot
union all
-- until the owner is no longer over capacity
select
    account_id,
    'retrieve' as gap,
    false as is_for_owner
from accounts
where not is_high_tier and free_capacity + place_from_below - 1 < 0
