with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

tiers as (

    select * from {{ ref("account_tiers") }}

),

engagement as (

    select * from {{ ref("int_account_engagement") }}

),

expansion as (

    select * from {{ ref("int_account_expansion") }}

),

-- the first is the one to work first, if any is ranked
children as (

    select
        parents.parent_account_id,
        tiers.account_id as ranked_account_id,
        tiers.tier_number,
        tiers.tier,
        {{ to_amount("accounts.estimated_deal_usd") }} as estimated_deal_usd,
        {{ to_amount("expansion.expansion_potential_usd") }} as expansion_potential_usd,
        case when engagement.engagement_status = 'hot' then 1 end as is_hot,
        row_number() over (
            partition by parents.parent_account_id
            order by tiers.tier_number asc nulls last, tiers.priority_rank asc nulls last
        ) as place
    from {{ ref("int_account_parents") }} as parents
    inner join accounts on parents.account_id = accounts.account_id
    left join tiers on parents.account_id = tiers.account_id
    left join engagement on parents.account_id = engagement.account_id
    left join expansion on parents.account_id = expansion.account_id

),

families as (

    select
        parent_account_id,
        count(*) as children,
        count(ranked_account_id) as ranked_children,
        min(tier_number) as best_tier_number,
        max(case when place = 1 then tier end) as best_tier,
        max(case when place = 1 then ranked_account_id end) as best_child_account_id,
        cast(sum(estimated_deal_usd) as {{ type_double() }}) as estimated_deal_usd,
        cast(sum(expansion_potential_usd) as {{ type_double() }}) as expansion_potential_usd,
        count(is_hot) as hot_children
    from children
    group by parent_account_id

)

select
    families.parent_account_id,
    accounts.account_name as parent_account_name,
    tiers.tier_number as parent_tier_number,
    families.children,
    families.ranked_children,
    families.best_tier_number,
    families.best_tier,
    families.best_child_account_id,
    families.estimated_deal_usd,
    families.expansion_potential_usd,
    families.hot_children,
    families.hot_children > 0 as has_hot_child
from families
left join accounts on families.parent_account_id = accounts.account_id
left join tiers on families.parent_account_id = tiers.account_id
