{%- set of_accounts = [
    "account_domains", "account_merges", "account_technologies", "opportunities", "tier_overrides", "account_returns", "product_usage",
    "customer_contracts",
] -%}
with

accounts as (

    select * from {{ ref("int_account_survivors") }}

)

select
    'signals' as source_table,
    signal_id as record_key,
    account_id,
    reason
from {{ ref("unmatched_signals") }}
union all
select
    'contacts' as source_table,
    contact_id as record_key,
    raw_account_id as account_id,
    'unknown_account' as reason
from {{ ref("int_contacts") }}
where account_id is null
union all
select
    'activities' as source_table,
    activity_id as record_key,
    raw_account_id as account_id,
    'unknown_account' as reason
from {{ ref("int_activities") }}
where account_id is null
{%- for table in of_accounts %}
union all
select
    '{{ table }}' as source_table,
    {{ record_key_as_text(table, "records") }} as record_key,
    records.account_id,
    'unknown_account' as reason
from {{ ref("stg_raw_tables__" ~ table) }} as records
left join accounts on records.account_id = accounts.account_id
where records.record_status = 'standing' and accounts.account_id is null
{%- endfor %}
