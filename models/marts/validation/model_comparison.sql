with

-- each day, and all days together
periods as (

    {{ each_day_and_all(ref("int_models_paired")) | indent(4) }}

),

placed as (

    select
        *,
        {{ placement_among_the_others("champion_score", "outcome, challenger, period") }} as champion_placement,
        {{ placement_among_the_others("challenger_score", "outcome, challenger, period") }} as challenger_placement
    from periods

),

compared as (

    select
        outcome,
        champion,
        challenger,
        period,
        count(*) as accounts,
        cast(sum(happened) as {{ type_double() }}) as positives,
        count(distinct case when happened = 1 then account_id end) as distinct_positives,
        avg(case when happened = 1 then champion_placement end) as champion_auc,
        avg(case when happened = 1 then challenger_placement end) as challenger_auc,
        avg(case when champion_tier_number = challenger_tier_number then cast(1 as {{ type_double() }}) else 0 end) as tier_agreement,
        count(case when challenger_tier_number < champion_tier_number then 1 end) as moved_up,
        count(case when challenger_tier_number > champion_tier_number then 1 end) as moved_down,
        sum(case when champion_place <= top_places then happened else 0 end) as champion_positives_in_top,
        sum(case when challenger_place <= top_places then happened else 0 end) as challenger_positives_in_top
    from placed
    group by outcome, champion, challenger, period

),

-- how far the differences of an account's rows are from the mean
accounts as (

    select
        compared.outcome,
        compared.challenger,
        compared.period,
        placed.account_id,
        sum(
            case
                when placed.happened = 1
                    then placed.challenger_placement - placed.champion_placement - compared.challenger_auc + compared.champion_auc
                else 0
            end
        ) as of_positives,
        sum(
            case
                when placed.happened = 0
                    then placed.challenger_placement - placed.champion_placement - compared.challenger_auc + compared.champion_auc
                else 0
            end
        ) as of_others,
        max(placed.happened) as has_positives,
        max(1 - placed.happened) as has_others,
        max(compared.positives) as positives,
        max(compared.accounts - compared.positives) as others
    from placed
    inner join compared
        on placed.outcome = compared.outcome
        and placed.challenger = compared.challenger
        and {{ same_period("placed.period", "compared.period") }}
    group by compared.outcome, compared.challenger, compared.period, placed.account_id

),

errors as (

    select
        outcome,
        challenger,
        period,
        sqrt(greatest(
            {{ clustered_variance("of_positives", "of_others", "has_positives", "has_others", "max(positives)", "max(others)") }}, 0
        )) as difference_se
    from accounts
    group by outcome, challenger, period

),

limited as (

    select
        compared.*,
        compared.challenger_auc - compared.champion_auc as auc_difference,
        compared.challenger_auc - compared.champion_auc - {{ z_95() }} * errors.difference_se as difference_low,
        compared.challenger_auc - compared.champion_auc + {{ z_95() }} * errors.difference_se as difference_high
    from compared
    inner join errors
        on compared.outcome = errors.outcome
        and compared.challenger = errors.challenger
        and {{ same_period("compared.period", "errors.period") }}

)

select
    outcome,
    champion,
    challenger,
    period as tier_date,
    accounts,
    cast(positives as {{ dbt.type_bigint() }}) as positives,
    champion_auc,
    challenger_auc,
    auc_difference,
    difference_low,
    difference_high,
    tier_agreement,
    moved_up,
    moved_down,
    cast(champion_positives_in_top as {{ dbt.type_bigint() }}) as champion_positives_in_top,
    cast(challenger_positives_in_top as {{ dbt.type_bigint() }}) as challenger_positives_in_top,
    case
        when distinct_positives < {{ fewest_positives() }} or difference_low is null then 'too_few'
        when difference_low > 0 then 'challenger'
        when difference_high < 0 then 'champion'
        else 'no_difference'
    end as verdict
from limited
