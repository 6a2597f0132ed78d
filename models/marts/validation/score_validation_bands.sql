with

judged as (

    select
        *,
        ntile(10) over (partition by scoring_model, outcome, tier_date order by place asc) as decile
    from {{ ref("int_scores_judged") }}
    where score_name = 'priority_score'

),

-- each day, and all days together
periods as (

    {{ each_day_and_all("judged") | indent(4) }}

),

-- of deciles the first is the best
banded as (

    select
        scoring_model,
        outcome,
        period,
        'decile' as band_kind,
        decile as band_number,
        cast(decile as {{ dbt.type_string() }}) as band,
        happened,
        amount_usd
    from periods
    union all
    select
        scoring_model,
        outcome,
        period,
        'tier' as band_kind,
        tier_number as band_number,
        tier as band,
        happened,
        amount_usd
    from periods

),

counted as (

    select
        scoring_model,
        outcome,
        period as tier_date,
        band_kind,
        band_number,
        band,
        count(*) as accounts,
        cast(sum(happened) as {{ type_double() }}) as positives,
        sum(case when happened = 1 then amount_usd end) as won_amount_usd
    from banded
    group by scoring_model, outcome, period, band_kind, band_number, band

),

in_all as (

    select
        *,
        sum(accounts) over of_all as all_accounts,
        sum(positives) over of_all as all_positives
    from counted
    window of_all as (partition by scoring_model, outcome, tier_date, band_kind)

)

select
    scoring_model,
    outcome,
    tier_date,
    band_kind,
    cast(band_number as {{ dbt.type_int() }}) as band_number,
    band,
    accounts,
    cast(positives as {{ dbt.type_bigint() }}) as positives,
    positives / accounts as conversion_rate,
    {{ wilson_limit("positives", "accounts", "-") }} as rate_low,
    {{ wilson_limit("positives", "accounts", "+") }} as rate_high,
    positives / accounts / nullif(all_positives / all_accounts, 0) as lift,
    positives / nullif(all_positives, 0) as capture,
    won_amount_usd,
    won_amount_usd / nullif(positives, 0) as average_won_amount_usd
from in_all
