with

-- each day, and all days together
periods as (

    {{ each_day_and_all(ref("int_scores_judged")) | indent(4) }}

),

counted as (

    select
        scoring_model,
        score_name,
        outcome,
        period as tier_date,
        count(distinct tier_date) as days,
        count(*) as accounts,
        count(distinct account_id) as distinct_accounts,
        sum(happened) as positives,
        count(distinct case when happened = 1 then account_id end) as distinct_positives,
        avg(cast(happened as {{ type_double() }})) as base_rate,
        avg(cast(is_backfilled as {{ type_double() }})) as backfilled_share,
        avg(cast(has_hindsight as {{ type_double() }})) as hindsight_share,
        -- the first ceil(rows / 10) and ceil(rows / 5) of each day
        sum(case when (place - 1) * 10 < places then 1 else 0 end) as top_10pct,
        sum(case when (place - 1) * 5 < places then 1 else 0 end) as top_20pct,
        sum(case when (place - 1) * 10 < places then happened else 0 end) as positives_in_top_10pct,
        sum(case when (place - 1) * 5 < places then happened else 0 end) as positives_in_top_20pct
    from periods
    group by scoring_model, score_name, outcome, period

),

limited as (

    select
        counted.*,
        aucs.auc,
        {{ auc_limit("aucs.auc", "aucs.auc_se", "-") }} as auc_low,
        {{ auc_limit("aucs.auc", "aucs.auc_se", "+") }} as auc_high,
        aucs.auc_se,
        aucs.ks
    from counted
    left join {{ ref("int_score_aucs") }} as aucs
        on counted.scoring_model = aucs.scoring_model
        and counted.score_name = aucs.score_name
        and counted.outcome = aucs.outcome
        and {{ same_period("counted.tier_date", "aucs.tier_date") }}

)

select
    limited.scoring_model,
    limited.score_name,
    limited.outcome,
    limited.tier_date,
    limited.days,
    limited.accounts,
    limited.distinct_accounts,
    cast(limited.positives as {{ dbt.type_bigint() }}) as positives,
    limited.base_rate,
    limited.auc,
    limited.auc_low,
    limited.auc_high,
    limited.auc_se,
    limited.ks,
    limited.positives_in_top_10pct / cast(limited.top_10pct as {{ type_double() }}) / nullif(limited.base_rate, 0) as lift_top_10pct,
    limited.positives_in_top_20pct / cast(limited.top_20pct as {{ type_double() }}) / nullif(limited.base_rate, 0) as lift_top_20pct,
    limited.positives_in_top_10pct / nullif(cast(limited.positives as {{ type_double() }}), 0) as capture_top_10pct,
    limited.positives_in_top_20pct / nullif(cast(limited.positives as {{ type_double() }}), 0) as capture_top_20pct,
    shifts.psi_previous,
    shifts.psi_first,
    limited.backfilled_share,
    limited.hindsight_share,
    case
        when limited.distinct_positives < {{ fewest_positives() }} or limited.auc is null then 'too_few'
        when coalesce(limited.auc_low, limited.auc) <= 0.5 then 'no_better_than_chance'
        else 'better'
    end as verdict
from limited
left join {{ ref("int_score_shifts") }} as shifts
    on limited.scoring_model = shifts.scoring_model
    and limited.score_name = shifts.score_name
    and limited.outcome = shifts.outcome
    and limited.tier_date = shifts.tier_date
