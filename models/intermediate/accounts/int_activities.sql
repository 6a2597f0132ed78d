with

reps as (

    select owner_id from {{ ref("stg_raw_tables__sales_reps") }}
    where record_status = 'standing'

)

select
    activities.activity_id,
    coalesce(accounts.surviving_account_id, contacts.account_id) as account_id,
    activities.account_id as raw_account_id,
    survivors.surviving_contact_id as contact_id,
    activities.owner_id,
    activities.activity_type,
    -- a call by one of our reps is outbound where nobody said so
    case
        when activities.direction is not null then activities.direction
        when activities.activity_type = 'call' and reps.owner_id is not null then 'outbound'
    end as direction,
    activities.outcome,
    activities.occurred_at,
    {{ days_ago("activities.occurred_at") }} as days_ago
from {{ ref("stg_raw_tables__activities") }} as activities
left join {{ ref("int_account_survivors") }} as accounts on activities.account_id = accounts.account_id
left join {{ ref("int_contact_survivors") }} as survivors on activities.contact_id = survivors.contact_id
left join {{ ref("int_contacts") }} as contacts on survivors.surviving_contact_id = contacts.contact_id
left join reps on activities.owner_id = reps.owner_id
where activities.record_status = 'standing'
