{{ config(enabled=reads_source("hubspot")) }}
-- What people did: opened and clicked e-mails, and forms they sent.
with

email_event as (

    {{ read_source(
        "hubspot", "email_event", ["id", "type", "recipient", "email_campaign_id"], moments=["created"], flags=["filtered_event"],
        makes="signals", events="hubspot.email_event", named_by=["type"], versions=true
    ) | indent(4) }}

),

form_submission as (

    {{ read_source(
        "hubspot", ["contact_form_submission", "form_submission"],
        ["conversion_id", "form_id", "contact_id", "title", "page_url"], moments=["timestamp|submittedAt as submitted_at"],
        events="hubspot.form_submission", named_by=["title"], versions=true
    ) | indent(4) }}

),

form as (

    {{ read_source("hubspot", "form", ["guid|id as id", "name"], events="hubspot.form_submission", named_by=["name"]) | indent(4) }}

)

select
    'hubspot.email_event' as event_source,
    email_event.type as event,
    {{ signal_of_event("hubspot.email_event", ["email_event.type"], ["email_event"]) | indent(4) }} as signal_type,
    email_event.id as signal_id,
    null as contact_id,
    email_event.recipient as email,
    email_event.created as occurred_at,
    'email' as channel,
    email_event.updated_at,
    email_event.is_deleted,
    email_event.loaded_at
    {{- own_fields("hubspot", "signals", "email_event") }}
from email_event
-- what a machine opened or clicked
where not coalesce(email_event.filtered_event, false)
union all
select
    'hubspot.form_submission' as event_source,
    coalesce(form.name, form_submission.title) as event,
    {{ signal_of_event("hubspot.form_submission", ["form.name", "form_submission.title"], ["form_submission", "form"]) | indent(4) }} as signal_type,
    form_submission.conversion_id as signal_id,
    form_submission.contact_id,
    null as email,
    form_submission.submitted_at as occurred_at,
    'web' as channel,
    form_submission.updated_at,
    form_submission.is_deleted,
    form_submission.loaded_at
    {{- no_own_fields("hubspot", "signals") }}
from form_submission
left join form on form_submission.form_id = form.id
