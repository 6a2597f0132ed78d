-- A signal stands only while its type is listed, also one that was read before the rules changed.
with

types as (

    select distinct signal_type from {{ ref("stg_raw_tables__signals") }}
    where record_status = 'standing'

)

select types.signal_type
from types
left join {{ ref("stg_rules__signal_types") }} as listed on types.signal_type = listed.signal_type
where listed.signal_type is null
