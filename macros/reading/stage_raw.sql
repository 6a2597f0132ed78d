{#-
    SQL of a staging model: every row of a raw table, typed, with what is wrong with it and whether it stands.

    table: the raw table, declared in _raw__sources_and_models.yml (columns, `data_type`, and in `meta`: `required`, `values`,
        `minimum`, `maximum`, `or_else`; the table's `meta.key` names the columns that identify a record).
    reject_if: further reasons to reject a row, as a dict from reason to a condition on the typed columns.
    keep_raw_if: a condition under which the raw record is kept of rows with no problem too.

    Gives all declared columns, and
        record_key: the key's raw text, joined by '|'
        problems: '|severity:reason' for each thing wrong, or ''
        record_status: rejected | superseded | deleted | standing
        raw_record: the row as JSON text where there are problems, else null.
-#}
{% macro stage_raw(table, reject_if={}, keep_raw_if=none) %}
with

{{ read_raw(table, reject_if, keep_raw_if) }},

{{ number_versions(table, "read_rows") }}

{{ select_staged(table) }}
from versioned
{% endmacro %}


{#-
    SQL of a staging model of which only what was loaded since the last build is read: incremental by day of `loaded_at`.

    loads: the model with a row per day of loading, `loaded_on` and whether it has to be read (`is_stale`).

    Where nothing is stored, versions are compared of those keys only that several rows have. Otherwise rows of other
    days are taken as they were stored, if a version of theirs was read or is gone: which version stands may change.
    Gives what `stage_raw` gives, and `version_number` (1 stands; rejected rows have none) and `reading` (how the row was read).
-#}
{% macro stage_raw_by_load(table, loads, reject_if={}) %}
{%- set declared = declaration_of(table) -%}
{%- set key = declared.meta.key[0] -%}
{%- set stored = stored_relation(model.name) -%}
with

{% if stored %}
{{ versions_since(table, loads, stored, reject_if, key) }},

{{ number_versions(table, "versions", "stored_version") }}
{%- else %}
{%- set raw_key = "coalesce(" ~ read_raw_cell(table, key) ~ ", '')" %}
repeated as (

    select {{ raw_key }} as raw_key from {{ raw_relation(table) }} as raw_table
    group by {{ raw_key }}
    having count(*) > 1

),

{{ read_raw(table, reject_if, only_if=raw_key ~ " not in (select raw_key from repeated)", name="single_") }},

{{ read_raw(table, reject_if, only_if=raw_key ~ " in (select raw_key from repeated)") }},

{{ number_versions(table, "read_rows") }}
{%- endif %}

{%- for rows in (["versioned"] if stored else ["single_read_rows", "versioned"]) %}
{%- set version_number = "1" if rows == "single_read_rows" else "version_number" %}

{{ select_staged(table, version_number) }},
    cast(case when not is_rejected then {{ version_number }} end as {{ dbt.type_int() }}) as version_number,
    '{{ reading_of(table, reject_if) }}' as reading
from {{ rows }}
{{ "union all" if not loop.last }}
{%- endfor %}
{% endmacro %}


{#- CTEs up to `versions`: what was loaded on days that have to be read, and other versions of the same records as stored. -#}
{% macro versions_since(table, loads, stored, reject_if, key) %}
{%- set columns = declaration_of(table).columns -%}
{%- set is_stale = "in (select loaded_on from stale_loads)" -%}
stale_loads as (

    select loaded_on from {{ loads }}
    where is_stale

),

{{ read_raw(table, reject_if, only_if=loaded_on_days(table, is_stale)) }},

affected as (

    select {{ key }} from read_rows
    where not is_rejected
    union
    select {{ key }} from {{ stored }}
    where record_status <> 'rejected' and (loaded_at is null or cast(loaded_at as date) {{ is_stale }})

),

versions as (

    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        record_key,
        problems,
        is_rejected,
        raw_record,
        row_hash,
        0 as stored_version
    from read_rows
    union all
    select
        {%- for column in columns %}
        stored.{{ column }},
        {%- endfor %}
        stored.record_key,
        stored.problems,
        false as is_rejected,
        stored.raw_record,
        '' as row_hash,
        stored.version_number as stored_version
    from {{ stored }} as stored
    where stored.record_status <> 'rejected'
        and stored.{{ key }} in (select affected.{{ key }} from affected)
        and stored.loaded_at is not null
        and cast(stored.loaded_at as date) not {{ is_stale }}

)
{%- endmacro %}


{#- What tells how the rows of a table were read: another text if the columns that it has, their types, their
    declaration or the SQL that reads them are others. -#}
{% macro reading_of(table, reject_if={}) -%}
    {{ return(local_md5(read_raw(table, reject_if)) if execute else "") }}
{%- endmacro %}


{#- SQL: a condition on cells of a raw table, as it is read: the day of loading is none or `of_days`. -#}
{% macro loaded_on_days(table, of_days) -%}
    {%- set loaded_at = read_raw_cell(table, "loaded_at") -%}
    ({{ loaded_at }} is null or cast({{ loaded_at }} as date) {{ of_days }})
{%- endmacro %}


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


{#- A CTE `versioned`: rows that were read, of each record the version that stands first; rejected rows are not versions. -#}
{% macro number_versions(table, read_rows, stored_version=none) %}
{%- set declared = declaration_of(table) -%}
versioned as (

    select
        *,
        row_number() over (
            partition by is_rejected, {{ record_key(declared) }}
            order by
                {% if "updated_at" in declared.columns %}updated_at desc nulls last,{% endif %}
                {% if "loaded_at" in declared.columns %}loaded_at desc nulls last,{% endif %}
                {% if stored_version %}{{ stored_version }},{% endif %}
                row_hash desc
        ) as version_number
    from {{ read_rows }}

)
{%- endmacro %}


{#- SQL: the columns that identify a record, as they are compared. -#}
{% macro record_key(declared) -%}
    {%- for name in declared.meta.key -%}
    {{ "lower(" ~ name ~ ")" if name and declared.columns[name].data_type == "name" else name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- The select list of a staging model. -#}
{% macro select_staged(table, version_number="version_number") %}
{%- set declared = declaration_of(table) -%}
select
    {%- for column in declared.columns.values() %}
    {{ "coalesce(" ~ column.name ~ ", false) as " ~ column.name if column.data_type == "boolean" else column.name }},
    {%- endfor %}
    record_key,
    problems,
    case
        when is_rejected then 'rejected'
        {%- if version_number != "1" %}
        when {{ version_number }} > 1 then 'superseded'
        {%- endif %}
        {%- if "is_deleted" in declared.columns %}
        when is_deleted then 'deleted'
        {%- endif %}
        else 'standing'
    end as record_status,
    raw_record
{%- endmacro %}


{#- SQL: a cell of a raw table, typed, in one expression. -#}
{% macro read_raw_cell(table, name) -%}
    {%- set column = declaration_of(table).columns.get(name) -%}
    {%- set relation, existing = source("raw", table), columns_of_raw(table) -%}
    {{ read_column(column, arrival_of(column, relation, existing), raw_cell(column, relation, existing)) if column else "null" }}
{%- endmacro %}


{#- What is declared of a raw table; nothing while the project is parsed. -#}
{% macro declaration_of(table) %}
    {{ return(raw_source(table) if execute else {"columns": {}, "meta": {"key": [""]}}) }}
{% endmacro %}


{#- The columns that a raw table has; none while the project is parsed, in unit tests, and if there is no table. -#}
{% macro columns_of_raw(table) %}
    {%- set relation = source("raw", table) -%}
    {%- if not execute or relation.is_cte -%} {{ return({}) }} {%- endif -%}
    {{ return(existing_columns(relation) or {}) }}
{% endmacro %}


{#- How a column of a raw table arrives; an absent one and those of unit tests as text. -#}
{% macro arrival_of(column, relation, existing) -%}
    {%- if relation.is_cte or column.name not in (existing or {}) -%} {{ return("text") }} {%- endif -%}
    {{ return(arrival_type(existing[column.name].dtype)) }}
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
