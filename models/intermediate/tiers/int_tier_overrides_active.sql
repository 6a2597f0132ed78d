with

overrides as (

    select * from {{ ref("stg_raw_tables__tier_overrides") }}
    where record_status = 'standing'
        and coalesce(starts_on, {{ as_of_date() }}) <= {{ as_of_date() }}
        and coalesce(ends_on, {{ as_of_date() }}) >= {{ as_of_date() }}

),

accounts as (

    select * from {{ ref("int_account_survivors") }}

),

tiers as (

    select * from {{ ref("stg_rules__tiers") }}

),

latest_first as (

    select
        accounts.surviving_account_id as account_id,
        tiers.scoring_model,
        tiers.tier_number,
        row_number() over (
            partition by accounts.surviving_account_id, tiers.scoring_model
            order by overrides.starts_on desc nulls last, overrides.tier_number asc
        ) as place
    from overrides
    inner join accounts on overrides.account_id = accounts.account_id
    inner join tiers on overrides.tier_number = tiers.tier_number

)

select
    account_id,
    scoring_model,
    tier_number
from latest_first
where place = 1
