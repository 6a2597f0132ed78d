with

domains as (

    select * from {{ ref("int_domain_references") }}

),

found as (

    select
        unplaced.*,
        coalesce(
            contacts.account_id, contacts_by_email.account_id, domains.account_id, email_domains.account_id
        ) as account_id,
        domains.unmatched_reason as domain_reason,
        email_domains.unmatched_reason as email_reason
    from {{ ref("int_references_unplaced") }} as unplaced
    left join {{ ref("int_contact_survivors") }} as survivors on unplaced.raw_contact_id = survivors.contact_id
    left join {{ ref("int_contacts") }} as contacts on survivors.surviving_contact_id = contacts.contact_id
    left join {{ ref("int_contact_emails") }} as contacts_by_email on unplaced.email_key = contacts_by_email.email_key
    left join domains on unplaced.domain = domains.domain
    left join domains as email_domains on unplaced.email_domain = email_domains.domain

)

select
    raw_account_id,
    raw_contact_id,
    email_key,
    raw_domain,
    email_domain,
    account_id,
    case
        when account_id is not null then null
        when domain_reason <> 'unknown_account' then domain_reason
        when email_reason <> 'unknown_account' then email_reason
        else 'unknown_account'
    end as unmatched_reason
from found
