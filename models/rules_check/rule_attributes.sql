{{ config(materialized="view") }}
with

-- any rule may ask for any technology, so there are as many as are named
named as (

    select attribute from {{ ref("stg_rules__scoring_rules") }}
    union
    select attribute from {{ ref("stg_rules__qualification_rules") }}

)

{% for attribute in attribute_catalog() -%}
select
    '{{ attribute.name }}' as attribute,
    '{{ attribute.data_type }}' as data_type,
    '{{ known_values(attribute) | join("|") }}' as known_values
union all
{% endfor -%}
{#- an edge: what the accounts' table has is seen once it is there -#}
{%- if not execute -%} {%- do need_raw("accounts") -%} {%- endif -%}
{% for attribute, own in own_attributes().items() -%}
select
    {{ text_literal(attribute) }} as attribute,
    '{{ own.data_type }}' as data_type,
    '{{ known_values(own) | join("|") }}' as known_values
union all
{% endfor -%}
{% for days in [7, 30] -%}
select
    'signals_' || signal_type || '_{{ days }}d' as attribute,
    'number' as data_type,
    '' as known_values
from {{ ref("stg_rules__signal_types") }}
union all
{% endfor -%}
select
    attribute,
    'boolean' as data_type,
    'true|false' as known_values
from named
where {{ is_technology_attribute("attribute") }}
