with

reps as (

    select * from {{ ref("stg_raw_tables__sales_reps") }}
    where record_status = 'standing'

),

-- ranked or not: each takes of the rep's time
books as (

    select
        owner_id,
        count(*) as accounts
    from {{ ref("int_accounts_merged") }}
    where not is_merged
    group by owner_id

)

select
    reps.owner_id,
    reps.owner_name,
    reps.role,
    reps.territory,
    reps.is_active,
    reps.account_capacity,
    coalesce(books.accounts, 0) as accounts,
    {{ to_amount("reps.account_capacity") }} - coalesce(books.accounts, 0) as free_capacity
from reps
left join books on reps.owner_id = books.owner_id
