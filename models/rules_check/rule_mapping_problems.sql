-- What is wrong with single lines of the files that say how raw rows are read, given what the columns of the raw tables hold.
with

-- columns that can be given a value
columns as (

    {%- for column in mappable_columns() %}
    select
        '{{ column[0] }}' as raw_table,
        '{{ column[1] }}' as column_name,
        '{{ column[2] }}' as data_type,
        '{{ column[3] }}' as known_values
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

made as (

    {%- for source, known in known_sources().items() %}
    {%- set of_source = loop %}
    {%- for table in known.makes %}
    select '{{ source }}' as source, '{{ table }}' as raw_table
    {{ "union all" if not (loop.last and of_source.last) }}
    {%- endfor %}
    {%- endfor %}

),

sources_known as (

    {%- for source, known in known_sources().items() %}
    select '{{ source }}' as source, '{{ known.makes | join(", ") }}' as made_tables
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

checked as (

    select
        mappings.line,
        mappings.row_name,
        case
            when columns.column_name is null
                then
                'column: "' || mappings.column_name || '" is no column of ' || mappings.raw_table
                || ' that can be given a value; docs/raw-tables.md says what each raw table holds'
            when '|' || replace(mappings.pattern, ' ', '') || '|' like '%||%'
                then 'pattern: "' || mappings.pattern || '" has a blank alternative: take one | out'
            when mappings.value is null then null
            when columns.known_values <> '' and {{ is_none_of("lower(mappings.value)", "columns.known_values") }}
                then
                'value: "' || mappings.value || '" is unknown; ' || mappings.column_name || ' is one of '
                || replace(columns.known_values, '|', ', ')
            -- a line that only spells the type in words says nothing wrong where the type was taken out
            when mappings.raw_table = 'signals' and mappings.column_name = 'signal_type' and signal_types.signal_type is null
                and {{ dbt.position("'|' || lower(mappings.value) || '|'", "'|' || replace(mappings.pattern, ' ', '_') || '|'") }} = 0
                then 'value: "' || mappings.value || '" is unknown; it must be a row of signal_types.csv'
            when columns.data_type = 'boolean' and {{ parse_boolean("mappings.value") }} is null
                then 'value: "' || mappings.value || '" is not true or false, as ' || mappings.column_name || ' is'
            when columns.data_type in ('number', 'integer') and {{ parse_number("mappings.value") }} is null
                then 'value: "' || mappings.value || '" is not a number, as ' || mappings.column_name || ' is'
            when columns.data_type in ('date', 'timestamp') and {{ parse_timestamp("mappings.value") }} is null
                then 'value: "' || mappings.value || '" is not a date such as 2026-01-31, as ' || mappings.column_name || ' is'
        end as mistake
    from {{ ref("stg_rules__field_mappings") }} as mappings
    left join columns
        on mappings.raw_table = columns.raw_table
        and mappings.column_name = columns.column_name
    left join {{ ref("stg_rules__signal_types") }} as signal_types on lower(mappings.value) = signal_types.signal_type
    where mappings.column_name is not null
        and mappings.raw_table in (select known.raw_table from columns as known)

),

fields_checked as (

    select
        fields.line,
        fields.row_name,
        case
            when made.raw_table is null
                then 'raw_table: ' || fields.source || ' makes no rows of ' || fields.raw_table || ', but of ' || sources_known.made_tables
            when fields.raw_table <> 'accounts' and columns.column_name is null
                then
                'column: "' || fields.column_name || '" is no column of ' || fields.raw_table
                || ' that can be read from a field; docs/raw-tables.md says what each raw table holds'
        end as mistake
    from {{ ref("stg_rules__source_fields") }} as fields
    inner join sources_known on fields.source = sources_known.source
    left join made on fields.source = made.source and fields.raw_table = made.raw_table
    left join columns on fields.raw_table = columns.raw_table and fields.column_name = columns.column_name
    where fields.column_name is not null and fields.raw_table in (select known.raw_table from columns as known)

),

signals_checked as (

    select
        line,
        row_name,
        case
            when '|' || replace(event, ' ', '') || '|' like '%||%'
                then 'event: "' || event || '" has a blank alternative: take one | out'
            when '|' || replace(pattern, ' ', '') || '|' like '%||%'
                then 'pattern: "' || pattern || '" has a blank alternative: take one | out'
            when field is null and pattern is not null
                then 'field: must name what the pattern "' || pattern || '" is compared with'
            when field is not null and pattern is null
                then 'pattern: must say what the field "' || field || '" may hold; * is anything'
        end as mistake
    from {{ ref("stg_rules__signal_mappings") }}

)

{% for file, rows in {"field_mappings": "checked", "source_fields": "fields_checked", "signal_mappings": "signals_checked"}.items() -%}
select
    '{{ file }}.csv' as file,
    line,
    row_name,
    mistake
from {{ rows }}
where mistake is not null
{{ "union all" if not loop.last }}
{% endfor %}
