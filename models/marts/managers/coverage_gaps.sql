with

accounts as (

    select * from {{ ref("accounts") }}

),

-- none of an account that is snoozed
tiers as (

    select * from {{ ref("account_tiers") }}

),

engagement as (

    select * from {{ ref("int_account_engagement") }}

),

snoozed as (

    select * from {{ ref("int_accounts_snoozed") }}

),

touches as (

    select * from {{ ref("int_account_touches") }}

),

openings as (

    select * from {{ ref("int_territory_openings") }}

),

reps as (

    select * from {{ ref("int_rep_loads") }}

),

gaps as (

    select
        gaps.gap,
        accounts.account_id,
        accounts.account_name,
        accounts.territory,
        accounts.owner_id,
        accounts.owner_name,
        tiers.tier_number,
        tiers.tier,
        tiers.priority_rank,
        coalesce(engagement.engagement_status, 'cold') as engagement_status,
        engagement.respond_by,
        snoozed.snooze_until,
        touches.last_outbound_at,
        touches.days_since_last_outbound,
        -- never the present owner where it is not for them: they are not active, or have no room
        case when gaps.is_for_owner then accounts.owner_id else openings.owner_id end as recommended_owner_id,
        cast(row_number() over (
            partition by accounts.account_id
            order by
                case gaps.gap
                    {%- for gap in ["response_overdue", "snoozed_but_hot", "no_active_owner", "untouched", "retrieve"] %}
                    when '{{ gap }}' then {{ loop.index }}
                    {%- endfor %}
                end asc
        ) as {{ dbt.type_int() }}) as gap_order
    from {{ ref("int_coverage_gaps") }} as gaps
    inner join accounts on gaps.account_id = accounts.account_id
    left join tiers on gaps.account_id = tiers.account_id
    left join engagement on gaps.account_id = engagement.account_id
    left join snoozed on gaps.account_id = snoozed.account_id
    left join touches on gaps.account_id = touches.account_id
    left join openings on lower(accounts.territory) = openings.territory

)

select
    gaps.account_id,
    gaps.account_name,
    gaps.gap,
    gaps.tier_number,
    gaps.tier,
    gaps.priority_rank,
    gaps.territory,
    gaps.owner_id,
    gaps.owner_name,
    gaps.engagement_status,
    gaps.respond_by,
    gaps.last_outbound_at,
    gaps.days_since_last_outbound,
    gaps.recommended_owner_id,
    reps.owner_name as recommended_owner_name,
    coalesce(gaps.tier || ' account', '') || {{ gap_detail("coalesce(reps.owner_name, reps.owner_id)") }} || '.' as what_to_do,
    gaps.gap_order,
    gaps.gap_order = 1 as is_first_gap,
    {{ as_of() }} as scored_at
from gaps
left join reps on gaps.recommended_owner_id = reps.owner_id
