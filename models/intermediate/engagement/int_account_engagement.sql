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
        -- nobody has to answer what was answered
        case when earliest_first.scope = 'unanswered' then triggers.respond_within_hours end as respond_within_hours
    from earliest_first
    inner join {{ ref("stg_rules__engagement_triggers") }} as triggers on earliest_first.trigger_line = triggers.line
    where earliest_first.place = 1

),

{{ hours_later("earliest", "engaged_since", "respond_within_hours") }}

select
    account_id,
    engagement_status,
    engagement_trigger,
    engaged_since,
    respond_by
from due
