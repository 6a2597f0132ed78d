with

accounts as (

    select * from {{ ref("stg_raw_tables__accounts") }}
    where record_status = 'standing' and {{ was_created("created_at") }}

),

survivors as (

    select * from {{ ref("int_account_survivors") }}

),

-- whose first deal was won later was no customer yet
first_won as (

    select
        survivors.surviving_account_id as account_id,
        min(opportunities.closed_at) as won_at
    from {{ ref("stg_raw_tables__opportunities") }} as opportunities
    inner join survivors on opportunities.account_id = survivors.account_id
    where opportunities.record_status = 'standing' and opportunities.is_won
    group by survivors.surviving_account_id

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
    accounts.is_customer
    and coalesce(accounts.customer_since <= {{ as_of_date() }}, true)
    and coalesce(first_won.won_at <= {{ as_of() }}, true) as is_customer,
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
    survivors.surviving_account_id,
    survivors.surviving_account_id <> accounts.account_id as is_merged,
    survivors.is_endless and accounts.merged_into_account_id is not null as has_endless_merge
from accounts
inner join survivors on accounts.account_id = survivors.account_id
left join first_won on survivors.surviving_account_id = first_won.account_id
