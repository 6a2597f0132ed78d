with

models as (

    select
        scoring_model,
        min(tier_number) as first_tier_number,
        min(case when promote_hot then tier_number end) as hot_tier_number
    from {{ ref("stg_rules__tiers") }}
    group by scoring_model

),

placements as (

    select
        accounts.account_id,
        models.scoring_model,
        case when engagement.engagement_status = 'hot' then models.hot_tier_number end as hot_tier_number,
        case when accounts.is_strategic then models.first_tier_number end as strategic_tier_number,
        overrides.tier_number as override_tier_number
    from {{ ref("int_accounts_merged") }} as accounts
    cross join models
    left join {{ ref("int_account_engagement") }} as engagement on accounts.account_id = engagement.account_id
    left join {{ ref("int_tier_overrides_active") }} as overrides
        on accounts.account_id = overrides.account_id
        and models.scoring_model = overrides.scoring_model
    where not accounts.is_merged

)

select * from placements
where coalesce(hot_tier_number, strategic_tier_number, override_tier_number) is not null
