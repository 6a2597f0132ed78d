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
select
    '{{ name }}.csv' as file,
    1 as line,
    'header' as row_name,
    'column "{{ column.name }}" is missing' as mistake
union all
{%- endfor %}
select
    '{{ name }}.csv' as file,
    line,
    row_name,
    mistake
from (
    {%- for column in file.columns.values() if column.name in existing %}
    select
        {{ rule_row_origin(name) }},
        '{{ column.name }}: ' || {{ cell_mistake(column) }} as mistake
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
) as {{ name }}_cells
where mistake is not null
{{ "union all" if not loop.last }}
{%- endif -%}
{%- endfor %}
