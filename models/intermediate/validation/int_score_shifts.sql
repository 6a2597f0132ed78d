-- how far the scores of a day are from those of the scored day before, and of the first (psi)
with

judged as (

    select * from {{ ref("int_scores_judged") }}

),

days as (

    select
        scoring_model,
        score_name,
        outcome,
        tier_date,
        lag(tier_date) over (partition by scoring_model, score_name, outcome order by tier_date asc) as previous_date,
        min(tier_date) over (partition by scoring_model, score_name, outcome) as first_date
    from judged
    group by scoring_model, score_name, outcome, tier_date

),

tenths as (

    select
        scoring_model,
        score_name,
        outcome,
        tier_date,
        score,
        ntile(10) over (partition by scoring_model, score_name, outcome, tier_date order by score asc, account_id asc) as decile
    from judged

),

-- the highest score of each tenth but the last
cuts as (

    select
        scoring_model,
        score_name,
        outcome,
        tier_date{% for decile in range(1, 10) %},
        max(case when decile = {{ decile }} then score end) as cut_{{ decile }}{% endfor %}
    from tenths
    group by scoring_model, score_name, outcome, tier_date

),

-- each day with itself, the one before and the first
pairs as (

    select
        later.scoring_model,
        later.score_name,
        later.outcome,
        later.tier_date,
        earlier.tier_date as earlier_date
    from days as later
    inner join days as earlier
        on later.scoring_model = earlier.scoring_model
        and later.score_name = earlier.score_name
        and later.outcome = earlier.outcome
    where earlier.tier_date in (later.tier_date, later.previous_date, later.first_date)

),

-- the rows of a day in the tenths of an earlier one
binned as (

    select
        pairs.scoring_model,
        pairs.score_name,
        pairs.outcome,
        pairs.tier_date,
        pairs.earlier_date,
        {%- for decile in range(1, 10) %}
        case when placements.score > cuts.cut_{{ decile }} then 1 else 0 end {{ "+" if not loop.last }}
        {%- endfor %} as bin,
        placements.positives + placements.others as accounts
    from pairs
    inner join cuts
        on pairs.scoring_model = cuts.scoring_model
        and pairs.score_name = cuts.score_name
        and pairs.outcome = cuts.outcome
        and pairs.earlier_date = cuts.tier_date
    inner join {{ ref("int_score_placements") }} as placements
        on pairs.scoring_model = placements.scoring_model
        and pairs.score_name = placements.score_name
        and pairs.outcome = placements.outcome
        and pairs.tier_date = placements.tier_date

),

shares as (

    select
        scoring_model,
        score_name,
        outcome,
        tier_date,
        earlier_date{% for bin in range(10) %},
        greatest(
            sum(case when bin = {{ bin }} then accounts else 0 end) / cast(sum(accounts) as {{ type_double() }}), 0.0001
        ) as share_{{ bin }}{% endfor %}
    from binned
    group by scoring_model, score_name, outcome, tier_date, earlier_date

),

shifts as (

    select
        later.scoring_model,
        later.score_name,
        later.outcome,
        later.tier_date,
        later.earlier_date,
        {%- for bin in range(10) %}
        (later.share_{{ bin }} - earlier.share_{{ bin }}) * ln(later.share_{{ bin }} / earlier.share_{{ bin }}) {{ "+" if not loop.last }}
        {%- endfor %} as psi
    from shares as later
    inner join shares as earlier
        on later.scoring_model = earlier.scoring_model
        and later.score_name = earlier.score_name
        and later.outcome = earlier.outcome
        and later.earlier_date = earlier.tier_date
        and earlier.tier_date = earlier.earlier_date

)

select
    days.scoring_model,
    days.score_name,
    days.outcome,
    days.tier_date,
    max(case when shifts.earlier_date = days.previous_date then shifts.psi end) as psi_previous,
    max(case when shifts.earlier_date = days.first_date then shifts.psi end) as psi_first
from days
inner join shifts
    on days.scoring_model = shifts.scoring_model
    and days.score_name = shifts.score_name
    and days.outcome = shifts.outcome
    and days.tier_date = shifts.tier_date
group by days.scoring_model, days.score_name, days.outcome, days.tier_date
