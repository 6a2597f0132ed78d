{{ config(enabled=reads_source("salesforce")) }}
-- Tasks that are done and meetings. Whoever owns one is a rep, so that it goes out unless a field says otherwise.
with

task as (

    {{ read_source(
        "salesforce", "task",
        ["id", "account_id", "what_id", "who_id", "owner_id", "task_subtype", "type", "call_type", "call_disposition", "status"],
        moments=["completed_date_time", "activity_date", "created_date"], flags=["is_closed", "is_recurrence"],
        makes="activities", versions=true
    ) | indent(4) }}

),

event as (

    {{ read_source(
        "salesforce", "event", ["id", "account_id", "what_id", "who_id", "owner_id"],
        moments=["start_date_time", "activity_date_time", "activity_date", "created_date"], flags=["is_child", "is_recurrence"],
        versions=true
    ) | indent(4) }}

),

email_message as (

    {{ read_source("salesforce", "email_message", ["id", "activity_id"], flags=["incoming"]) | indent(4) }}

),

incoming as (

    select distinct {{ salesforce_id("activity_id") }} as task_id
    from email_message
    where incoming and not is_deleted

)

select
    task.id as activity_id,
    coalesce(task.account_id, case when task.what_id like '001%' then task.what_id end) as account_id,
    task.who_id as contact_id,
    task.owner_id,
    coalesce(
        case when lower(task.task_subtype) <> 'task' then task.task_subtype end,
        case when task.call_type is not null then 'call' end,
        task.type
    ) as activity_type,
    coalesce(
        case when incoming.task_id is not null then 'inbound' end,
        case when lower(task.call_type) = 'inbound' then 'inbound' end,
        'outbound'
    ) as direction,
    task.call_disposition as outcome,
    coalesce(task.completed_date_time, task.activity_date, task.created_date) as occurred_at,
    task.updated_at,
    task.is_deleted,
    task.loaded_at
    {{- own_fields("salesforce", "activities", "task") }}
from task
left join incoming on {{ salesforce_id("task.id") }} = incoming.task_id
where not coalesce(task.is_recurrence, false)
    and (task.is_deleted or coalesce(task.is_closed, lower(task.status) = 'completed', false))
union all
select
    id as activity_id,
    coalesce(account_id, case when what_id like '001%' then what_id end) as account_id,
    who_id as contact_id,
    owner_id,
    'meeting' as activity_type,
    'outbound' as direction,
    null as outcome,
    coalesce(start_date_time, activity_date_time, activity_date, created_date) as occurred_at,
    updated_at,
    is_deleted,
    loaded_at
    {{- no_own_fields("salesforce", "activities") }}
from event
-- an invitee's copy is the same meeting
where not coalesce(is_recurrence, false) and not coalesce(is_child, false)
