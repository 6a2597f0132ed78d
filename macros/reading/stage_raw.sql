{#-
    SQL of a staging model: every row of a raw table, typed, with what is wrong with it and whether it stands.

    table: the raw table, declared in _raw_tables__sources_and_models.yml (columns, `data_type`, and in `meta`: `required`, `values`,
        `minimum`, `maximum`, `or_else`, `decisive`; the table's `meta.key` names the columns that identify a record).
    reject_if: further reasons to reject a row, as a dict from reason to a condition on the typed columns.
    keep_raw_if: a condition under which the raw record is kept of rows with no problem too.
    with_fingerprint: whether each row tells which raw row it was made of, for whoever reads further columns of that.

    Gives all declared columns, and
        unread_<column>: of a category, the text that is none of its values, else null
        record_key: the key's raw text, joined by '|', where there are problems, else null
        problems: '|severity:reason' for each thing wrong, or ''
        record_status: rejected | superseded | deleted | standing
        raw_record: the row as JSON text where there are problems, else null
        fingerprint: of the raw row, if asked for.
-#}
{% macro stage_raw(table, reject_if={}, keep_raw_if=none, with_fingerprint=false) %}
with

{{ read_raw(table, reject_if, keep_raw_if) }},

{{ number_versions(table, "read_rows", with_fingerprint=with_fingerprint) }}

{{ select_staged(table) }}
{%- if is_collected() %},
    record_source
{%- endif %}
{%- if with_fingerprint %},
    {{ fingerprint("raw_row") }} as fingerprint
{%- endif %}
from versioned
{% endmacro %}


{#- CTEs up to `versioned`: rows that were read, of each record the version that stands first; rejected rows are no versions. Of
    tables that are `as_known`, what was written after as_of is not known yet: of a record that has nothing else the earliest. -#}
{% macro number_versions(table, read_rows, stored_version=none, with_fingerprint=false) %}
{%- set declared = raw_source(table) -%}
{%- set is_dated, is_loaded = "updated_at" in declared.columns, "loaded_at" in declared.columns -%}
{%- set has_deletes = is_dated and is_loaded and "is_deleted" in declared.columns -%}
{%- if is_dated %}
dated as (

    select
        *,
        {%- if has_deletes %}
        is_deleted and ({{ believable_updated_at(declared) }}) is null as is_undated_delete,
        -- a delete that does not tell was written when it was loaded
        coalesce({{ believable_updated_at(declared) }}, case when is_deleted then loaded_at end) as written_at
        {%- else %}
        {{ believable_updated_at(declared) }} as written_at
        {%- endif %}
    from {{ read_rows }}

),
{%- endif %}

versioned as (

    select
        *,
        row_number() over (
            partition by is_rejected, {{ record_key(declared) }}
            order by
                {%- if is_dated and declared.meta.as_known %}
                case when written_at > {{ as_of() }} then written_at end asc nulls first,
                {%- endif %}
                {%- if is_dated %}
                written_at desc nulls last,
                {%- endif %}
                {%- if is_loaded %}
                loaded_at desc nulls last,
                {%- endif %}
                {%- if has_deletes %}
                case when is_undated_delete then 1 else 2 end asc,
                {%- endif %}
                {%- if stored_version %}
                {{ stored_version }} asc,
                {%- endif %}
                row_hash desc
                {%- if with_fingerprint %},
                {{ fingerprint("raw_row") }} desc
                {%- endif %}
        ) as version_number
    from {{ "dated" if is_dated else read_rows }}

)
{%- endmacro %}


{#- SQL: `updated_at`, null where it lies more than a day after the row was loaded: such a version would win for ever. -#}
{% macro believable_updated_at(declared) -%}
    {{ "case when not " ~ is_written_after_loading() ~ " then updated_at end" if "loaded_at" in declared.columns else "updated_at" }}
{%- endmacro %}

{% macro is_written_after_loading() -%}
    coalesce(updated_at > {{ dbt.dateadd("day", 1, "loaded_at") | trim }}, false)
{%- endmacro %}


{#- SQL: the columns that identify a record, as they are compared. -#}
{% macro record_key(declared) -%}
    {%- for name in declared.meta.key -%}
    {{ "lower(" ~ name ~ ")" if declared.columns[name].data_type == "name" else name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- SQL: the columns that identify a record as one text, as they were read. -#}
{% macro record_key_as_text(table, alias) -%}
    {%- for name in raw_source(table).meta.key -%}
    coalesce(cast({{ alias }}.{{ name }} as {{ dbt.type_string() }}), ''){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- The select list of a staging model. -#}
{% macro select_staged(table, version_number="version_number") %}
{%- set declared = raw_source(table) -%}
select
    {%- for column in declared.columns.values() %}
    {%- if column.data_type == "boolean" %}
    coalesce({{ column.name }}, {{ "true" if column.meta.default else "false" }}) as {{ column.name }},
    {%- elif column.name == "updated_at" %}
    {{ believable_updated_at(declared) }} as updated_at,
    {%- else %}
    {{ column.name }},
    {%- endif %}
    {%- endfor %}
    {%- for column in declared.columns.values() if column.data_type == "category" and column.meta.get("values") %}
    case when {{ column.name }} is null then cast(raw_{{ column.name }} as {{ dbt.type_string() }}) end as unread_{{ column.name }},
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
