{#- a view: each reader takes its few columns and days, which costs less than to write all signals again in each build -#}
{{ config(materialized="view") }}
with

signals as (

    select * from {{ ref("stg_raw__signals") }}
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
    signals.signal_id,
    coalesce(
        accounts.surviving_account_id,
        case when domains.accounts = 1 then domains.surviving_account_id end
    ) as account_id,
    signals.account_id as raw_account_id,
    signals.domain,
    signals.signal_type,
    signals.contact_id,
    signals.signal_value,
    signals.occurred_at,
    {{ days_ago("signals.occurred_at") }} as days_ago,
    case
        when accounts.account_id is not null or domains.accounts = 1 then null
        when domains.accounts > 1 then 'ambiguous_domain'
        else 'unknown_account'
    end as unmatched_reason
from signals
left join accounts on signals.account_id = accounts.account_id
-- a null where the account is known: an engine that had to normalize each domain would take thirty times as long
left join domains
    on case when accounts.account_id is null then {{ normalize_domain("signals.domain") }} end = domains.domain
