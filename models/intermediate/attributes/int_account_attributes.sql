with

fit as (

    select * from {{ ref("int_account_fit") }}

),

intent as (

    select * from {{ ref("int_account_intent") }}

),

relationships as (

    select * from {{ ref("int_account_relationships") }}

),

expansion as (

    select * from {{ ref("int_account_expansion") }}

)

select
    fit.account_id,
    fit.annual_revenue_usd,
    fit.employee_count,
    fit.industry,
    fit.country,
    fit.growth_trend,
    fit.business_model,
    fit.estimated_deal_usd,
    fit.brand_tier,
    fit.competitive_position,
    fit.territory,
    fit.sales_rep_count,
    fit.sells_subscription,
    fit.has_self_service,
    fit.average_selling_price_usd,
    fit.industry_match,
    fit.market_match,
    fit.complementary_technologies,
    fit.days_to_competitor_renewal,
    fit.days_to_get_back,
    coalesce(intent.decayed_intent_points, 0) as decayed_intent_points,
    intent.third_party_intent_score,
    relationships.engaged_contacts,
    relationships.highest_engaged_seniority,
    relationships.engaged_departments,
    relationships.champions,
    relationships.meeting_acceptance_rate,
    relationships.email_reply_rate,
    relationships.previous_opportunities,
    relationships.open_opportunities,
    relationships.won_opportunities,
    relationships.lost_opportunities,
    relationships.open_opportunity_amount_usd,
    relationships.days_since_last_activity,
    expansion.daily_active_users,
    expansion.monthly_active_users,
    expansion.seats_used,
    expansion.seats_licensed,
    expansion.features_used,
    expansion.features_available,
    expansion.integrations_installed,
    expansion.power_users,
    expansion.departments_using,
    expansion.headcount_growth_pct,
    expansion.cross_sell_page_views,
    expansion.dau_mau_ratio,
    expansion.seat_utilization,
    expansion.feature_adoption,
    expansion.power_user_share,
    expansion.annual_contract_value_usd,
    expansion.expansion_potential_usd,
    expansion.expansion_ratio,
    expansion.days_to_renewal,
    expansion.nps,
    expansion.has_executive_sponsor
from fit
left join intent on fit.account_id = intent.account_id
left join relationships on fit.account_id = relationships.account_id
left join expansion on fit.account_id = expansion.account_id
