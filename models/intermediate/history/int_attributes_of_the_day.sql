{#- a view: what is kept of them is written when it is published -#}
{{ config(materialized="view", meta={"remembered": {
    "as": "account_attributes",
    "rows": "int_attributes_of_the_day",
    "days": "int_days_built",
    "as_long_as": "build_days",
    "kept_by": "has_attributes"
}}) }}
with

-- the first build day of a month
days as (

    select
        models.scoring_model,
        days.tier_date
    from {{ ref("build_days") }} as days
    inner join {{ ref("stg_rules__scoring_models") }} as models on days.scoring_model = models.scoring_model
    where models.is_primary and days.has_attributes and days.tier_date = {{ as_of_date() }}

),

accounts as (

    select * from {{ ref("int_account_attributes") }}

),

own as (

    select * from {{ ref("stg_raw_tables__account_attributes") }}

),

-- a text that is another for each account tells none from others, and is nobody's business
own_with_few_values as (

    select attribute from own
    group by attribute
    having count(distinct lower(value_text)) <= 100

),

known as (

    {%- for column in attribute_catalog() %}
    select
        account_id,
        '{{ column.name }}' as attribute,
        {%- if column.data_type == "number" %}
        cast({{ column.name }} as {{ type_double() }}) as value_number,
        cast(null as {{ dbt.type_string() }}) as value_text
        {%- else %}
        cast(null as {{ type_double() }}) as value_number,
        lower(cast({{ column.name }} as {{ dbt.type_string() }})) as value_text
        {%- endif %}
    from accounts
    where {{ column.name }} is not null
    union all
    {%- endfor %}
    select
        account_id,
        attribute,
        value_number,
        lower(value_text) as value_text
    from own
    where attribute in (select own_with_few_values.attribute from own_with_few_values)
    union all
    select
        account_id,
        'signals_' || signal_type || '_30d' as attribute,
        cast(signals_30d as {{ type_double() }}) as value_number,
        cast(null as {{ dbt.type_string() }}) as value_text
    from {{ ref("int_account_signal_types") }}
    where signals_30d > 0
    union all
    -- of 7 days as far as rules ask for them
    select
        account_id,
        attribute,
        value_number,
        value_text
    from {{ ref("int_account_attribute_values") }}
    where substring(attribute, 1, 8) = 'signals_' and attribute like '%!_7d' escape '!' and value_number > 0
    union all
    select distinct
        account_id,
        {{ technology_attribute("technology") }} as attribute,
        cast(null as {{ type_double() }}) as value_number,
        'true' as value_text
    from {{ ref("int_technologies_installed") }}

)

select
    known.account_id,
    days.scoring_model,
    days.tier_date,
    known.attribute,
    known.value_number,
    known.value_text
from known
cross join days
