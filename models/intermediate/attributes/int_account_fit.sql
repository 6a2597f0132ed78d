with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

icp_industries as (

    select * from {{ ref("stg_rules__icp_industries") }}

),

icp_markets as (

    select * from {{ ref("stg_rules__icp_markets") }}

),

technologies as (

    select
        installed.account_id,
        count(*) as complementary_technologies
    from {{ ref("int_technologies_installed") }} as installed
    inner join {{ ref("stg_rules__complementary_technologies") }} as complementary
        on installed.technology = complementary.technology
    group by installed.account_id

)

select
    accounts.account_id,
    accounts.annual_revenue_usd,
    accounts.employee_count,
    accounts.industry,
    accounts.country,
    accounts.growth_trend,
    accounts.business_model,
    accounts.estimated_deal_usd,
    accounts.brand_tier,
    accounts.competitive_position,
    accounts.territory,
    accounts.sales_rep_count,
    accounts.sells_subscription,
    accounts.has_self_service,
    accounts.average_selling_price_usd,
    case
        when accounts.industry is not null then coalesce(icp_industries.industry_match, 'non_target')
    end as industry_match,
    case
        when accounts.country is not null then coalesce(icp_markets.market_match, 'expansion')
    end as market_match,
    coalesce(technologies.complementary_technologies, 0) as complementary_technologies,
    {{ days_until("accounts.competitor_renewal_on") }}
        as days_to_competitor_renewal,
    {{ days_until("accounts.get_back_on") }} as days_to_get_back
from accounts
left join icp_industries on lower(accounts.industry) = icp_industries.industry
left join icp_markets on lower(accounts.country) = icp_markets.country
left join technologies on accounts.account_id = technologies.account_id
where not accounts.is_merged
