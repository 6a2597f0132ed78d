-- What is wrong with single cells of the rule files, and with their headers.
with

problems as (

    {%- for name in rule_files() %}
    {%- set relation = ref(name) %}
    {%- if execute %}
    {%- set file = rule_file(name) %}
    {%- set existing = rule_file_columns(name) %}
    {%- set origin = rule_row_origin(name) %}
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
        {{ origin }},
        '{{ column.name }}: ' || {{ cell_mistake(column) }} as mistake
    from {{ relation }}
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
