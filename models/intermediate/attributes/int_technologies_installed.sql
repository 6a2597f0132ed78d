with

accounts as (

    select * from {{ ref("int_account_survivors") }}

)

select distinct
    accounts.surviving_account_id as account_id,
    lower(installed.technology) as technology
from {{ ref("stg_raw_tables__account_technologies") }} as installed
inner join accounts on installed.account_id = accounts.account_id
where installed.record_status = 'standing'
    and coalesce(installed.detected_on, {{ as_of_date() }}) <= {{ as_of_date() }}
    and (installed.removed_on is null or installed.removed_on > {{ as_of_date() }})
