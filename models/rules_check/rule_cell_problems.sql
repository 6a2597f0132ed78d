-- What is wrong with single cells of the rule files, and with their headers.
{% for name in rule_files() %}
{%- set relation = ref(name) -%}
{%- if execute -%}
{%- set file = rule_file(name) -%}
{%- set existing = rule_file_columns(name) -%}
{%- for header in existing if header not in file.columns %}
select
    '{{ name }}.csv' as file,
    1 as line,
    'header' as row_name,
    'column "{{ header }}" is not known; the columns are {{ file.columns.keys() | join(", ") }}' as mistake
union all
{%- endfor %}
{%- for column in file.columns.values() if column.name not in existing %}
select '{{ name }}.csv', 1, 'header', 'column "{{ column.name }}" is missing'
union all
{%- endfor %}
select
    '{{ name }}.csv' as file,
    cells.line,
    cells.row_name,
    cells.mistake
from (
    {%- for column in file.columns.values() if column.name in existing %}
    {%- set meta = column.meta %}
    {%- set value = read_rule(column.data_type, "cell") %}
    select
        line,
        row_name,
        '{{ column.name }}: ' || case
            when {{ trim_text("cell") }} is null then {{ "'must not be blank'" if meta.required else "null" }}
            {%- if column.data_type in ["number", "integer", "boolean"] %}
            when {{ value }} is null then '"' || cell || '" is not '
                || '{{ {"number": "a number (write 0.5, not 0,5; no currency, no %)", "integer": "a whole number", "boolean": "true or false"}[column.data_type] }}'
            {%- endif %}
            {%- if meta.get("values") %}
            when {{ value }} not in ('{{ meta["values"] | join("', '") }}')
                then '"' || cell || '" is not one of {{ meta["values"] | join(", ") }}'
            {%- endif %}
            {%- if meta.minimum is defined %}
            when {{ value }} < {{ meta.minimum }} then '"' || cell || '" is below {{ meta.minimum }}'
            {%- endif %}
            {%- if meta.above is defined %}
            when {{ value }} <= {{ meta.above }} then '"' || cell || '" must be greater than {{ meta.above }}'
            {%- endif %}
            {%- if meta.maximum is defined %}
            when {{ value }} > {{ meta.maximum }} then '"' || cell || '" is above {{ meta.maximum }}'
            {%- endif %}
        end as mistake
    from (select {{ column.name }} as cell, {{ rule_row_origin(name) }} from {{ relation }}) as {{ column.name }}_cells
    {{ "union all" if not loop.last }}
    {%- endfor %}
) as cells
where cells.mistake is not null
{{ "union all" if not loop.last }}
{%- endif -%}
{%- endfor %}
