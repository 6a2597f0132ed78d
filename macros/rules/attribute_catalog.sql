{#- The attributes that a rule may name, signal counts apart: the documented columns of int_account_attributes, with
    `data_type` (number, category, boolean) and in `meta` the accepted `values` and whether they are `observed`. -#}
{% macro attribute_catalog() %}
    {%- if not execute -%} {{ return([]) }} {%- endif -%}
    {%- set model = graph.nodes["model." ~ project_name ~ ".int_account_attributes"] -%}
    {{ return(model.columns.values() | rejectattr("name", "equalto", "account_id") | list) }}
{% endmacro %}


{#- The values that an attribute can have; none if it can have any. -#}
{% macro known_values(attribute) %}
    {{ return(["true", "false"] if attribute.data_type == "boolean" else attribute.meta.get("values", [])) }}
{% endmacro %}
