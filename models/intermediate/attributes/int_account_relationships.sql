with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

contacts as (

    select
        account_id,
        count(distinct case when is_engaged then person end) as engaged_contacts,
        count(distinct case when is_engaged then department end) as engaged_departments,
        count(case when is_champion then 1 end) as champions,
        max(
            case
                when not is_engaged then null
                when seniority = 'executive' then 3
                when seniority = 'manager' then 2
                when seniority = 'practitioner' then 1
            end
        ) as highest_engaged_seniority_rank
    from {{ ref("int_contacts_engaged") }}
    group by account_id

),

past_activities as (

    select
        account_id,
        activity_type,
        days_ago,
        case when outcome = 'accepted' then 1.0 else 0.0 end as is_accepted,
        case when outcome = 'replied' then 1.0 else 0.0 end as is_replied,
        direction = 'outbound' as is_outbound,
        days_ago < {{ var("engagement_window_days") }} as is_recent
    from {{ ref("int_activities") }}
    where account_id is not null and occurred_at <= {{ as_of() }}

),

activities as (

    select
        account_id,
        min(days_ago) as days_since_last_activity,
        avg(case when is_recent and is_outbound and activity_type = 'meeting' then is_accepted end)
            as meeting_acceptance_rate,
        avg(case when is_recent and is_outbound and activity_type = 'email' then is_replied end) as email_reply_rate
    from past_activities
    group by account_id

),

past_opportunities as (

    select
        accounts.surviving_account_id as account_id,
        opportunities.opportunity_id,
        opportunities.stage,
        opportunities.amount_usd,
        opportunities.closed_at is null or opportunities.closed_at > {{ as_of() }} as is_open,
        opportunities.is_won
    from {{ ref("stg_raw_tables__opportunities") }} as opportunities
    inner join {{ ref("int_account_survivors") }} as accounts on opportunities.account_id = accounts.account_id
    where opportunities.record_status = 'standing' and opportunities.created_at <= {{ as_of() }}

),

largest_first as (

    select
        *,
        row_number() over (
            partition by account_id, is_open
            order by amount_usd desc nulls last, opportunity_id asc
        ) as place
    from past_opportunities

),

opportunities as (

    select
        account_id,
        count(*) as previous_opportunities,
        count(case when is_open then 1 end) as open_opportunities,
        count(case when not is_open and is_won then 1 end) as won_opportunities,
        count(case when not is_open and not is_won then 1 end) as lost_opportunities,
        cast(sum(case when is_open then {{ to_amount("amount_usd") }} end) as {{ type_double() }}) as open_opportunity_amount_usd,
        max(case when is_open and place = 1 then stage end) as open_opportunity_stage
    from largest_first
    group by account_id

)

select
    accounts.account_id,
    coalesce(contacts.engaged_contacts, 0) as engaged_contacts,
    case contacts.highest_engaged_seniority_rank
        when 3 then 'executive'
        when 2 then 'manager'
        when 1 then 'practitioner'
    end as highest_engaged_seniority,
    coalesce(contacts.engaged_departments, 0) as engaged_departments,
    coalesce(contacts.champions, 0) as champions,
    activities.meeting_acceptance_rate,
    activities.email_reply_rate,
    coalesce(opportunities.previous_opportunities, 0) as previous_opportunities,
    coalesce(opportunities.open_opportunities, 0) as open_opportunities,
    coalesce(opportunities.won_opportunities, 0) as won_opportunities,
    coalesce(opportunities.lost_opportunities, 0) as lost_opportunities,
    opportunities.open_opportunity_amount_usd,
    opportunities.open_opportunity_stage,
    activities.days_since_last_activity
from accounts
left join contacts on accounts.account_id = contacts.account_id
left join activities on accounts.account_id = activities.account_id
left join opportunities on accounts.account_id = opportunities.account_id
where not accounts.is_merged
