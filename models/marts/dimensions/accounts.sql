with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

reps as (

    select * from {{ ref("int_rep_loads") }}

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.domain,
    accounts.industry,
    accounts.country,
    cast(accounts.annual_revenue_usd as {{ type_double() }}) as annual_revenue_usd,
    cast(accounts.employee_count as {{ type_double() }}) as employee_count,
    accounts.territory,
    accounts.owner_id,
    reps.owner_name,
    reps.is_active as owner_is_active,
    accounts.is_customer,
    accounts.is_strategic,
    accounts.parent_account_id,
    case when accounts.is_merged then accounts.surviving_account_id end as merged_into_account_id,
    {{ crm_url("accounts.account_id") }} as crm_url
from accounts
left join reps on accounts.owner_id = reps.owner_id
