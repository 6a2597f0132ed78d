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
