{#- a view, as is what it reads -#}
{{ config(materialized="view") }}
select
    signals.*,
    -- a contact that nobody knows is one all the same
    coalesce(survivors.surviving_contact_id, by_email.contact_id, signals.raw_contact_id) as contact_id
from {{ ref("int_signals_matched") }} as signals
left join {{ ref("int_contact_survivors") }} as survivors on signals.raw_contact_id = survivors.contact_id
left join {{ ref("int_contact_emails") }} as by_email
    on case when survivors.contact_id is null then signals.email_key end = by_email.email_key
