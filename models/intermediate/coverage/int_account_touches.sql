with

-- of any rep
latest_first as (

    select
        account_id,
        direction,
        activity_type,
        occurred_at,
        row_number() over (
            partition by account_id, direction
            order by occurred_at desc, activity_id asc
        ) as place
    from {{ ref("int_activities") }}
    where account_id is not null and direction is not null and occurred_at <= {{ as_of() }}

),

touches as (

    select
        account_id,
        max(case when direction = 'outbound' then occurred_at end) as last_outbound_at,
        max(case when direction = 'outbound' then activity_type end) as last_outbound_type,
        max(case when direction = 'inbound' then occurred_at end) as last_inbound_at
    from latest_first
    where place = 1
    group by account_id

)

select
    account_id,
    last_outbound_at,
    last_outbound_type,
    last_inbound_at,
    cast({{ days_ago("last_outbound_at") }} as {{ dbt.type_int() }}) as days_since_last_outbound,
    coalesce({{ days_ago("last_outbound_at") }} < {{ var("touch_window_days") }}, false) as is_touched
from touches
