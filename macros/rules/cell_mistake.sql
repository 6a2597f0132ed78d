{#- SQL: what is wrong with a cell of a rule file, by what its column declares, and what would be right; null if nothing.
    Expects the cell under its name, as it is read under its name with `_read`, and a number as it is written, as a double,
    under its name with `_number`. -#}
{% macro cell_mistake(column) -%}
    {%- set number = column.name ~ "_number" -%}
    {%- set value = number if column.data_type in ("number", "integer") else column.name ~ "_read" -%}
    {%- set cell = rule_cell(column.name) -%}
    {%- set shown = "'\"' || substring(" ~ cell ~ ", 1, 60) || '\"'" -%}
    {%- set meta = column.meta -%}
    {%- set right = {
        "number": "a number (write 0.5, not 0,5; no currency, no %)",
        "integer": "a whole number",
        "boolean": "true or false",
        "date": "a date such as 2026-01-31",
    } -%}
    case
        when {{ trim_text(cell) }} is null then {{ "'must not be blank'" if meta.required else "null" }}
        when length({{ cell }}) > {{ most_characters() }}
            then cast(length({{ cell }}) as {{ dbt.type_string() }}) || ' characters are more than {{ most_characters() }}'
        {%- if column.data_type in right %}
        when {{ value }} is null {%- if column.data_type == "integer" %} or floor({{ value }}) <> {{ value }}{% endif %}
            then {{ shown }} || ' is not {{ right[column.data_type] }}'
        {%- endif %}
        {%- if meta.get("values") %}
        when {{ value }} not in ('{{ meta["values"] | join("', '") }}')
            then {{ shown }} || ' is not one of {{ meta["values"] | join(", ") }}'
        {%- endif %}
        {%- for limit, comparison, words in [
            ("above", "<=", "must be greater than"), ("minimum", "<", "is below"), ("maximum", ">", "is above")
        ] if meta[limit] is defined %}
        when {{ value }} {{ comparison }} {{ meta[limit] }} then {{ shown }} || ' {{ words }} {{ meta[limit] }}'
        {%- endfor %}
        {%- if column.data_type == "number" %}
        when abs({{ column.name }}_read / nullif({{ number }}, 0) - 1) > 0.000001
            then {{ shown }} || ' has more than the ten decimals that count'
        {%- endif %}
    end
{%- endmacro %}


{#- What is wrong with the header of a rule file, given the columns that it has: a list of messages. -#}
{% macro header_mistakes(file, existing) %}
    {%- set mistakes = [] -%}
    {%- for header in existing if header not in file.columns -%}
        {%- do mistakes.append(
            'column "' ~ header.replace("'", "''") ~ '" is not known; the columns are '
            ~ (file.columns.keys() | join(", ")) ~ ", separated by commas"
        ) -%}
    {%- endfor -%}
    {%- for column in file.columns.values() if column.name not in existing and not column.meta.optional -%}
        {%- do mistakes.append('column "' ~ column.name ~ '" is missing') -%}
    {%- endfor -%}
    {{ return(mistakes) }}
{% endmacro %}
