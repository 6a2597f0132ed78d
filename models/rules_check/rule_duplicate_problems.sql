-- Rows of a rule file that stand there already.
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

),

numbered as (

    select
        *,
        min(line) over (partition by file, row_key) as first_line
    from keys
    -- a file without its key columns is told so by its header
    where row_name <> ''

)

select
    file,
    line,
    row_name,
    'stands on line ' || cast(first_line as {{ dbt.type_string() }}) || ' already: delete one of the two' as mistake
from numbered
where line > first_line
