-- where no version had been written by as_of, the earliest stands
with

survivors as (

    select * from {{ ref("int_account_survivors") }}

),

known_later as (

    select survivors.surviving_account_id as account_id
    from {{ ref("stg_raw_tables__accounts") }} as accounts
    inner join survivors on accounts.account_id = survivors.account_id
    where accounts.record_status = 'standing' and accounts.updated_at > {{ as_of() }}
    union all
    select contacts.account_id
    from {{ ref("int_contacts") }} as contacts
    inner join {{ ref("stg_raw_tables__contacts") }} as records on contacts.contact_id = records.contact_id
    where records.record_status = 'standing' and records.updated_at > {{ as_of() }} and contacts.account_id is not null
    union all
    select survivors.surviving_account_id as account_id
    from {{ ref("stg_raw_tables__opportunities") }} as opportunities
    inner join survivors on opportunities.account_id = survivors.account_id
    where opportunities.record_status = 'standing'
        and opportunities.created_at <= {{ as_of() }}
        and opportunities.updated_at > {{ as_of() }}

)

select distinct account_id from known_later
