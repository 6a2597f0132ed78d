with

placements as (

    select * from {{ ref("int_score_placements") }}

),

aucs as (

    select
        scoring_model,
        score_name,
        outcome,
        tier_date,
        max(all_positives) as positives,
        max(all_others) as others,
        sum(positives * placement_of_positives) / nullif(max(all_positives), 0) as auc,
        max(distance) as ks
    from placements
    group by scoring_model, score_name, outcome, tier_date

),

-- of a day each account has one row (DeLong)
errors_of_days as (

    select
        aucs.scoring_model,
        aucs.score_name,
        aucs.outcome,
        aucs.tier_date,
        sum(placements.positives * power(placements.placement_of_positives - aucs.auc, 2))
        / nullif((max(aucs.positives) - 1) * cast(max(aucs.positives) as {{ type_double() }}), 0)
        + sum(placements.others * power(placements.placement_of_others - aucs.auc, 2))
        / nullif((max(aucs.others) - 1) * cast(max(aucs.others) as {{ type_double() }}), 0) as variance
    from aucs
    inner join placements
        on aucs.scoring_model = placements.scoring_model
        and aucs.score_name = placements.score_name
        and aucs.outcome = placements.outcome
        and aucs.tier_date = placements.tier_date
    group by aucs.scoring_model, aucs.score_name, aucs.outcome, aucs.tier_date

),

-- how far the rows of an account are from the mean, on all days together
accounts as (

    select
        judged.scoring_model,
        judged.score_name,
        judged.outcome,
        judged.account_id,
        sum(case when judged.happened = 1 then placements.placement_of_positives - aucs.auc else 0 end) as of_positives,
        sum(case when judged.happened = 0 then placements.placement_of_others - aucs.auc else 0 end) as of_others,
        max(judged.happened) as has_positives,
        max(1 - judged.happened) as has_others,
        max(aucs.positives) as positives,
        max(aucs.others) as others
    from {{ ref("int_scores_judged") }} as judged
    inner join placements
        on judged.scoring_model = placements.scoring_model
        and judged.score_name = placements.score_name
        and judged.outcome = placements.outcome
        and judged.score = placements.score
        and placements.tier_date is null
    inner join aucs
        on judged.scoring_model = aucs.scoring_model
        and judged.score_name = aucs.score_name
        and judged.outcome = aucs.outcome
        and aucs.tier_date is null
    group by judged.scoring_model, judged.score_name, judged.outcome, judged.account_id

),

errors as (

    select * from errors_of_days
    union all
    select
        scoring_model,
        score_name,
        outcome,
        cast(null as date) as tier_date,
        {{ clustered_variance("of_positives", "of_others", "has_positives", "has_others", "max(positives)", "max(others)") }} as variance
    from accounts
    group by scoring_model, score_name, outcome

)

select
    aucs.scoring_model,
    aucs.score_name,
    aucs.outcome,
    aucs.tier_date,
    aucs.auc,
    aucs.ks,
    -- what rounding leaves below nothing is nothing
    sqrt(greatest(errors.variance, 0)) as auc_se
from aucs
left join errors
    on aucs.scoring_model = errors.scoring_model
    and aucs.score_name = errors.score_name
    and aucs.outcome = errors.outcome
    and {{ same_period("aucs.tier_date", "errors.tier_date") }}
