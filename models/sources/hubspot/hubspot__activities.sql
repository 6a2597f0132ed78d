{{ config(enabled=reads_source("hubspot")) }}
-- Calls, e-mails and meetings; a row is one of them and a contact, or a company where it has no contact.
{%- set kinds = {
    "call": ["hs_call_direction|direction as direction", "hs_call_disposition|disposition as outcome"],
    "email": ["hs_email_direction|direction as direction", "email_outcome as outcome"],
    "meeting": ["meeting_direction as direction", "hs_meeting_outcome|meeting_outcome as outcome"],
} %}
with

engagement as (

    {{ read_source(
        "hubspot", "engagement", ["id", "type", "owner_id"], moments=["timestamp as happened_at"], makes="activities"
    ) | indent(4) }}

),

{% for kind, fields in kinds.items() -%}
{{ kind }} as (

    {{ read_source(
        "hubspot", ["engagement_" ~ kind, "engagements_" ~ kind ~ "s"],
        ["engagement_id|id as id", "hubspot_owner_id as owner_id", "contacts", "companies"] + fields,
        moments=["hs_timestamp|start_time|timestamp|createdAt as happened_at"]
    ) | indent(4) }}

),

{% endfor -%}
engagement_contact as (

    {{ read_source("hubspot", "engagement_contact", ["engagement_id", "contact_id"], versions=true) | indent(4) }}

),

engagement_company as (

    {{ read_source("hubspot", "engagement_company", ["engagement_id", "company_id"], versions=true) | indent(4) }}

),

details as (

    {%- for kind in kinds %}
    select
        '{{ kind }}' as activity_type,
        id,
        owner_id,
        contacts,
        companies,
        direction,
        outcome,
        happened_at,
        updated_at,
        is_deleted,
        loaded_at
    from {{ kind }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

contact_items as (

    {{ list_items("details", "contacts") | indent(4) }}

),

company_items as (

    {{ list_items("details", "companies") | indent(4) }}

),

contacts_of as (

    select engagement_id, contact_id from engagement_contact
    where not is_deleted and contact_id is not null
    union
    select id as engagement_id, item as contact_id from contact_items

),

companies_of as (

    select engagement_id, company_id from engagement_company
    where not is_deleted and company_id is not null
    union
    select id as engagement_id, item as company_id from company_items

),

contacts_counted as (

    select
        engagement_id,
        contact_id,
        count(*) over (partition by engagement_id) as contacts
    from contacts_of

),

companies_counted as (

    select
        engagement_id,
        company_id,
        count(*) over (partition by engagement_id) as companies
    from companies_of

)

select
    details.id
    || case when contacts_counted.contacts > 1 then '-' || contacts_counted.contact_id else '' end
    || case when companies_counted.companies > 1 then '-' || companies_counted.company_id else '' end as activity_id,
    companies_counted.company_id as account_id,
    contacts_counted.contact_id,
    coalesce(details.owner_id, engagement.owner_id) as owner_id,
    details.activity_type,
    coalesce(
        details.direction, case when lower(engagement.type) = 'incoming_email' then 'inbound' end, 'outbound'
    ) as direction,
    details.outcome,
    coalesce(engagement.happened_at, details.happened_at) as occurred_at,
    details.updated_at,
    details.is_deleted or coalesce(engagement.is_deleted, false) as is_deleted,
    details.loaded_at
    {{- own_fields("hubspot", "activities", "engagement") }}
from details
left join engagement on details.id = engagement.id
left join contacts_counted on details.id = contacts_counted.engagement_id
-- a contact of several companies' meeting belongs to their own
left join companies_counted
    on details.id = companies_counted.engagement_id
    and (contacts_counted.contact_id is null or companies_counted.companies = 1)
