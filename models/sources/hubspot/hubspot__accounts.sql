{{ config(enabled=reads_source("hubspot")) }}
with

company as (

    {{ read_source(
        "hubspot", ["company", "companies"],
        ["id", "name", "domain|website as domain", "industry", "country|hs_country_code as country", "annualrevenue",
         "hs_annual_revenue_currency_code", "numberofemployees", "hubspot_owner_id", "hs_parent_company_id", "salesforceaccountid"],
        moments=["createdate|createdAt as created_at"], makes="accounts", versions=true
    ) | indent(4) }}

)

select
    company.id as account_id,
    coalesce(company.name, company.domain) as account_name,
    company.domain,
    company.industry,
    company.country,
    {{ in_usd("company.annualrevenue", "company.hs_annual_revenue_currency_code") }} as annual_revenue_usd,
    company.numberofemployees as employee_count,
    company.hubspot_owner_id as owner_id,
    company.hs_parent_company_id as parent_account_id,
    {% if reads_source("salesforce") -%} company.salesforceaccountid {%- else -%} cast(null as {{ dbt.type_string() }}) {%- endif %} as merged_into_account_id,
    company.created_at,
    company.updated_at,
    company.is_deleted,
    company.loaded_at
    {{- own_fields("hubspot", "accounts", "company") }}
from company
{{ join_rates(ref("hubspot__currency_rates"), "company.hs_annual_revenue_currency_code") }}
