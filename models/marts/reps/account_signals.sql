{#- a view: what an account's signals count is kept once -#}
{{ config(materialized="view") }}
select
    account_id,
    signal_type,
    last_occurred_at,
    signals_7d,
    signals_30d,
    {{ published_number("decayed_points") }} as decayed_points,
    {{ published_number("decayed_points_7d_ago") }} as decayed_points_7d_ago
from {{ ref("int_account_signal_types") }}
