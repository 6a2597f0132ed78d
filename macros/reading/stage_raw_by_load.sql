{#-
    SQL of a staging model of which only what was loaded since the last build is read: incremental by day of `loaded_at`.

    loads: the model with a row per day of loading, `loaded_on` and whether it has to be read (`is_stale`).

    Where nothing is stored, versions are compared of those keys only that several rows have. Otherwise rows of other
    days are taken as they were stored, if a version of theirs was read or is gone: which version stands may change.
    Gives what `stage_raw` gives, and `version_number` (1 stands; rejected rows have none), `reading` (how the row was read) and
    `fingerprint` (what was read).
-#}
{% macro stage_raw_by_load(table, loads, reject_if={}) %}
{%- set key = raw_source(table).meta.key | first -%}
{%- set stored = stored_relation(model.name) -%}
{%- set reading = reading_of(table, reject_if) -%}
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

{{ read_raw(table, reject_if, is_repeated=raw_key ~ " in (select raw_key from repeated)") }},

repeated_rows as (

    select * from read_rows
    where is_repeated

),

{{ number_versions(table, "repeated_rows") }}
{%- endif %}

{%- for rows in (["versioned"] if stored else ["read_rows", "versioned"]) %}
{%- set version_number = "1" if rows == "read_rows" else "version_number" %}

{{ select_staged(table, version_number) }},
    cast(case when not is_rejected then {{ version_number }} end as {{ dbt.type_int() }}) as version_number,
    '{{ reading }}' as reading,
    {{ "fingerprint" if stored else fingerprint("raw_row") }} as fingerprint
from {{ rows }}
{%- if rows == "read_rows" %}
where not is_repeated
union all
{%- endif %}
{%- endfor %}
{% endmacro %}


{#- CTEs up to `versions`: what was loaded on days that have to be read, and other versions of the same records as stored. -#}
{% macro versions_since(table, loads, stored, reject_if, key) %}
{%- set columns = raw_source(table).columns -%}
{%- set stale_days = "select loaded_on from stale_loads" -%}
stale_loads as (

    select loaded_on from {{ loads }}
    where is_stale

),

{{ read_raw(table, reject_if, only_if=is_loaded_on(read_raw_cell(table, "loaded_at"), stale_days)) }},

affected as (

    select {{ key }} from read_rows
    where not is_rejected
    union
    select {{ key }} from {{ stored }}
    where record_status <> 'rejected' and {{ is_loaded_on("loaded_at", stale_days) }}

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
        {{ fingerprint("raw_row") }} as fingerprint,
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
        stored.fingerprint,
        stored.version_number as stored_version
    from {{ stored }} as stored
    where stored.record_status <> 'rejected'
        and stored.{{ key }} in (select affected.{{ key }} from affected)
        and stored.loaded_at is not null
        and cast(stored.loaded_at as date) not in ({{ stale_days }})

)
{%- endmacro %}


{#- SQL: whether a row was loaded on one of some days (a query), or on none. -#}
{% macro is_loaded_on(loaded_at, days) -%}
    ({{ loaded_at }} is null or cast({{ loaded_at }} as date) in ({{ days }}))
{%- endmacro %}


{#- What tells how the rows of a table were read: another text if the columns that it has, their names, order and types, their
    declaration or the SQL that reads them are others. -#}
{% macro reading_of(table, reject_if={}) -%}
    {%- set columns = [] -%}
    {%- for name, column in columns_of_raw(table).items() -%}
        {%- do columns.append([name, column.name, column.dtype]) -%}
    {%- endfor -%}
    {{ return(local_md5(read_raw(table, reject_if) ~ columns)[:8]) }}
{%- endmacro %}


{#-
    An incremental strategy: rows of the days of loading that were read again are replaced, and so are the versions of
    each record that any of them is a version of. `unique_key` names the column that identifies a record, `meta.loads` the
    model with a row per day of loading, `loaded_on` and `is_stale`. Rows without `loaded_at` are read in every
    build, rows without `fingerprint` are of a version of this project that did so with all.
-#}
{% macro get_incremental_replace_loads_sql(arguments) %}
    {%- set columns = arguments["dest_columns"] | map(attribute="quoted") | join(", ") -%}
    {{ take_turns(arguments["target_relation"]) }}
    {{ delete_loads(arguments["target_relation"], arguments["temp_relation"], arguments["unique_key"]) }};
    insert into {{ arguments["target_relation"] }} ({{ columns }})
    select {{ columns }} from {{ arguments["temp_relation"] }};
{% endmacro %}


{#- The first half of it: what is stored and replaced by rows that were read. -#}
{% macro delete_loads(stored, read_rows, key) -%}
    delete from {{ stored }}
    where {{ is_loaded_on("loaded_at", "select loaded_on from " ~ ref(config.get("meta").loads) ~ " where is_stale") }}
        or fingerprint is null
        or (
            record_status <> 'rejected'
            and {{ key }} in (select {{ key }} from {{ read_rows }} where record_status <> 'rejected')
        )
{%- endmacro %}


{#- Reasons to reject a signal other than cells that are missing or cannot be read. -#}
{% macro signal_rejections() %}
    {{ return({
        "missing_account_id": "coalesce(account_id, contact_id, email, domain) is null",
        "unknown_signal_type":
            "not " ~ is_one_of("signal_type", "signal_type", ref("stg_rules__signal_types")),
        "occurred_in_future": "occurred_at > " ~ dbt.dateadd("day", 1, "loaded_at"),
    }) }}
{% endmacro %}
