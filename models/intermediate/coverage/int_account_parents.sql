with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

)

-- a parent that stands for no account is kept as it is
select
    children.account_id,
    coalesce(parents.surviving_account_id, children.parent_account_id) as parent_account_id
from accounts as children
left join accounts as parents on children.parent_account_id = parents.account_id
where not children.is_merged
    and children.account_id <> coalesce(parents.surviving_account_id, children.parent_account_id)
