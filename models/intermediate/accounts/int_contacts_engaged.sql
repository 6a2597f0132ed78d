with

contacts as (

    select * from {{ ref("stg_raw__contacts") }}
    where record_status = 'standing'

),

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

interactions as (

    select
        contact_id,
        occurred_at,
        days_ago
    from {{ ref("int_signals_matched") }}
    where account_id is not null
    union all
    select
        contact_id,
        occurred_at,
        {{ days_ago("occurred_at") }} as days_ago
    from {{ ref("stg_raw__activities") }}
    where record_status = 'standing' and direction = 'inbound'

),

engaged as (

    select distinct contact_id
    from interactions
    where occurred_at <= {{ as_of() }} and days_ago < {{ var("engagement_window_days") }}

)

select
    contacts.contact_id,
    accounts.surviving_account_id as account_id,
    contacts.seniority,
    lower(contacts.department) as department,
    contacts.is_champion,
    engaged.contact_id is not null as is_engaged
from contacts
inner join accounts on contacts.account_id = accounts.account_id
left join engaged on contacts.contact_id = engaged.contact_id
