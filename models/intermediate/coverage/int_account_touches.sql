with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

-- of any rep
outbound as (

    select
        accounts.surviving_account_id as account_id,
        max(activities.occurred_at) as last_outbound_at
    from {{ ref("stg_raw__activities") }} as activities
    inner join accounts on activities.account_id = accounts.account_id
    where activities.record_status = 'standing'
        and activities.direction = 'outbound'
        and activities.occurred_at <= {{ as_of() }}
    group by accounts.surviving_account_id

)

select
    account_id,
    last_outbound_at,
    cast({{ days_ago("last_outbound_at") }} as {{ dbt.type_int() }}) as days_since_last_outbound,
    {{ days_ago("last_outbound_at") }} < {{ var("touch_window_days") }} as is_touched
from outbound
