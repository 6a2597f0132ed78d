with

interactions as (

    select
        contact_id,
        account_id,
        occurred_at,
        days_ago
    from {{ ref("int_signals_by_contact") }}
    union all
    select
        contact_id,
        account_id,
        occurred_at,
        days_ago
    from {{ ref("int_activities") }}
    where direction = 'inbound'

),

engaged as (

    select distinct
        contact_id,
        account_id
    from interactions
    where contact_id is not null
        and account_id is not null
        and occurred_at <= {{ as_of() }}
        and days_ago < {{ var("engagement_window_days") }}

)

-- what a contact did elsewhere, such as at an earlier employer's, does not count for the account
select
    contacts.contact_id,
    contacts.account_id,
    coalesce(contacts.email_key, contacts.contact_id) as person,
    contacts.seniority,
    contacts.department,
    contacts.is_champion,
    engaged.contact_id is not null as is_engaged
from {{ ref("int_contacts") }} as contacts
left join engaged on contacts.contact_id = engaged.contact_id and contacts.account_id = engaged.account_id
where contacts.account_id is not null
