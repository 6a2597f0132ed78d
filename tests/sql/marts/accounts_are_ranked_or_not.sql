-- Every standing account is, in every model, either ranked or unranked with a reason; never both, never neither.
with

placed as (

    select
        account_id,
        scoring_model
    from {{ ref("account_scores") }}
    union all
    select
        account_id,
        scoring_model
    from {{ ref("unranked_accounts") }}

)

select
    screened.account_id,
    screened.scoring_model,
    count(placed.account_id) as places
from {{ ref("int_accounts_screened") }} as screened
left join placed
    on screened.account_id = placed.account_id
    and screened.scoring_model = placed.scoring_model
group by screened.account_id, screened.scoring_model
having count(placed.account_id) <> 1
