with

tiers as (

    select * from {{ ref("account_tier_history") }}

),

days as (

    select * from {{ ref("int_days_compared") }}
    where previous_date is not null

),

later as (

    select
        tiers.*,
        days.changed_on
    from tiers
    inner join days on tiers.scoring_model = days.scoring_model and tiers.tier_date = days.changed_on

),

earlier as (

    select
        tiers.*,
        days.changed_on
    from tiers
    inner join days on tiers.scoring_model = days.scoring_model and tiers.tier_date = days.previous_date

),

pairs as (

    select
        coalesce(later.account_id, earlier.account_id) as account_id,
        coalesce(later.scoring_model, earlier.scoring_model) as scoring_model,
        coalesce(later.changed_on, earlier.changed_on) as changed_on,
        coalesce(later.is_primary, earlier.is_primary) as is_primary,
        coalesce(later.owner_id, earlier.owner_id) as owner_id,
        earlier.tier_number as from_tier_number,
        coalesce(earlier.tier, 'Unranked') as from_tier,
        coalesce(earlier.tier_reason, 'new') as from_reason,
        earlier.priority_score as from_score,
        later.tier_number as to_tier_number,
        coalesce(later.tier, 'Unranked') as to_tier,
        coalesce(later.tier_reason, 'deleted') as to_reason,
        later.priority_score as to_score
    from later
    full outer join earlier
        on later.account_id = earlier.account_id
        and later.scoring_model = earlier.scoring_model
        and later.changed_on = earlier.changed_on

)

select
    pairs.account_id,
    pairs.scoring_model,
    pairs.is_primary,
    pairs.owner_id,
    pairs.changed_on,
    days.changed_at,
    days.previous_date,
    days.forgotten_date,
    pairs.from_tier_number,
    pairs.from_tier,
    pairs.from_reason,
    pairs.from_score,
    pairs.to_tier_number,
    pairs.to_tier,
    pairs.to_reason,
    pairs.to_score
from pairs
inner join days on pairs.scoring_model = days.scoring_model and pairs.changed_on = days.changed_on
where coalesce(pairs.from_tier_number, 0) <> coalesce(pairs.to_tier_number, 0)
