{#- a chain that does not end within this many steps runs in a circle -#}
{%- set longest_chain = 10 -%}
with

accounts as (

    select * from {{ ref("stg_raw__accounts") }}
    where record_status = 'standing'

),

-- a merge is followed only from a standing account to a standing account
pointers as (

    select
        merged.account_id,
        target.account_id as target_account_id
    from accounts as merged
    inner join accounts as target on merged.merged_into_account_id = target.account_id

),

chains as (

    select
        step_1.account_id,
        step_{{ longest_chain + 1 }}.account_id is not null as is_endless,
        coalesce(
            {%- for step in range(longest_chain, 0, -1) %}
            step_{{ step }}.target_account_id{{ "," if not loop.last }}
            {%- endfor %}
        ) as last_account_id
    from pointers as step_1
    {% for step in range(2, longest_chain + 2) -%}
    left join pointers as step_{{ step }} on step_{{ step - 1 }}.target_account_id = step_{{ step }}.account_id
    {% endfor %}

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.domain,
    accounts.industry,
    accounts.country,
    accounts.annual_revenue_usd,
    accounts.employee_count,
    accounts.growth_trend,
    accounts.business_model,
    accounts.estimated_deal_usd,
    accounts.brand_tier,
    accounts.competitive_position,
    accounts.is_customer,
    accounts.is_strategic,
    accounts.owner_id,
    accounts.territory,
    accounts.competitor_renewal_on,
    accounts.get_back_on,
    accounts.sales_rep_count,
    accounts.sells_subscription,
    accounts.has_self_service,
    accounts.average_selling_price_usd,
    accounts.parent_account_id,
    accounts.raw_record,
    case
        when chains.is_endless or chains.account_id is null then accounts.account_id
        else chains.last_account_id
    end as surviving_account_id,
    coalesce(not chains.is_endless, false) as is_merged,
    coalesce(chains.is_endless, false) as has_endless_merge
from accounts
left join chains on accounts.account_id = chains.account_id
