with

by_score as (

    select * from {{ ref("int_tiers_by_score") }}

),

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

overrides as (

    select * from {{ ref("int_tier_overrides_active") }}

),

engagement as (

    select * from {{ ref("int_account_engagement") }}

),

hot_tiers as (

    select
        scoring_model,
        min(case when promote_hot then tier_number end) as hot_tier_number
    from {{ ref("stg_rules__tiers") }}
    group by scoring_model

),

-- who is placed by hand, or strategic, takes nobody's place
waiting as (

    select
        by_score.account_id,
        by_score.scoring_model,
        by_score.priority_rank,
        by_score.held_tier_number,
        hot_tiers.hot_tier_number is not null and coalesce(engagement.engagement_status = 'hot', false) as is_promoted,
        hot_tiers.hot_tier_number
    from by_score
    inner join accounts on by_score.account_id = accounts.account_id
    inner join hot_tiers on by_score.scoring_model = hot_tiers.scoring_model
    left join engagement on by_score.account_id = engagement.account_id
    left join overrides
        on by_score.account_id = overrides.account_id
        and by_score.scoring_model = overrides.scoring_model
    where overrides.account_id is null and not accounts.is_strategic

)

select
    account_id,
    scoring_model,
    held_tier_number,
    is_promoted,
    hot_tier_number,
    row_number() over (
        partition by scoring_model order by held_tier_number asc, priority_rank asc
    ) as place_in_line,
    case
        when not is_promoted then row_number() over (
            partition by scoring_model, is_promoted order by held_tier_number asc, priority_rank asc
        )
    end as place_below
from waiting
-- a hot account stands for the tier that it is promoted to, and those above
where not is_promoted or held_tier_number <= hot_tier_number
