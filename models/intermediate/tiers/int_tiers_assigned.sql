with

by_capacity as (

    select * from {{ ref("int_tiers_by_capacity") }}

),

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

engagement as (

    select * from {{ ref("int_account_engagement") }}

),

overrides as (

    select * from {{ ref("int_tier_overrides_active") }}

),

tiers as (

    select * from {{ ref("stg_rules__tiers") }}

),

models as (

    select
        scoring_model,
        min(tier_number) as first_tier_number,
        min(case when promote_hot then tier_number end) as hot_tier_number
    from tiers
    group by scoring_model

),

promoted as (

    select
        by_capacity.*,
        models.first_tier_number,
        accounts.is_strategic,
        case
            when engagement.engagement_status = 'hot' and by_capacity.capacity_tier_number > models.hot_tier_number
                then models.hot_tier_number
            else by_capacity.capacity_tier_number
        end as hot_promotion_tier_number
    from by_capacity
    inner join accounts on by_capacity.account_id = accounts.account_id
    inner join models on by_capacity.scoring_model = models.scoring_model
    left join engagement on by_capacity.account_id = engagement.account_id

),

stepped as (

    select
        promoted.*,
        case
            when promoted.is_strategic then promoted.first_tier_number else promoted.hot_promotion_tier_number
        end as strategic_tier_number,
        overrides.tier_number as override_tier_number
    from promoted
    left join overrides
        on promoted.account_id = overrides.account_id
        and promoted.scoring_model = overrides.scoring_model

)

select
    stepped.account_id,
    stepped.scoring_model,
    stepped.score_tier_number,
    tiers.tier_number,
    tiers.tier,
    case
        when stepped.override_tier_number <> stepped.strategic_tier_number then 'override'
        when stepped.strategic_tier_number <> stepped.hot_promotion_tier_number then 'strategic'
        when stepped.hot_promotion_tier_number <> stepped.capacity_tier_number then 'hot_promotion'
        when stepped.capacity_tier_number <> stepped.held_tier_number then 'capacity'
        when stepped.held_tier_number <> stepped.score_tier_number then 'held'
        else 'score'
    end as tier_reason
from stepped
inner join tiers
    on stepped.scoring_model = tiers.scoring_model
    and coalesce(stepped.override_tier_number, stepped.strategic_tier_number) = tiers.tier_number
