{#- CTEs that read a raw table: `read_rows`, each raw row (of those that hold `only_if`) with its typed columns, `record_key`,
    `problems`, `is_rejected`, `raw_record` (of rows with problems, or for which `keep_raw_if` holds) and `row_hash` (of
    rows whose key others have). `name` is put before the names of the CTEs. -#}
{% macro read_raw(table, reject_if={}, keep_raw_if=none, only_if=none, name="") %}
{%- set relation = source("raw", table) -%}
{%- set declared = declaration_of(table) -%}
{%- set columns = declared.columns.values() | list -%}
{%- set existing = columns_of_raw(table) -%}
{{ name }}raw_rows as (

    select * from {{ raw_relation(table) }} as raw_table
    {%- if only_if %}
    where {{ only_if }}
    {%- endif %}

),

{{ name }}trimmed as (

    select
        {%- for column in columns %}
        {{ raw_cell(column, relation, existing) }} as raw_{{ column.name }},
        {%- endfor %}
        {{ name }}raw_rows as raw_row
    from {{ name }}raw_rows

),

{{ name }}typed as (

    select
        *
        {%- for column in columns %},
        {{ read_column(column, arrival_of(column, relation, existing)) }} as {{ column.name }}
        {%- endfor %}
    from {{ name }}trimmed

),

{{ name }}checked as (

    select
        *,
        ''
        {%- for column in columns if column.data_type != "text" %}
        || case when raw_{{ column.name }} is not null and {{ column.name }} is null
            then '|{{ "record" if column.meta.required else "value" }}:invalid_{{ column.name }}' else '' end
        {%- endfor %}
        {%- for column in columns if column.meta.required and not column.meta.or_else %}
        || case when raw_{{ column.name }} is null then '|record:missing_{{ column.name }}' else '' end
        {%- endfor %}
        {%- for reason, condition in reject_if.items() %}
        || case when {{ condition }} then '|record:{{ reason }}' else '' end
        {%- endfor %} as problems,
        {%- for name in declared.meta.key %}
        coalesce(cast(raw_{{ name }} as {{ dbt.type_string() }}), ''){{ " || '|' ||" if not loop.last }}
        {%- endfor %} as record_key
    from {{ name }}typed

),

{{ name }}compared as (

    select
        *,
        problems like '%|record:%' as is_rejected
        {%- if name != "single_" %},
        count(*) over (partition by problems like '%|record:%', {{ record_key(declared) }}) as rows_of_record
        {%- endif %}
    from {{ name }}checked

),

-- cases, so that text is made of those rows only that need it
{{ name }}read_rows as (

    select
        *,
        case when problems <> ''{{ " or " ~ keep_raw_if if keep_raw_if }}
            then {{ row_as_json("raw_row", (existing or {}).values() | list) }} end as raw_record,
        {{ "''" if name == "single_" else "case when rows_of_record > 1 then " ~ row_hash(columns) ~ " end" }} as row_hash
    from {{ name }}compared

)
{%- endmacro %}


{#- SQL: a hash of a row as it was read, that breaks ties between versions in the same way whatever the order of rows and
    the types they arrived in. -#}
{% macro row_hash(columns) -%}
    {%- set text = dbt.type_string() -%}
    md5(''
        {%- for column in columns %}
        {%- set cell = "coalesce(cast(" ~ column.name ~ " as " ~ text ~ "), cast(raw_" ~ column.name ~ " as " ~ text ~ "), '')" %}
        || '|' || replace(replace({{ cell }}, '~', '~0'), '|', '~1') {#- a bar in a cell separates nothing #}
        {%- endfor %}
    )
{%- endmacro %}


{#- SQL: a cell of a raw table, typed, in one expression. -#}
{% macro read_raw_cell(table, name) -%}
    {%- set column = declaration_of(table).columns.get(name) -%}
    {%- set relation, existing = source("raw", table), columns_of_raw(table) -%}
    {{ read_column(column, arrival_of(column, relation, existing), raw_cell(column, relation, existing)) if column else "null" }}
{%- endmacro %}


{#- SQL: a cell of a raw table: text trimmed, other types as they are, null where there is no such column. -#}
{% macro raw_cell(column, relation, existing) -%}
    {%- set found = (existing or {}).get(column.name) -%}
    {%- if relation.is_cte -%} {{ trim_text(column.name) }}
    {%- elif found is none -%} cast(null as {{ dbt.type_string() }})
    {%- elif arrival_type(found.dtype) == "text" -%}
        {{ trim_clean_text("cast(" ~ adapter.quote(found.name) ~ " as " ~ dbt.type_string() ~ ")") }}
    {%- else -%} {{ adapter.quote(found.name) }}
    {%- endif -%}
{%- endmacro %}


{#- SQL: a column as its declared type, null where it cannot be read as such. -#}
{% macro read_column(column, arrival, raw=none) %}
    {%- set raw = raw or "raw_" ~ column.name -%}
    {%- set as_text = "cast(" ~ raw ~ " as " ~ dbt.type_string() ~ ")" -%}
    {%- set type = column.data_type -%}
    {%- if type in ["text", "name"] -%} {{ as_text }}
    {%- elif type == "category" -%}
        {%- if column.meta.get("values") -%}
    case when lower({{ as_text }}) in ('{{ column.meta["values"] | join("', '") }}') then lower({{ as_text }}) end
        {%- else -%} lower({{ as_text }}) {%- endif -%}
    {%- elif type == "boolean" -%}
        {{ raw if arrival == "boolean" else "case cast(" ~ raw ~ " as " ~ type_double() ~ ") when 1 then true when 0 then false end" if arrival in ["floating", "number"] else parse_boolean(as_text) }}
    {%- elif type in ["number", "integer"] -%}
        {%- if arrival == "text" -%} {%- set number = parse_number(raw) -%}
        {%- elif arrival == "boolean" -%} {%- set number = "cast(null as " ~ type_double() ~ ")" -%}
        {%- elif arrival in ["number", "floating"] -%} {%- set number = finite_number("cast(" ~ raw ~ " as " ~ type_double() ~ ")") -%}
        {%- else -%} {%- set number = "cast(null as " ~ type_double() ~ ")" -%}
        {%- endif -%}
        {%- set limits = [] -%}
        {%- if column.meta.minimum is defined -%} {%- do limits.append(number ~ " >= " ~ column.meta.minimum) -%} {%- endif -%}
        {%- if column.meta.maximum is defined -%} {%- do limits.append(number ~ " <= " ~ column.meta.maximum) -%} {%- endif -%}
        {%- set in_range = limits | join(" and ") or "true" -%}
        {%- if type == "integer" -%}
    cast(case when {{ in_range }} and floor({{ number }}) = {{ number }} then {{ number }} end as {{ dbt.type_int() }})
        {%- else -%}
    case when {{ in_range }} then {{ number }} end
        {%- endif -%}
    {%- elif type in ["timestamp", "date"] -%}
        {%- if arrival == "text" -%} {%- set moment = parse_timestamp(raw) -%}
        {%- elif arrival == "timestamptz" -%} {%- set moment = to_utc(raw) -%}
        {%- elif arrival in ["timestamp", "date"] -%} {%- set moment = to_timestamp(raw) -%}
        {%- else -%} {%- set moment = "cast(null as timestamp)" -%}
        {%- endif -%}
        {{ moment if type == "timestamp" else "cast(" ~ moment ~ " as date)" }}
    {%- endif -%}
{% endmacro %}


{#- How a column of a raw table arrives; an absent one and those of unit tests as text. -#}
{% macro arrival_of(column, relation, existing) -%}
    {%- if relation.is_cte or column.name not in (existing or {}) -%} {{ return("text") }} {%- endif -%}
    {{ return(arrival_type(existing[column.name].dtype)) }}
{%- endmacro %}
