{#- The attributes that a rule may name, signal counts and technologies apart: the documented columns of int_account_attributes, with
    `data_type` (number, category, boolean) and in `meta` the accepted `values` and whether they are `observed`. -#}
{% macro attribute_catalog() %}
    {%- if not execute -%} {{ return([]) }} {%- endif -%}
    {%- set attributes = graph.nodes["model." ~ model.package_name ~ ".int_account_attributes"] -%}
    {{ return(attributes.columns.values() | rejectattr("name", "equalto", "account_id") | list) }}
{% endmacro %}


{#- The values that an attribute can have; none if it can have any. -#}
{% macro known_values(attribute) %}
    {{ return(["true", "false"] if attribute.data_type == "boolean" else attribute.meta.get("values", [])) }}
{% endmacro %}


{#- SQL: the attribute that says whether a technology is in use: its name in lower case, blanks as underscores. -#}
{% macro technology_attribute(technology) -%}
    'uses_' || replace(lower({{ technology }}), ' ', '_')
{%- endmacro %}


{#- SQL: whether an attribute is such a one. -#}
{% macro is_technology_attribute(attribute) -%}
    substring({{ attribute }}, 1, 5) = 'uses_' and length({{ attribute }}) > 5 and {{ attribute }} not like '% %'
{%- endmacro %}
