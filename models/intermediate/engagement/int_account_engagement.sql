with

completed as (

    select
        *,
        row_number() over (
            partition by account_id
            order by
                case when status = 'hot' then 1 else 2 end asc,
                completed_at asc,
                trigger asc,
                signal_type asc nulls last
        ) as trigger_number
    from {{ ref("int_triggers_completed") }}

)

select
    account_id,
    status as engagement_status,
    trigger as engagement_trigger,
    completed_at as engaged_since,
    respond_by
from completed
where trigger_number = 1
