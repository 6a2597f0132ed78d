-- a later build of the same day stands: this one then builds no day
with

kept as (

    select
        scoring_model,
        scored_at
    from {{ source("prioritization_history", "build_days") }}
    where raw_source = {{ raw_source_name() }} and tier_date = {{ as_of_date() }}

),

scored as (

    select distinct scoring_model from {{ ref("int_accounts_screened") }}

)

select
    coalesce(scored.scoring_model, kept.scoring_model) as scoring_model,
    {{ as_of_date() }} as tier_date,
    scored.scoring_model is not null as is_scored
from scored
full outer join kept on scored.scoring_model = kept.scoring_model
where (select count(case when kept_builds.scored_at > {{ as_of() }} then 1 end) from kept as kept_builds) = 0
