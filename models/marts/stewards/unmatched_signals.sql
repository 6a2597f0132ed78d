select
    signal_id,
    raw_account_id as account_id,
    domain,
    signal_type,
    occurred_at,
    unmatched_reason as reason
from {{ ref("int_signals_matched") }}
where unmatched_reason is not null
