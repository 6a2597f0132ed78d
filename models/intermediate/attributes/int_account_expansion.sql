with

accounts as (

    select * from {{ ref("int_account_survivors") }}

),

-- the latest measurement; of several of one day the account's own, then that of the first account merged into it
usage as (

    select
        product_usage.*,
        accounts.surviving_account_id,
        row_number() over (
            partition by accounts.surviving_account_id
            order by
                product_usage.measured_on desc,
                case when accounts.surviving_account_id = accounts.account_id then 1 else 2 end asc,
                product_usage.account_id asc
        ) as usage_number
    from {{ ref("stg_raw_tables__product_usage") }} as product_usage
    inner join accounts on product_usage.account_id = accounts.account_id
    where product_usage.record_status = 'standing' and product_usage.measured_on <= {{ as_of_date() }}

),

contracts as (

    select
        customer_contracts.*,
        accounts.surviving_account_id,
        row_number() over (
            partition by accounts.surviving_account_id
            order by case when accounts.surviving_account_id = accounts.account_id then 1 else 2 end asc, customer_contracts.account_id asc
        ) as contract_number
    from {{ ref("stg_raw_tables__customer_contracts") }} as customer_contracts
    inner join accounts on customer_contracts.account_id = accounts.account_id
    where customer_contracts.record_status = 'standing'

)

select
    accounts.account_id,
    usage.daily_active_users,
    usage.monthly_active_users,
    usage.seats_used,
    usage.seats_licensed,
    usage.features_used,
    usage.features_available,
    usage.integrations_installed,
    usage.power_users,
    usage.departments_using,
    usage.headcount_growth_pct,
    usage.cross_sell_page_views,
    {{ ratio("usage.daily_active_users", "usage.monthly_active_users") }} as dau_mau_ratio,
    {{ ratio("usage.seats_used", "usage.seats_licensed") }} as seat_utilization,
    {{ ratio("usage.features_used", "usage.features_available") }} as feature_adoption,
    {{ ratio("usage.power_users", "usage.monthly_active_users") }} as power_user_share,
    contracts.annual_contract_value_usd,
    contracts.expansion_potential_usd,
    {{ ratio("contracts.expansion_potential_usd", "contracts.annual_contract_value_usd") }} as expansion_ratio,
    {{ days_until("contracts.renewal_on") }} as days_to_renewal,
    contracts.nps,
    contracts.has_executive_sponsor
from {{ ref("int_accounts_merged") }} as accounts
left join usage on accounts.account_id = usage.surviving_account_id and usage.usage_number = 1
left join contracts on accounts.account_id = contracts.surviving_account_id and contracts.contract_number = 1
where accounts.is_customer and not accounts.is_merged
