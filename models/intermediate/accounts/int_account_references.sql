with

pairs as (

    select distinct
        account_id,
        domain
    from {{ ref("stg_raw__signals") }}
    where record_status = 'standing'

),

accounts as (

    select
        account_id,
        surviving_account_id,
        {{ normalize_domain("domain") }} as domain
    from {{ ref("int_accounts_merged") }}

),

domains as (

    select
        domain,
        min(surviving_account_id) as surviving_account_id,
        count(distinct surviving_account_id) as accounts
    from accounts
    where domain is not null
    group by domain

)

select
    pairs.account_id as raw_account_id,
    pairs.domain as raw_domain,
    coalesce(
        accounts.surviving_account_id,
        case when domains.accounts = 1 then domains.surviving_account_id end
    ) as account_id,
    case
        when accounts.account_id is not null or domains.accounts = 1 then null
        when domains.accounts > 1 then 'ambiguous_domain'
        else 'unknown_account'
    end as unmatched_reason
from pairs
left join accounts on pairs.account_id = accounts.account_id
left join domains on {{ normalize_domain("pairs.domain") }} = domains.domain
