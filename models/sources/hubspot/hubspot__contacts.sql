{{ config(enabled=reads_source("hubspot")) }}
-- A contact that was merged is named by the one it went into; it may have no row of its own any more.
with

contact as (

    {{ read_source(
        "hubspot", "contact",
        ["id|vid as id", "associatedcompanyid", "email", "jobtitle", "hs_seniority|seniority as seniority",
         "job_function|department|hs_role as department", "hs_buying_role", "salesforcecontactid", "hs_merged_object_ids"],
        moments=["createdate|createdAt as created_at"], makes="contacts", versions=true
    ) | indent(4) }}

),

contact_merge_audit as (

    {{ read_source("hubspot", "contact_merge_audit", ["vid_to_merge", "canonical_vid"]) | indent(4) }}

),

items as (

    {{ list_items("contact", "hs_merged_object_ids") | indent(4) }}

),

merges as (

    select
        contact_id,
        max(winner_id) as winner_id
    from (
        select item as contact_id, id as winner_id from items
        union all
        select vid_to_merge as contact_id, canonical_vid as winner_id from contact_merge_audit
    ) as named
    where contact_id <> winner_id
    group by contact_id

)

select
    contact.id as contact_id,
    contact.associatedcompanyid as account_id,
    contact.email,
    contact.jobtitle as job_title,
    contact.seniority,
    contact.department,
    contact.hs_buying_role as buying_roles,
    coalesce(merges.winner_id{% if reads_source("salesforce") %}, contact.salesforcecontactid{% endif %}) as merged_into_contact_id,
    contact.created_at,
    contact.updated_at,
    contact.is_deleted,
    contact.loaded_at
    {{- own_fields("hubspot", "contacts", "contact") }}
from contact
left join merges on contact.id = merges.contact_id
union all
select
    merges.contact_id,
    null as account_id,
    null as email,
    null as job_title,
    null as seniority,
    null as department,
    null as buying_roles,
    merges.winner_id as merged_into_contact_id,
    null as created_at,
    null as updated_at,
    false as is_deleted,
    null as loaded_at
    {{- no_own_fields("hubspot", "contacts") }}
from merges
where not exists (select 1 from contact where contact.id = merges.contact_id)
