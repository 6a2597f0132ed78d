{#-
    An incremental strategy: rows of the days of loading that were read again are replaced, and so are the versions of
    each record that any of them is a version of. `unique_key` names the column that identifies a record, `meta.loads` the
    model with a row per day of loading, `loaded_on` and `is_stale`. Rows without `loaded_at` are read in every
    build, rows without `reading` are of a version of this project that did so with all.
-#}
{% macro get_incremental_replace_loads_sql(arguments) %}
    {%- set key = arguments["unique_key"] -%}
    {%- set columns = arguments["dest_columns"] | map(attribute="quoted") | join(", ") -%}
    delete from {{ arguments["target_relation"] }}
    where loaded_at is null
        or reading is null
        or cast(loaded_at as date) in (select loaded_on from {{ ref(config.get("meta").loads) }} where is_stale)
        or (
            record_status <> 'rejected'
            and {{ key }} in (select {{ key }} from {{ arguments["temp_relation"] }} where record_status <> 'rejected')
        );
    insert into {{ arguments["target_relation"] }} ({{ columns }})
    select {{ columns }} from {{ arguments["temp_relation"] }};
{% endmacro %}


{#- Reasons to reject a signal other than cells that are missing or cannot be read. -#}
{% macro signal_rejections() %}
    {{ return({
        "missing_account_id": "account_id is null and domain is null",
        "unknown_signal_type":
            "signal_type not in (select known.signal_type from " ~ ref("stg_rules__signal_types") ~ " as known)",
        "occurred_in_future": "occurred_at > " ~ dbt.dateadd("day", 1, "loaded_at"),
    }) }}
{% endmacro %}
