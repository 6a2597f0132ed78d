with

kept as (

    select * from {{ source("prioritization_history", "account_attributes") }}
    where raw_source = {{ raw_source_name() }}

),

outcomes as (

    select * from {{ ref("account_outcomes") }}
    where is_mature and not is_left_out and tier_date in (select kept.tier_date from kept)

),

-- what each model ranked
judged as (

    select
        scores.scoring_model,
        outcomes.outcome,
        outcomes.tier_date,
        outcomes.account_id,
        case when outcomes.happened then 1 else 0 end as happened,
        outcomes.amount_usd
    from outcomes
    inner join {{ ref("account_tier_history") }} as scores
        on outcomes.account_id = scores.account_id and outcomes.tier_date = scores.tier_date
    where scores.tier_number is not null

),

totals as (

    select
        scoring_model,
        outcome,
        count(*) as accounts,
        cast(sum(happened) as {{ type_double() }}) as positives,
        sum(case when happened = 1 then amount_usd end) as won_amount_usd
    from judged
    group by scoring_model, outcome

),

kept_attributes as (

    select distinct attribute from kept

),

-- of the primary model all, of others those that its rules name
wanted as (

    select
        models.scoring_model,
        kept_attributes.attribute
    from {{ ref("stg_rules__scoring_models") }} as models
    cross join kept_attributes
    where models.is_primary
    union
    select
        scoring_model,
        attribute
    from {{ ref("int_scoring_rules") }}

),

known as (

    select
        judged.scoring_model,
        judged.outcome,
        kept.attribute,
        kept.value_number,
        kept.value_text,
        count(*) as accounts,
        cast(sum(judged.happened) as {{ type_double() }}) as positives,
        sum(case when judged.happened = 1 then judged.amount_usd end) as won_amount_usd
    from judged
    inner join kept on judged.account_id = kept.account_id and judged.tier_date = kept.tier_date
    inner join wanted on judged.scoring_model = wanted.scoring_model and kept.attribute = wanted.attribute
    group by judged.scoring_model, judged.outcome, kept.attribute, kept.value_number, kept.value_text

),

-- what has no row: no signal, no technology, or unknown
rest as (

    select
        totals.scoring_model,
        totals.outcome,
        wanted.attribute,
        case when substring(wanted.attribute, 1, 8) = 'signals_' then cast(0 as {{ type_double() }}) end as value_number,
        case when {{ is_technology_attribute("wanted.attribute") }} then 'false' end as value_text,
        totals.accounts - coalesce(sum(known.accounts), 0) as accounts,
        totals.positives - coalesce(sum(known.positives), 0) as positives,
        coalesce(totals.won_amount_usd, 0) - coalesce(sum(known.won_amount_usd), 0) as won_amount_usd
    from totals
    inner join wanted on totals.scoring_model = wanted.scoring_model
    left join known
        on totals.scoring_model = known.scoring_model and totals.outcome = known.outcome and wanted.attribute = known.attribute
    group by totals.scoring_model, totals.outcome, wanted.attribute, totals.accounts, totals.positives, totals.won_amount_usd

)

select * from known
union all
select * from rest
where accounts > 0
