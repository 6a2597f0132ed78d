with

-- '' stands for none: no text is empty once it is read
given as (

    select distinct
        coalesce(signals.account_id, '') as raw_account_id,
        coalesce(signals.contact_id, '') as raw_contact_id,
        coalesce({{ email_key("signals.email") }}, '') as email_key,
        coalesce(signals.domain, '') as raw_domain,
        {{ email_domain("signals.email") }} as email_domain
    from {{ ref("stg_raw_tables__signals") }} as signals
    left join {{ ref("int_account_survivors") }} as accounts on signals.account_id = accounts.account_id
    where signals.record_status = 'standing' and accounts.account_id is null

)

select
    raw_account_id,
    raw_contact_id,
    email_key,
    raw_domain,
    {{ normalize_domain("raw_domain") }} as domain,
    email_domain
from given
