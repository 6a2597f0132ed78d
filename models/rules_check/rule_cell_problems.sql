{%- set shown = "'\"' || substring(cell, 1, 60) || '\"'" -%}
-- What is wrong with single cells of the rule files, and with their headers.
with

{% for name in rule_files() -%}
{{ name }} as (

    select
        *,
        {{ rule_row_name(name) }} as row_name
    from ({{ rule_rows(name) }}) as rule_rows

),

{% endfor -%}
-- each cell as it stands there, and what its column declares
cells as (

    {%- for name in rule_files() %}
    {%- if execute %}
    {%- set existing = rule_file_columns(name) %}
    {%- for column in rule_file(name).columns.values() if column.name in existing %}
    select
        '{{ name }}.csv' as file,
        line,
        row_name,
        '{{ column.name }}' as column_name,
        {{ rule_cell(column.name) }} as cell,
        '{{ column.data_type }}' as data_type,
        {{ column.meta.required | default(false) | lower }} as is_required,
        {{ text_literal(column.meta["values"] | join(", ")) if column.meta.get("values") else "null" }} as accepted,
        {{ text_literal(column.meta.above | string) if column.meta.above is defined else "null" }} as above,
        {{ text_literal(column.meta.minimum | string) if column.meta.minimum is defined else "null" }} as minimum,
        {{ text_literal(column.meta.maximum | string) if column.meta.maximum is defined else "null" }} as maximum
    from {{ name }}
    union all
    {%- endfor %}
    {%- endif %}
    {%- endfor %}
    {#- no cell, after the last `union all` #}
    select
        null as file,
        null as line,
        null as row_name,
        null as column_name,
        null as cell,
        null as data_type,
        false as is_required,
        null as accepted,
        null as above,
        null as minimum,
        null as maximum
    where 1 = 0

),

trimmed as (

    select
        *,
        {{ trim_text("cell") }} as cell_text,
        case when data_type in ('number', 'integer') then {{ trim_text("cell") }} end as number_text
    from cells

),

-- as it is read, and numbers beyond what is read, too
read_cells as (

    select
        *,
        case data_type
            when 'text' then {{ read_rule("text", "cell") }}
            when 'category' then {{ read_rule("category", "cell") }}
        end as word,
        {{ read_rule("number", "number_text") }} as number_read,
        {{ parse_number("number_text") }} as number_written
    from trimmed

),

mistakes as (

    select
        file,
        line,
        row_name,
        column_name || ': ' || case
            when cell_text is null then case when is_required then 'must not be blank' end
            when length(cell) > {{ most_characters() }}
                then cast(length(cell) as {{ dbt.type_string() }}) || ' characters are more than {{ most_characters() }}'
            when data_type = 'number' and number_written is null
                then {{ shown }} || ' is not a number (write 0.5, not 0,5; no currency, no %)'
            when data_type = 'integer' and (number_written is null or floor(number_written) <> number_written)
                then {{ shown }} || ' is not a whole number'
            when data_type = 'boolean' and {{ parse_boolean("cell_text") }} is null
                then {{ shown }} || ' is not true or false'
            when data_type = 'date' and {{ parse_timestamp("cell_text") }} is null
                then {{ shown }} || ' is not a date such as 2026-01-31'
            when accepted is not null and (word like '%,%' or {{ dbt.position("', ' || word || ', '", "', ' || accepted || ', '") }} = 0)
                then {{ shown }} || ' is not one of ' || accepted
            {%- for limit, comparison, words in [
                ("above", "<=", "must be greater than"), ("minimum", "<", "is below"), ("maximum", ">", "is above")
            ] %}
            when number_written {{ comparison }} cast({{ limit }} as {{ type_double() }}) then {{ shown }} || ' {{ words }} ' || {{ limit }}
            {%- endfor %}
            when data_type = 'number' and abs(number_read / nullif(number_written, 0) - 1) > 0.000001
                then {{ shown }} || ' has more than the ten decimals that count'
        end as mistake
    from read_cells

    {%- for name in rule_files() if execute %}
    {%- for mistake in header_mistakes(rule_file(name), rule_file_columns(name)) %}
    union all
    select
        '{{ name }}.csv' as file,
        1 as line,
        'header' as row_name,
        '{{ mistake }}' as mistake
    {%- endfor %}
    {%- endfor %}

)

select
    cast(file as {{ dbt.type_string() }}) as file,
    cast(line as {{ dbt.type_int() }}) as line,
    cast(row_name as {{ dbt.type_string() }}) as row_name,
    cast(mistake as {{ dbt.type_string() }}) as mistake
from mistakes
where mistake is not null
