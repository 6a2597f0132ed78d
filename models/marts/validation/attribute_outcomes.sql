with

-- of a band that has few, ten rows at the base rate tell more
smoothed as (

    select
        *,
        sum(accounts) over of_all as all_accounts,
        sum(positives) over of_all as all_positives,
        count(*) over of_all as bands,
        positives + 10 * sum(positives) over of_all / sum(accounts) over of_all as more_positives,
        accounts - positives + 10 * (1 - sum(positives) over of_all / sum(accounts) over of_all) as more_others
    from {{ ref("int_attribute_bands") }}
    window of_all as (partition by outcome, attribute)

),

shares as (

    select
        *,
        more_positives / nullif(sum(more_positives) over of_all, 0) as share_of_positives,
        more_others / nullif(sum(more_others) over of_all, 0) as share_of_others
    from smoothed
    window of_all as (partition by outcome, attribute)

),

weighed as (

    select
        *,
        case
            when share_of_positives > 0 and share_of_others > 0 then ln(share_of_positives / share_of_others)
        end as weight_of_evidence,
        case
            when share_of_positives > 0 and share_of_others > 0 then {{ z_95() }} * sqrt(1 / more_positives + 1 / more_others)
        end as woe_limit
    from shares

)

select
    outcome,
    attribute,
    band,
    min_value,
    max_value,
    cast(accounts as {{ dbt.type_bigint() }}) as accounts,
    accounts / all_accounts as share,
    cast(positives as {{ dbt.type_bigint() }}) as positives,
    positives / accounts as conversion_rate,
    {{ wilson_limit("positives", "accounts", "-") }} as rate_low,
    {{ wilson_limit("positives", "accounts", "+") }} as rate_high,
    won_amount_usd / nullif(positives, 0) as average_won_amount_usd,
    coalesce(won_amount_usd, 0) / accounts as value_per_account_usd,
    weight_of_evidence,
    weight_of_evidence - woe_limit as woe_low,
    weight_of_evidence + woe_limit as woe_high,
    sum((share_of_positives - share_of_others) * weight_of_evidence) over of_all as information_value,
    sum((share_of_positives - share_of_others) * weight_of_evidence) over of_all
    - (bands - 1) * (1 / nullif(all_positives, 0) + 1 / nullif(all_accounts - all_positives, 0)) as information_value_less_noise
from weighed
window of_all as (partition by outcome, attribute)
