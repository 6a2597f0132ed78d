with

accounts as (

    select * from {{ ref("int_account_survivors") }}

),

domains as (

    select * from {{ ref("int_domain_references") }}

),

-- '' stands for none: no text is empty once it is read
unresolved as (

    select distinct
        coalesce(signals.account_id, '') as raw_account_id,
        coalesce(signals.contact_id, '') as raw_contact_id,
        coalesce({{ email_key("signals.email") }}, '') as email_key,
        coalesce(signals.domain, '') as raw_domain,
        {{ email_domain("signals.email") }} as email_domain
    from {{ ref("stg_raw__signals") }} as signals
    left join accounts on signals.account_id = accounts.account_id
    where signals.record_status = 'standing' and accounts.account_id is null

),

found as (

    select
        unresolved.*,
        coalesce(
            contacts.account_id, contacts_by_email.account_id, domains.account_id, email_domains.account_id
        ) as account_id,
        domains.unmatched_reason as domain_reason,
        email_domains.unmatched_reason as email_reason
    from unresolved
    left join {{ ref("int_contact_survivors") }} as survivors on unresolved.raw_contact_id = survivors.contact_id
    left join {{ ref("int_contacts") }} as contacts on survivors.surviving_contact_id = contacts.contact_id
    left join {{ ref("int_contact_emails") }} as contacts_by_email on unresolved.email_key = contacts_by_email.email_key
    left join domains on {{ normalize_domain("unresolved.raw_domain") }} = domains.domain
    left join domains as email_domains on unresolved.email_domain = email_domains.domain

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
