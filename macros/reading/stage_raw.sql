{#-
    SQL of a staging model: every row of a raw table, typed, with what is wrong with it and whether it stands.

    table: the raw table, declared in _raw__sources_and_models.yml (columns, `data_type`, and in `meta`: `required`, `values`,
        `minimum`, `maximum`, `or_else`; the table's `meta.key` names the columns that identify a record).
    reject_if: further reasons to reject a row, as a dict from reason to a condition on the typed columns.
    keep_raw_if: a condition under which the raw record is kept of rows with no problem too.

    Gives all declared columns, and
        record_key: the key's raw text, joined by '|'
        record_status: rejected | superseded | deleted | standing
        problems: '|severity:reason' for each thing wrong, or ''
        raw_record: the row as JSON text where there are problems, else null.
-#}
{% macro stage_raw(table, reject_if={}, keep_raw_if=none) %}
{%- set relation = source("raw", table) -%}
{%- set declared = raw_source(table) if execute else {"columns": {}, "meta": {"key": []}} -%}
{%- set columns = declared.columns.values() | list -%}
{%- set existing = none -%}
{%- if execute -%}
    {%- set existing = {} if relation.is_cte else existing_columns(relation) -%}
{%- endif -%}
with

raw_rows as (

    select * from {{ raw_relation(table) }} as raw_table

),

trimmed as (

    select
        {%- for column in columns %}
        {%- set found = (existing or {}).get(column.name) %}
        {%- if relation.is_cte %}
        {{ trim_text(column.name) }} as raw_{{ column.name }},
        {%- elif found is none %}
        cast(null as {{ dbt.type_string() }}) as raw_{{ column.name }},
        {%- elif arrival_type(found.dtype) == "text" %}
        {{ trim_text("cast(" ~ adapter.quote(found.name) ~ " as " ~ dbt.type_string() ~ ")") }} as raw_{{ column.name }},
        {%- else %}
        {{ adapter.quote(found.name) }} as raw_{{ column.name }},
        {%- endif %}
        {%- endfor %}
        {{ row_as_json("raw_rows", (existing or {}).values() | list) }} as raw_record
    from raw_rows

),

typed as (

    select
        *
        {%- for column in columns %},
        {{ read_column(column, "text" if relation.is_cte or column.name not in (existing or {}) else arrival_type(existing[column.name].dtype)) }} as {{ column.name }}
        {%- endfor %}
    from trimmed

),

checked as (

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
    from typed

),

versioned as (

    select
        *,
        problems like '%|record:%' as is_rejected,
        row_number() over (
            partition by
                problems like '%|record:%'
                {%- for name in declared.meta.key %},
                {{ "lower(" ~ name ~ ")" if declared.columns[name].data_type == "name" else name }}
                {%- endfor %}
            order by
                {% if "updated_at" in declared.columns %}updated_at desc nulls last,{% endif %}
                {% if "loaded_at" in declared.columns %}loaded_at desc nulls last,{% endif %}
                {{ row_hash(columns) }} desc
        ) as version_number
    from checked

)

select
    {%- for column in columns %}
    {{ "coalesce(" ~ column.name ~ ", false) as " ~ column.name if column.data_type == "boolean" else column.name }},
    {%- endfor %}
    record_key,
    problems,
    case
        when is_rejected then 'rejected'
        when version_number > 1 then 'superseded'
        {%- if "is_deleted" in declared.columns %}
        when is_deleted then 'deleted'
        {%- endif %}
        else 'standing'
    end as record_status,
    case when problems <> ''{{ " or " ~ keep_raw_if if keep_raw_if }} then raw_record end as raw_record
from versioned
{% endmacro %}


{#- SQL: a raw table to select from, empty if there is none. -#}
{% macro raw_relation(table) -%}
    {%- set relation = source("raw", table) -%}
    {#- edges alone: nothing is read before the rule files are found in order, and before the demo is loaded -#}
    {%- if not execute -%}
        {%- do ref("rules_checked") -%}
        {%- if is_demo() -%} {%- do ref("demo_" ~ table) -%} {%- endif -%}
    {%- endif -%}
    {%- if not execute or relation.is_cte or load_relation(relation) is not none -%} {{ relation }}
    {%- else -%} (select 1 as no_such_table where 1 = 0)
    {%- endif -%}
{%- endmacro %}


{#- SQL: a column as its declared type, null where it cannot be read as such. -#}
{% macro read_column(column, arrival) %}
    {%- set raw = "raw_" ~ column.name -%}
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
