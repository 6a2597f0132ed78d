{{ config(enabled=reads_source("salesforce")) }}
-- Contacts, and leads: people whose company is not known yet. A lead that was converted is merged into its contact.
with

contact as (

    {{ read_source(
        "salesforce", "contact", ["id", "account_id", "email", "title", "department", "master_record_id"],
        moments=["created_date"], makes="contacts", versions=true
    ) | indent(4) }}

),

lead as (

    {{ read_source(
        "salesforce", "lead", ["id", "email", "title", "converted_account_id", "converted_contact_id", "master_record_id"],
        moments=["created_date"], versions=true
    ) | indent(4) }}

),

opportunity_contact_role as (

    {{ read_source("salesforce", "opportunity_contact_role", ["id", "contact_id", "role"]) | indent(4) }}

),

roles as (

    select
        {{ salesforce_id("contact_id") }} as contact_id,
        {{ ordered_list("role", "role", "';'") }} as buying_roles
    from (select distinct contact_id, role from opportunity_contact_role where not is_deleted and role is not null) as named
    group by {{ salesforce_id("contact_id") }}

)

select
    contact.id as contact_id,
    contact.account_id,
    contact.email,
    contact.title as job_title,
    contact.department,
    roles.buying_roles,
    contact.master_record_id as merged_into_contact_id,
    contact.created_date as created_at,
    contact.updated_at,
    contact.is_deleted,
    contact.loaded_at
    {{- own_fields("salesforce", "contacts", "contact") }}
from contact
left join roles on {{ salesforce_id("contact.id") }} = roles.contact_id
union all
select
    id as contact_id,
    converted_account_id as account_id,
    email,
    title as job_title,
    null as department,
    null as buying_roles,
    coalesce(master_record_id, converted_contact_id) as merged_into_contact_id,
    created_date as created_at,
    updated_at,
    is_deleted,
    loaded_at
    {{- no_own_fields("salesforce", "contacts") }}
from lead
