{#- SQL: what is wrong with a cell of a rule file, by what its column declares, and what would be right; null if nothing.
    Expects the cell under its name and, as it is read, under its name with `_read`. -#}
{% macro cell_mistake(column) -%}
    {%- set value = column.name ~ "_read" -%}
    {%- set meta = column.meta -%}
    {%- set right = {
        "number": "a number (write 0.5, not 0,5; no currency, no %)",
        "integer": "a whole number",
        "boolean": "true or false",
    } -%}
    case
        when {{ trim_text(column.name) }} is null then {{ "'must not be blank'" if meta.required else "null" }}
        {%- if column.data_type in right %}
        when {{ value }} is null then '"' || {{ column.name }} || '" is not {{ right[column.data_type] }}'
        {%- endif %}
        {%- if meta.get("values") %}
        when {{ value }} not in ('{{ meta["values"] | join("', '") }}')
            then '"' || {{ column.name }} || '" is not one of {{ meta["values"] | join(", ") }}'
        {%- endif %}
        {%- for limit, comparison, words in [
            ("minimum", "<", "is below"), ("above", "<=", "must be greater than"), ("maximum", ">", "is above")
        ] if meta[limit] is defined %}
        when {{ value }} {{ comparison }} {{ meta[limit] }}
            then '"' || {{ column.name }} || '" {{ words }} {{ meta[limit] }}'
        {%- endfor %}
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
