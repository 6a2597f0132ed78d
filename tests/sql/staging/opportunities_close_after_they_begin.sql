{{ config(severity="warn") }}
-- An opportunity that was closed before it was created has one date wrong, and outcomes are counted by them.
select
    opportunity_id,
    created_at,
    closed_at
from {{ ref("stg_raw_tables__opportunities") }}
where record_status = 'standing' and closed_at < created_at
