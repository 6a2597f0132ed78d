with

rules as (

    select * from {{ ref("int_scoring_rules") }}

),

judged as (

    select * from {{ ref("int_attribute_values_judged") }}

),

totals as (

    select
        scoring_model,
        outcome,
        attribute,
        sum(positives) / sum(accounts) as base_rate
    from judged
    group by scoring_model, outcome, attribute

),

matched as (

    select
        totals.outcome,
        rules.rule_number,
        totals.base_rate,
        cast(coalesce(sum(judged.accounts), 0) as {{ type_double() }}) as accounts,
        coalesce(sum(judged.positives), 0) as positives
    from rules
    inner join totals on rules.scoring_model = totals.scoring_model and rules.attribute = totals.attribute
    left join judged
        on totals.scoring_model = judged.scoring_model
        and totals.outcome = judged.outcome
        and totals.attribute = judged.attribute
        and {{ rule_matches("rules", "judged") }}
    group by totals.outcome, rules.rule_number, totals.base_rate

),

rated as (

    select
        rules.*,
        matched.outcome,
        matched.base_rate,
        matched.accounts,
        matched.positives,
        matched.positives / nullif(matched.accounts, 0) as conversion_rate,
        {{ wilson_limit("matched.positives", "nullif(matched.accounts, 0)", "-") }} as rate_low,
        {{ wilson_limit("matched.positives", "nullif(matched.accounts, 0)", "+") }} as rate_high,
        sum(matched.positives) over of_factor as positives_of_factor,
        max(rules.points) over of_factor as most_points,
        max(case when matched.accounts >= 30 then matched.positives / matched.accounts end) over of_factor as best_rate
    from rules
    inner join matched on rules.rule_number = matched.rule_number
    window of_factor as (partition by matched.outcome, rules.scoring_model, rules.dimension, rules.factor)

),

-- the most points of a factor for its best rate, of the others their share of that
priced as (

    select
        *,
        case when points_per_unit is null and best_rate > 0 and most_points > 0 then most_points / best_rate end as points_per_rate
    from rated

),

worth as (

    select
        *,
        points_per_rate * conversion_rate as suggested,
        points_per_rate * rate_low as suggested_low,
        points_per_rate * rate_high as suggested_high
    from priced

)

select
    outcome,
    scoring_model,
    dimension,
    factor,
    rule_number,
    attribute,
    min_value,
    max_value,
    match_value,
    label,
    cast(accounts as {{ dbt.type_bigint() }}) as accounts,
    cast(positives as {{ dbt.type_bigint() }}) as positives,
    conversion_rate,
    rate_low,
    rate_high,
    conversion_rate / nullif(base_rate, 0) as lift,
    cast(points as {{ type_double() }}) as points,
    cast(round(cast(suggested as {{ type_number() }}), 0) as {{ type_double() }}) as suggested_points,
    case
        when suggested is null or accounts < 30 or positives_of_factor < {{ fewest_positives() }} then 'unclear'
        when points > suggested_high then 'too_many'
        when points < suggested_low then 'too_few'
        else 'earns'
    end as verdict
from worth
