{#-
    SQL of a staging model: every row of a raw table, typed, with what is wrong with it and whether it stands.

    table: the raw table, declared in _raw__sources_and_models.yml (columns, `data_type`, and in `meta`: `required`, `values`,
        `minimum`, `maximum`, `or_else`, `decisive`; the table's `meta.key` names the columns that identify a record).
    reject_if: further reasons to reject a row, as a dict from reason to a condition on the typed columns.
    keep_raw_if: a condition under which the raw record is kept of rows with no problem too.

    Gives all declared columns, and
        record_key: the key's raw text, joined by '|', where there are problems, else null
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


{#- A CTE `versioned`: rows that were read, of each record the version that stands first; rejected rows are not versions. -#}
{% macro number_versions(table, read_rows, stored_version=none) %}
{%- set declared = raw_source(table) -%}
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
    {{ "lower(" ~ name ~ ")" if declared.columns[name].data_type == "name" else name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- The select list of a staging model. -#}
{% macro select_staged(table, version_number="version_number") %}
{%- set declared = raw_source(table) -%}
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
