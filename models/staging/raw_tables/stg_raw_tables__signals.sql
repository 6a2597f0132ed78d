{{ config(
    materialized="incremental",
    incremental_strategy="replace_loads",
    unique_key="signal_id",
    on_schema_change="sync_all_columns",
    meta={"loads": "stg_raw_tables__signal_loads"}
) }}
{{ stage_raw_by_load("signals", ref("stg_raw_tables__signal_loads"), signal_rejections()) }}
