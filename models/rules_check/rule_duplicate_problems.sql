-- Rows of a rule file that stand there twice.
with

keys as (

    {%- for name in rule_files() %}
    select
        '{{ name }}.csv' as file,
        line,
        row_name,
        {{ rule_row_key(name) }} as row_key
    from {{ ref("stg_rules__" ~ name) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select
    file,
    max(line) as line,
    min(row_name) as row_name,
    'stands on line ' || cast(min(line) as {{ dbt.type_string() }}) || ' already: delete one of the two' as mistake
from keys
-- a file without its key columns is told so by its header
where row_name <> ''
group by
    file,
    row_key
having count(*) > 1
