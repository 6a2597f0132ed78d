{#- The attributes that a rule may name, signal counts and technologies apart: the documented columns of int_account_attributes, with
    `data_type` (number, category, boolean) and in `meta` the accepted `values`, and whether they are `observed` (what nobody observed did not happen), and the
    `action` by which a rep can change them. -#}
{% macro attribute_catalog() %}
    {%- if not execute -%} {{ return([]) }} {%- endif -%}
    {%- set attributes = graph.nodes["model." ~ model.package_name ~ ".int_account_attributes"] -%}
    {{ return(attributes.columns.values() | rejectattr("name", "equalto", "account_id") | list) }}
{% endmacro %}


{#- SQL: whether an attribute is one of the catalog that is marked in `meta` (observed, action), or one that is not. -#}
{% macro is_marked(attribute, mark, marked=true) -%}
    {%- set names = [] -%}
    {%- for column in attribute_catalog() if (true if column.meta[mark] else false) == marked -%}
        {%- do names.append(text_literal(column.name)) -%}
    {%- endfor -%}
    {{ attribute }} in ({{ (names or ["''"]) | join(", ") }})
{%- endmacro %}


{#- SQL: by what a rep can change an attribute, in words; null of others. -#}
{% macro action_of(attribute) -%}
    case {{ attribute }}
        {%- for column in attribute_catalog() if column.meta.action %}
        when {{ text_literal(column.name) }} then {{ text_literal(column.meta.action) }}
        {%- endfor %}
        when '' then ''
    end
{%- endmacro %}


{#- The values that an attribute can have; none if it can have any. -#}
{% macro known_values(attribute) %}
    {{ return(["true", "false"] if attribute.data_type == "boolean" else (attribute.meta or {}).get("values", [])) }}
{% endmacro %}


{#- SQL: whether a value is none of some, which are joined by '|'. -#}
{% macro is_none_of(value, values) -%}
    ({{ dbt.position("'|' || " ~ value ~ " || '|'", "'|' || " ~ values ~ " || '|'") }} = 0 or {{ value }} like '%|%')
{%- endmacro %}


{#- SQL: the attribute that says whether a technology is in use: its name in lower case, blanks as underscores. -#}
{% macro technology_attribute(technology) -%}
    'uses_' || replace(lower({{ technology }}), ' ', '_')
{%- endmacro %}


{#- SQL: whether an attribute is such a one. -#}
{% macro is_technology_attribute(attribute) -%}
    substring({{ attribute }}, 1, 5) = 'uses_' and length({{ attribute }}) > 5 and {{ attribute }} not like '% %'
{%- endmacro %}


{#- Attributes of one's own: the columns of the raw table `accounts` that neither the contract nor another attribute is called like, by
    their names in lower case. What they hold is a number, a flag, or text, which may hold numbers. -#}
{% macro own_attributes() %}
    {%- set own, others = {}, attribute_catalog() | map(attribute="name") | list -%}
    {%- for name, column in columns_of_raw("accounts").items() -%}
        {%- set attribute = name | lower -%}
        {%- if name not in raw_source("accounts").columns and attribute not in others and not modules.re.match("(signals|uses)_", attribute) -%}
            {%- set arrival = arrival_type(column.dtype) -%}
            {%- do own.setdefault(attribute, {
                "column": name, "data_type": {"number": "number", "floating": "number", "boolean": "boolean"}.get(arrival, "text")
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(own) }}
{% endmacro %}


{#- SQL: of a raw account the cell of an attribute of one's own, `named_attribute`, as a type; null of any other. -#}
{% macro own_cell(own, data_type) -%}
    case
        {%- for attribute, of in own.items() %}
        when named_attribute = {{ text_literal(attribute) }}
            then {{ read_raw_cell("accounts", of.column, data_type) }}
        {%- endfor %}
        when 1 = 0 then cast(null as {{ type_double() if data_type == "number" else dbt.type_string() }})
    end
{%- endmacro %}
