with

history as (

    select * from {{ ref("account_tier_history") }}

),

build_days as (

    select
        scoring_model,
        tier_date,
        max(scored_at) as scored_at,
        lag(tier_date) over (partition by scoring_model order by tier_date asc) as previous_date
    from history
    group by scoring_model, tier_date

),

-- each row as what comes before the next build day
earlier as (

    select
        history.*,
        build_days.tier_date as next_date
    from history
    inner join build_days
        on history.scoring_model = build_days.scoring_model
        and history.tier_date = build_days.previous_date

),

pairs as (

    select
        coalesce(history.account_id, earlier.account_id) as account_id,
        coalesce(history.scoring_model, earlier.scoring_model) as scoring_model,
        coalesce(history.tier_date, earlier.next_date) as changed_on,
        earlier.tier_number as from_tier_number,
        coalesce(earlier.tier, 'Unranked') as from_tier,
        coalesce(earlier.tier_reason, 'new') as from_reason,
        earlier.priority_score as from_score,
        earlier.contributions as from_contributions,
        history.tier_number as to_tier_number,
        coalesce(history.tier, 'Unranked') as to_tier,
        coalesce(history.tier_reason, 'deleted') as to_reason,
        history.priority_score as to_score,
        history.contributions as to_contributions
    from history
    full outer join earlier
        on history.account_id = earlier.account_id
        and history.scoring_model = earlier.scoring_model
        and history.tier_date = earlier.next_date

)

select
    pairs.account_id,
    pairs.scoring_model,
    pairs.changed_on,
    build_days.previous_date,
    build_days.scored_at as changed_at,
    pairs.from_tier_number,
    pairs.from_tier,
    pairs.from_reason,
    pairs.from_score,
    pairs.from_contributions,
    pairs.to_tier_number,
    pairs.to_tier,
    pairs.to_reason,
    pairs.to_score,
    pairs.to_contributions
from pairs
inner join build_days
    on pairs.scoring_model = build_days.scoring_model
    and pairs.changed_on = build_days.tier_date
where build_days.previous_date is not null
    and coalesce(pairs.from_tier_number, 0) <> coalesce(pairs.to_tier_number, 0)
