with

screened as (

    select * from {{ ref("int_accounts_screened") }}
    where unranked_reason is not null

),

accounts as (

    select * from {{ ref("int_accounts_merged") }}

)

select
    screened.account_id,
    screened.scoring_model,
    screened.is_primary,
    accounts.account_name,
    screened.unranked_reason as reason,
    case when screened.unranked_reason like 'disqualified:%' then substring(screened.unranked_reason, 14) end as rule,
    case when accounts.is_merged then accounts.surviving_account_id end as merged_into_account_id
from screened
inner join accounts on screened.account_id = accounts.account_id
union all
select
    accounts.account_id,
    models.scoring_model,
    models.is_primary,
    accounts.account_name,
    'not_yet_created' as reason,
    cast(null as {{ dbt.type_string() }}) as rule,
    cast(null as {{ dbt.type_string() }}) as merged_into_account_id
from {{ ref("stg_raw_tables__accounts") }} as accounts
cross join {{ ref("stg_rules__scoring_models") }} as models
where accounts.record_status = 'standing' and not ({{ was_created("accounts.created_at") }})
