{{ config(enabled=reads_source("hubspot")) }}
-- Deals, but those that were merged into another.
with

deal as (

    {{ read_source(
        "hubspot", "deal",
        ["deal_id|id as id", "owner_id|hubspot_owner_id as owner_id", "deal_pipeline_stage_id|dealstage as stage_id", "amount",
         "amount_in_home_currency", "deal_currency_code", "hs_primary_associated_company", "companies"],
        moments=["closedate", "createdate|createdAt as created_at"], flags=["hs_is_closed", "hs_is_closed_won"],
        makes="opportunities", versions=true
    ) | indent(4) }}

),

stage as (

    {{ read_source(
        "hubspot", ["deal_pipeline_stage", "pipelines_deals__stages", "deal_stage"], ["stage_id|id as id", "label"],
        numbers=["probability|metadata__probability as probability"]
    ) | indent(4) }}

),

deal_company as (

    {{ read_source("hubspot", "deal_company", ["deal_id", "company_id", "type_id"], versions=true) | indent(4) }}

),

merged_deal as (

    {{ read_source("hubspot", "merged_deal", ["merged_deal_id"]) | indent(4) }}

),

items as (

    {{ list_items("deal", "companies") | indent(4) }}

),

-- a deal may have several companies: the primary one (type 5) counts
companies as (

    select
        deal_id,
        company_id
    from (
        select
            deal_id,
            company_id,
            row_number() over (
                partition by deal_id order by case when type_id = '5' then 1 else 2 end asc, company_id asc
            ) as place
        from (
            select deal_id, company_id, type_id from deal_company
            where not is_deleted and company_id is not null
            union all
            select id as deal_id, item as company_id, null as type_id from items
        ) as named
    ) as numbered
    where place = 1

),

closed as (

    select
        deal.*,
        coalesce(stage.label, deal.stage_id) as stage,
        coalesce(deal.hs_is_closed, stage.probability in (0, 1), deal.stage_id in ('closedwon', 'closedlost'), false) as is_over,
        coalesce(deal.hs_is_closed_won, stage.probability = 1, deal.stage_id = 'closedwon', false) as is_won
    from deal
    left join stage on deal.stage_id = stage.id
    where deal.id not in (select merged_deal.merged_deal_id from merged_deal where merged_deal.merged_deal_id is not null)

)

select
    closed.id as opportunity_id,
    coalesce(closed.hs_primary_associated_company, companies.company_id) as account_id,
    closed.owner_id,
    closed.stage,
    {{ in_usd("case when closed.deal_currency_code is null then coalesce(closed.amount_in_home_currency, closed.amount) else closed.amount end",
        "closed.deal_currency_code") }} as amount_usd,
    closed.created_at,
    case when closed.is_over then closed.closedate end as closed_at,
    closed.is_won,
    closed.updated_at,
    closed.is_deleted,
    closed.loaded_at
    {{- own_fields("hubspot", "opportunities", "closed") }}
from closed
left join companies on closed.id = companies.deal_id
{{ join_rates(ref("hubspot__currency_rates"), "closed.deal_currency_code", "case when closed.is_over then " ~ parse_timestamp("closed.closedate") ~ " end") }}
