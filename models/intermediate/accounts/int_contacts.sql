select
    contacts.contact_id,
    coalesce(accounts.surviving_account_id, domains.account_id) as account_id,
    contacts.account_id as raw_account_id,
    {{ email_key("contacts.email") }} as email_key,
    contacts.seniority,
    lower(contacts.department) as department,
    contacts.is_champion
from {{ ref("stg_raw_tables__contacts") }} as contacts
inner join {{ ref("int_contact_survivors") }} as survivors
    on contacts.contact_id = survivors.contact_id and contacts.contact_id = survivors.surviving_contact_id
left join {{ ref("int_account_survivors") }} as accounts on contacts.account_id = accounts.account_id
left join {{ ref("int_domain_references") }} as domains on {{ email_domain("contacts.email") }} = domains.domain
where contacts.record_status = 'standing'
