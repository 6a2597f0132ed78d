{{ config(enabled=reads_source("salesforce")) }}
with

account as (

    {{ read_source(
        "salesforce", "account",
        ["id", "name", "website", "industry", "billing_country", "billing_country_code", "shipping_country", "shipping_country_code",
         "annual_revenue", "currency_iso_code", "number_of_employees", "owner_id", "parent_id", "master_record_id"],
        moments=["created_date"], flags=["is_person_account"], makes="accounts", versions=true
    ) | indent(4) }}

)

select
    account.id as account_id,
    account.name as account_name,
    account.website as domain,
    account.industry,
    coalesce(
        account.billing_country, account.billing_country_code, account.shipping_country, account.shipping_country_code
    ) as country,
    {{ in_usd("account.annual_revenue", "account.currency_iso_code") }} as annual_revenue_usd,
    account.number_of_employees as employee_count,
    account.owner_id,
    account.parent_id as parent_account_id,
    account.master_record_id as merged_into_account_id,
    account.created_date as created_at,
    account.updated_at,
    account.is_deleted,
    account.loaded_at
    {{- own_fields("salesforce", "accounts", "account") }}
from account
{{ join_rates(ref("salesforce__currency_rates"), "account.currency_iso_code") }}
-- a person is no company
where not coalesce(account.is_person_account, false)
