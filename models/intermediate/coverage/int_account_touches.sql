with

-- of any rep
outbound as (

    select
        account_id,
        max(occurred_at) as last_outbound_at
    from {{ ref("int_activities") }}
    where account_id is not null and direction = 'outbound' and occurred_at <= {{ as_of() }}
    group by account_id

)

select
    account_id,
    last_outbound_at,
    cast({{ days_ago("last_outbound_at") }} as {{ dbt.type_int() }}) as days_since_last_outbound,
    {{ days_ago("last_outbound_at") }} < {{ var("touch_window_days") }} as is_touched
from outbound
