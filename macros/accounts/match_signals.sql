{#- SQL: signals, as they are read, with the account that each belongs to. It costs more than all else that is done to them: who
    needs some of them only chooses them before. -#}
{% macro match_signals(signals) -%}
select
    signals.signal_id,
    coalesce(accounts.surviving_account_id, account_references.account_id) as account_id,
    signals.account_id as raw_account_id,
    coalesce(signals.domain, account_references.email_domain) as domain,
    signals.signal_type,
    signals.contact_id as raw_contact_id,
    {{ email_key("signals.email") }} as email_key,
    signals.signal_value,
    signals.occurred_at,
    {{ days_ago("signals.occurred_at") }} as days_ago,
    account_references.unmatched_reason
from {{ signals }} as signals
left join {{ ref("int_account_survivors") }} as accounts on signals.account_id = accounts.account_id
-- only those that their account_id does not place
left join {{ ref("int_signal_references") }} as account_references
    on case when accounts.account_id is null then coalesce(signals.account_id, '') end = account_references.raw_account_id
    and coalesce(signals.contact_id, '') = account_references.raw_contact_id
    and coalesce({{ email_key("signals.email") }}, '') = account_references.email_key
    and coalesce(signals.domain, '') = account_references.raw_domain
{%- endmacro %}
