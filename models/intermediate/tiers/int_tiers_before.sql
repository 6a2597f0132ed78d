with

last_builds as (

    select
        scoring_model,
        max(tier_date) as tier_date
    from {{ source("prioritization_history", "build_days") }}
    where raw_source = {{ raw_source_name() }} and tier_date < {{ as_of_date() }}
    group by scoring_model

)

select
    history.account_id,
    history.scoring_model,
    history.tier_number
from {{ source("prioritization_history", "account_tier_history") }} as history
inner join last_builds
    on history.scoring_model = last_builds.scoring_model
    and history.tier_date = last_builds.tier_date
where history.raw_source = {{ raw_source_name() }} and history.tier_number is not null
