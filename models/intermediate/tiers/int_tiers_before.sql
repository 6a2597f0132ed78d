with

history as (

    select
        account_id,
        scoring_model,
        tier_date,
        tier_number
    from {{ source("prioritization_history", "account_tier_history") }}
    where raw_source = {{ raw_source_name() }} and tier_date < {{ as_of_date() }}

),

last_builds as (

    select
        scoring_model,
        max(tier_date) as tier_date
    from history
    group by scoring_model

)

select
    history.account_id,
    history.scoring_model,
    history.tier_number
from history
inner join last_builds
    on history.scoring_model = last_builds.scoring_model
    and history.tier_date = last_builds.tier_date
where history.tier_number is not null
