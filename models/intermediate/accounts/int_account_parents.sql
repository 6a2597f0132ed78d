-- a parent that stands for no account is kept as it is
select
    children.account_id,
    coalesce(parents.surviving_account_id, children.parent_account_id) as parent_account_id
from {{ ref("int_accounts_merged") }} as children
left join {{ ref("int_account_survivors") }} as parents on children.parent_account_id = parents.account_id
where not children.is_merged
    and children.account_id <> coalesce(parents.surviving_account_id, children.parent_account_id)
