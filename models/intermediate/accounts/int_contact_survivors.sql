with

records as (

    select
        contact_id as record_id,
        merged_into_contact_id as target_id,
        record_status = 'standing' as is_standing
    from {{ ref("stg_raw_tables__contacts") }}
    where record_status in ('standing', 'deleted') and {{ was_created("created_at") }}

),

{{ merge_chains("records") }}

select
    record_id as contact_id,
    surviving_id as surviving_contact_id,
    is_endless
from survivors
where surviving_id is not null
