{{ config(enabled=reads_source("hubspot")) }}
with

company as (

    {{ read_source("hubspot", ["company", "companies"], ["id", "hs_additional_domains"], makes="account_domains") | indent(4) }}

),

items as (

    {{ list_items("company", "hs_additional_domains") | indent(4) }}

)

select
    id as account_id,
    item as domain,
    is_deleted,
    loaded_at
    {{- own_fields("hubspot", "account_domains", "items") }}
from items
