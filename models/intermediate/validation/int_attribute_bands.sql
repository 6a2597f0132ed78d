{#- a number is split into up to five bands, where that tells most -#}
{%- set splits = 4 -%}
{#- how much likelier the outcomes must become by a split (p = 0.01) -#}
{%- set least_gain = 3.32 -%}
with

attribute_values as (

    select judged.*
    from {{ ref("int_attribute_values_judged") }} as judged
    inner join {{ ref("stg_rules__scoring_models") }} as models on judged.scoring_model = models.scoring_model
    where models.is_primary

),

ordered as (

    select
        *,
        sum(accounts) over (partition by outcome, attribute order by value_number asc) - accounts as accounts_before,
        sum(accounts) over (partition by outcome, attribute) as known_accounts
    from attribute_values
    where value_number is not null

),

-- at most fifty candidates, by quantiles
bins as (

    select
        outcome,
        attribute,
        floor(accounts_before * 50.0 / known_accounts) as bin,
        min(value_number) as lowest,
        max(value_number) as highest,
        cast(sum(accounts) as {{ type_double() }}) as accounts,
        sum(positives) as positives,
        sum(won_amount_usd) as won_amount_usd,
        max(known_accounts) as known_accounts
    from ordered
    group by outcome, attribute, floor(accounts_before * 50.0 / known_accounts)

),

split_0 as (

    select
        *,
        0 as band_number
    from bins

),
{% for split in range(1, splits + 1) %}
sides_{{ split }} as (

    select
        outcome,
        attribute,
        bin,
        known_accounts,
        sum(accounts) over up_to as accounts_up_to,
        sum(positives) over up_to as positives_up_to,
        sum(accounts) over whole as accounts_of_all,
        sum(positives) over whole as positives_of_all
    from split_{{ split - 1 }}
    window
        up_to as (partition by outcome, attribute, band_number order by bin asc),
        whole as (partition by outcome, attribute, band_number)

),

gains_{{ split }} as (

    select
        outcome,
        attribute,
        bin,
        {{ log_likelihood("positives_up_to", "accounts_up_to") }}
        + {{ log_likelihood("positives_of_all - positives_up_to", "accounts_of_all - accounts_up_to") }}
        - {{ log_likelihood("positives_of_all", "accounts_of_all") }} as gain
    from sides_{{ split }}
    where accounts_up_to >= greatest(30, 0.05 * known_accounts)
        and accounts_of_all - accounts_up_to >= greatest(30, 0.05 * known_accounts)

),

best_{{ split }} as (

    select
        outcome,
        attribute,
        bin
    from (
        select
            *,
            row_number() over (partition by outcome, attribute order by round(cast(gain as decimal(28, 9)), 9) desc, bin asc) as place
        from gains_{{ split }}
        where gain >= {{ least_gain }}
    ) as placed
    where place = 1

),

split_{{ split }} as (

    select
        split.outcome,
        split.attribute,
        split.bin,
        split.lowest,
        split.highest,
        split.accounts,
        split.positives,
        split.won_amount_usd,
        split.known_accounts,
        split.band_number + case when split.bin > best.bin then 1 else 0 end as band_number
    from split_{{ split - 1 }} as split
    left join best_{{ split }} as best on split.outcome = best.outcome and split.attribute = best.attribute

),
{% endfor %}
number_bands as (

    select
        outcome,
        attribute,
        band_number,
        sum(accounts) as accounts,
        sum(positives) as positives,
        sum(won_amount_usd) as won_amount_usd,
        min(lowest) as lowest,
        max(highest) as highest
    from split_{{ splits }}
    group by outcome, attribute, band_number

),

-- from midway between the values on both sides of a cut
limited as (

    select
        *,
        (lag(highest) over in_order + lowest) / 2 as min_value,
        (highest + lead(lowest) over in_order) / 2 as max_value
    from number_bands
    window in_order as (partition by outcome, attribute order by band_number asc)

),

named as (

    select
        *,
        case
            when value_text is null then '(unknown)'
            when accounts < 30 then 'other'
            else value_text
        end as band
    from attribute_values
    where value_number is null

),

text_bands as (

    select
        outcome,
        attribute,
        band,
        sum(accounts) as accounts,
        sum(positives) as positives,
        sum(won_amount_usd) as won_amount_usd
    from named
    group by outcome, attribute, band

)

select
    outcome,
    attribute,
    case
        when min_value is null and max_value is null then 'any'
        when min_value is null then 'up to ' || {{ number_as_text("max_value") }}
        when max_value is null then 'from ' || {{ number_as_text("min_value") }}
        else {{ number_as_text("min_value") }} || ' to ' || {{ number_as_text("max_value") }}
    end as band,
    min_value,
    max_value,
    accounts,
    positives,
    won_amount_usd
from limited
union all
select
    outcome,
    attribute,
    band,
    cast(null as {{ type_double() }}) as min_value,
    cast(null as {{ type_double() }}) as max_value,
    accounts,
    positives,
    won_amount_usd
from text_bands
