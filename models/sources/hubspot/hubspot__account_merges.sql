{{ config(enabled=reads_source("hubspot")) }}
with

company as (

    {{ read_source("hubspot", ["company", "companies"], ["id", "hs_merged_object_ids"], makes="account_merges") | indent(4) }}

),

items as (

    {{ list_items("company", "hs_merged_object_ids") | indent(4) }}

)

select
    item as account_id,
    id as merged_into_account_id,
    loaded_at
    {{- own_fields("hubspot", "account_merges", "items") }}
from items
