{{ config(enabled=reads_source("hubspot")) }}
with

company as (

    {{ read_source(
        "hubspot", ["company", "companies"],
        ["id", "name", "domain|website as domain", "industry", "country|hs_country_code as country", "annualrevenue",
         "hs_annual_revenue_currency_code", "numberofemployees", "hubspot_owner_id", "hs_parent_company_id", "salesforceaccountid"],
        moments=["createdate|createdAt as created_at"], makes="accounts", versions=true
    ) | indent(4) }}

),

property_option as (

    {{ read_source(
        "hubspot", "property_option", ["hubspot_object", "name", "value as option_value", "label"], versions=true
    ) | indent(4) }}

),

industries as (

    select
        option_value,
        max(label) as label
    from property_option
    where lower(hubspot_object) = 'company' and lower(name) = 'industry' and not is_deleted
    group by option_value

)

select
    company.id as account_id,
    coalesce(company.name, company.domain) as account_name,
    company.domain,
    -- an option of one's own is a code: people know it by its label
    case
        when {{ is_mapped("accounts", "industry", "company.industry") }} then company.industry
        else coalesce(industries.label, company.industry)
    end as industry,
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
left join industries on company.industry = industries.option_value
{{ join_rates(ref("hubspot__currency_rates"), "company.hs_annual_revenue_currency_code") }}
