{{ config(enabled=reads_source("hubspot")) }}
with

company as (

    {{ read_source("hubspot", ["company", "companies"], ["id", "web_technologies"], makes="account_technologies") | indent(4) }}

),

items as (

    {{ list_items("company", "web_technologies") | indent(4) }}

)

select
    id as account_id,
    -- HubSpot writes google_analytics
    replace(item, '_', ' ') as technology,
    is_deleted,
    loaded_at
    {{- own_fields("hubspot", "account_technologies", "items") }}
from items
