with

completed as (

    select * from {{ ref("int_triggers_completed") }}
    where scope in ('in_window', 'unanswered')

),

statuses as (

    select
        account_id,
        min(status) as status -- hot comes before warm
    from completed
    where scope = 'in_window'
    group by account_id

),

-- of the status that holds what nobody answered comes first, and what of it holds after that
earliest_first as (

    select
        completed.*,
        row_number() over (
            partition by completed.account_id
            order by
                case when completed.scope = 'unanswered' then 1 else 2 end asc,
                completed.completed_at asc,
                completed.trigger asc,
                completed.signal_type asc nulls last
        ) as place
    from completed
    inner join statuses on completed.account_id = statuses.account_id and completed.status = statuses.status

),

earliest as (

    select
        earliest_first.account_id,
        earliest_first.status as engagement_status,
        earliest_first.trigger as engagement_trigger,
        earliest_first.completed_at as engaged_since,
        earliest_first.scope = 'in_window' as is_answered,
        triggers.respond_within_hours
    from earliest_first
    inner join {{ ref("stg_rules__engagement_triggers") }} as triggers on earliest_first.trigger_line = triggers.line
    where earliest_first.place = 1

),

{{ hours_later("earliest", "engaged_since", "respond_within_hours") }},

answers as (

    select
        due.account_id,
        -- the first since then; where signals from before and after an answer completed the trigger, that answer
        coalesce(
            min(case when activities.occurred_at >= due.engaged_since then activities.occurred_at end), max(activities.occurred_at)
        ) as answered_at
    from due
    inner join {{ ref("int_activities") }} as activities on due.account_id = activities.account_id
    where due.is_answered
        and due.engagement_status = 'hot'
        and activities.direction = 'outbound'
        and activities.occurred_at <= {{ as_of() }}
    group by due.account_id

)

select
    due.account_id,
    due.engagement_status,
    due.engagement_trigger,
    due.engaged_since,
    due.respond_by as response_due_at,
    -- nobody has to answer what was answered
    case when not due.is_answered then due.respond_by end as respond_by,
    answers.answered_at,
    -- none is owed without a time to respond in, nor where all is answered, but by nobody
    case
        when due.engagement_status = 'hot' and due.respond_by is not null and (answers.answered_at is not null or not due.is_answered)
            then {{ response_status("due.respond_by", "answers.answered_at") | indent(8) }}
    end as response_status
from due
left join answers on due.account_id = answers.account_id
