{{ config(enabled=reads_source("salesforce")) }}
with

opportunity as (

    {{ read_source(
        "salesforce", "opportunity", ["id", "account_id", "owner_id", "stage_name", "amount", "currency_iso_code"],
        moments=["created_date", "close_date"], flags=["is_closed", "is_won"],
        makes="opportunities", versions=true
    ) | indent(4) }}

),

-- the day on which an open one may close is a forecast
closed as (

    select
        *,
        coalesce(is_closed, lower(stage_name) like 'closed%') as is_over,
        case when coalesce(is_closed, lower(stage_name) like 'closed%') then {{ parse_timestamp("close_date") }} end as closed_on
    from opportunity

)

select
    closed.id as opportunity_id,
    closed.account_id,
    closed.owner_id,
    closed.stage_name as stage,
    {{ in_usd("closed.amount", "closed.currency_iso_code") }} as amount_usd,
    closed.created_date as created_at,
    case when closed.is_over then closed.close_date end as closed_at,
    coalesce(closed.is_won, lower(closed.stage_name) = 'closed won') as is_won,
    closed.updated_at,
    closed.is_deleted,
    closed.loaded_at
    {{- own_fields("salesforce", "opportunities", "closed") }}
from closed
{{ join_rates(ref("salesforce__currency_rates"), "closed.currency_iso_code", "closed.closed_on") }}
