-- What is wrong with single cells of the rule files, and with their headers.
with

{% for name in rule_files() -%}
-- each cell as it stands there and as it is read, and numbers beyond what is read, too
{{ name }} as (

    select
        {%- if execute %}
        {%- set existing = rule_file_columns(name) %}
        {%- for column in rule_file(name).columns.values() if column.name in existing %}
        {{ rule_cell(column.name) }},
        {{ read_rule(column.data_type, rule_cell(column.name)) }} as {{ column.name }}_read,
        {%- if column.data_type in ("number", "integer") %}
        {{ parse_number(trim_text(column.name)) }} as {{ column.name }}_number,
        {%- endif %}
        {%- endfor %}
        {%- endif %}
        line,
        {{ rule_row_name(name) }} as row_name
    from ({{ rule_rows(name) }}) as rule_rows

),

{% endfor -%}
problems as (

    {%- for name in rule_files() %}
    {%- if execute %}
    {%- set file = rule_file(name) %}
    {%- set existing = rule_file_columns(name) %}
    {%- for mistake in header_mistakes(file, existing) %}
    select
        '{{ name }}.csv' as file,
        1 as line,
        'header' as row_name,
        '{{ mistake }}' as mistake
    union all
    {%- endfor %}
    {%- for column in file.columns.values() if column.name in existing %}
    select
        '{{ name }}.csv' as file,
        line,
        row_name,
        '{{ column.name }}: ' || {{ cell_mistake(column) }} as mistake
    from {{ name }}
    union all
    {%- endfor %}
    {%- endif %}
    {%- endfor %}
    select
        null as file,
        null as line,
        null as row_name,
        null as mistake

)

select
    cast(file as {{ dbt.type_string() }}) as file,
    cast(line as {{ dbt.type_int() }}) as line,
    cast(row_name as {{ dbt.type_string() }}) as row_name,
    cast(mistake as {{ dbt.type_string() }}) as mistake
from problems
where mistake is not null
