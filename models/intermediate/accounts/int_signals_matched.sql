{#- a view: each reader takes its few columns and days, which costs less than to write all signals again in each build -#}
{{ config(materialized="view") }}
{{ match_signals(ref("stg_raw_tables__signals")) }}
where signals.record_status = 'standing'
