with

accounts as (

    select
        account_id,
        merged_into_account_id,
        record_status = 'standing' as is_standing
    from {{ ref("stg_raw_tables__accounts") }}
    where record_status in ('standing', 'deleted') and {{ was_created("created_at") }}

),

all_merges as (

    select
        account_id,
        merged_into_account_id,
        row_number() over (
            partition by account_id
            order by updated_at desc nulls last, loaded_at desc nulls last, merged_into_account_id asc
        ) as place
    from {{ ref("stg_raw_tables__account_merges") }}
    where record_status = 'standing'

),

latest_merges as (

    select
        account_id,
        merged_into_account_id
    from all_merges
    where place = 1

),

-- an account's own row tells first
records as (

    select
        coalesce(accounts.account_id, told.account_id) as record_id,
        coalesce(accounts.merged_into_account_id, told.merged_into_account_id) as target_id,
        coalesce(accounts.is_standing, false) as is_standing
    from accounts
    full outer join latest_merges as told on accounts.account_id = told.account_id

),

{{ merge_chains("records") }}

select
    record_id as account_id,
    surviving_id as surviving_account_id,
    is_endless
from survivors
where surviving_id is not null
