{{ config(enabled=reads_source("salesforce")) }}
-- What people did: answers to campaigns, and leads as they came in.
with

campaign_member as (

    {{ read_source(
        "salesforce", "campaign_member", ["id", "campaign_id", "lead_id", "contact_id", "status"],
        moments=["first_responded_date", "created_date"], flags=["has_responded"],
        makes="signals", events="salesforce.campaign_member", versions=true
    ) | indent(4) }}

),

campaign as (

    {{ read_source("salesforce", "campaign", ["id", "type", "name"], events="salesforce.campaign_member", named_by=["type"]) | indent(4) }}

),

lead as (

    {{ read_source(
        "salesforce", "lead", ["id", "email", "lead_source"], moments=["created_date"],
        events="salesforce.lead", named_by=["lead_source"], versions=true
    ) | indent(4) }}

)

select
    'salesforce.campaign_member' as event_source,
    campaign.type as event,
    {{ signal_of_event("salesforce.campaign_member", ["campaign.type"], ["campaign_member", "campaign"]) | indent(4) }} as signal_type,
    campaign_member.id as signal_id,
    coalesce(campaign_member.contact_id, campaign_member.lead_id) as contact_id,
    null as email,
    coalesce(campaign_member.first_responded_date, campaign_member.created_date) as occurred_at,
    campaign.name as channel,
    campaign_member.updated_at,
    campaign_member.is_deleted,
    campaign_member.loaded_at
    {{- own_fields("salesforce", "signals", "campaign_member") }}
from campaign_member
left join campaign on {{ salesforce_id("campaign_member.campaign_id") }} = {{ salesforce_id("campaign.id") }}
where campaign_member.is_deleted
    or coalesce(campaign_member.has_responded, lower(campaign_member.status) = 'responded', false)
union all
select
    'salesforce.lead' as event_source,
    lead_source as event,
    {{ signal_of_event("salesforce.lead", ["lead.lead_source"], ["lead"]) | indent(4) }} as signal_type,
    id as signal_id,
    id as contact_id,
    email,
    created_date as occurred_at,
    null as channel,
    updated_at,
    is_deleted,
    loaded_at
    {{- no_own_fields("salesforce", "signals") }}
from lead
where lead_source is not null
