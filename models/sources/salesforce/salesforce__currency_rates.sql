{{ config(enabled=reads_source("salesforce")) }}
-- Salesforce tells units of a currency for one of the company's own: of use where that is the US dollar.
with

currency_type as (

    {{ read_source("salesforce", ["currency_type"], ["id", "iso_code"], numbers=["conversion_rate"], flags=["is_corporate"]) | indent(4) }}

),

dated_conversion_rate as (

    {{ read_source("salesforce", ["dated_conversion_rate"], ["id", "iso_code"], numbers=["conversion_rate"], timestamps=["start_date"]) | indent(4) }}

),

own as (

    select
        iso_code,
        conversion_rate,
        cast(null as timestamp) as start_date
    from currency_type
    where not is_deleted
    union all
    select
        iso_code,
        conversion_rate,
        start_date
    from dated_conversion_rate
    where not is_deleted

)

{{ rates_with_own("own", is_usd="select 1 from currency_type where is_corporate and upper(iso_code) = 'USD'") }}
