{{ config(meta={"remembered": "day"}) }}
with

-- all other days, and this day if a later build of it was published
kept as (

    select *
    from {{ source("prioritization_history", "account_tier_history") }}
    where raw_source = {{ raw_source_name() }} and (tier_date <> {{ as_of_date() }} or scored_at > {{ as_of() }})

),

kept_of_the_day as (

    select count(*) as kept_rows from kept
    where tier_date = {{ as_of_date() }}

),

of_the_day as (

    select
        scores.account_id,
        scores.scoring_model,
        scores.priority_score,
        scores.priority_rank,
        scores.tier_number,
        scores.tier,
        scores.tier_reason,
        lists.top_reason,
        lists.contributions
    from {{ ref("account_scores") }} as scores
    left join {{ ref("int_contribution_lists") }} as lists
        on scores.account_id = lists.account_id
        and scores.scoring_model = lists.scoring_model
    union all
    select
        account_id,
        scoring_model,
        cast(null as {{ type_double() }}) as priority_score,
        cast(null as {{ dbt.type_bigint() }}) as priority_rank,
        cast(null as {{ dbt.type_int() }}) as tier_number,
        'Unranked' as tier,
        reason as tier_reason,
        cast(null as {{ dbt.type_string() }}) as top_reason,
        cast(null as {{ dbt.type_string() }}) as contributions
    from {{ ref("unranked_accounts") }}

)

select
    account_id,
    scoring_model,
    tier_date,
    scored_at,
    priority_score,
    priority_rank,
    tier_number,
    tier,
    tier_reason,
    top_reason,
    contributions
from kept
union all
select
    of_the_day.account_id,
    of_the_day.scoring_model,
    {{ as_of_date() }} as tier_date,
    {{ as_of() }} as scored_at,
    of_the_day.priority_score,
    of_the_day.priority_rank,
    of_the_day.tier_number,
    of_the_day.tier,
    of_the_day.tier_reason,
    of_the_day.top_reason,
    of_the_day.contributions
from of_the_day
cross join kept_of_the_day
where kept_of_the_day.kept_rows = 0
