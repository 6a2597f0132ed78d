with

touches as (

    select * from {{ ref("int_account_touches") }}

),

reps as (

    select * from {{ ref("int_rep_loads") }}

),

accounts as (

    select
        tiers.account_id,
        tiers.tier_number <= 2 as is_high_tier,
        tiers.engagement_status = 'hot' and tiers.respond_by < {{ as_of() }} as is_response_due,
        coalesce(touches.last_outbound_at >= tiers.engaged_since, false) as is_answered,
        coalesce(touches.is_touched, false) as is_touched,
        coalesce(reps.is_active, false) as has_active_owner,
        reps.free_capacity,
        -- the lowest rank of the owner's high tiers, and of his low ones, comes first
        row_number() over (
            partition by tiers.owner_id, tiers.tier_number <= 2
            order by tiers.priority_rank desc
        ) as place_from_below
    from {{ ref("account_tiers") }} as tiers
    left join touches on tiers.account_id = touches.account_id
    left join reps on tiers.owner_id = reps.owner_id

)

select
    account_id,
    'no_active_owner' as gap,
    false as is_for_owner
from accounts
where is_high_tier and not has_active_owner
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
where is_response_due and not is_answered
union all
-- until the owner is no longer over capacity
select
    account_id,
    'retrieve' as gap,
    false as is_for_owner
from accounts
where not is_high_tier and free_capacity + place_from_below - 1 < 0
