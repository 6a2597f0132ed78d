{#- a view: each reader takes its few columns and days, which costs less than to write all signals again in each build -#}
{{ config(materialized="view") }}
select
    signals.signal_id,
    account_references.account_id,
    signals.account_id as raw_account_id,
    signals.domain,
    signals.signal_type,
    signals.contact_id,
    signals.signal_value,
    signals.occurred_at,
    {{ days_ago("signals.occurred_at") }} as days_ago,
    account_references.unmatched_reason
from {{ ref("stg_raw__signals") }} as signals
-- '' stands for none: no text is empty once it is read
inner join {{ ref("int_account_references") }} as account_references
    on coalesce(signals.account_id, '') = coalesce(account_references.raw_account_id, '')
    and coalesce(signals.domain, '') = coalesce(account_references.raw_domain, '')
where signals.record_status = 'standing'
