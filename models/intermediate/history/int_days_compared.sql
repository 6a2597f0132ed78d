with

kept as (

    select * from {{ source("prioritization_history", "build_days") }}
    where raw_source = {{ raw_source_name() }}

),

built as (

    select * from {{ ref("int_days_built") }}

)

-- the day that is built, the one that follows it, and any of which the day before was taken back
select
    days.scoring_model,
    days.tier_date as changed_on,
    days.scored_at as changed_at,
    days.previous_date,
    -- of the day that is built they are there
    case
        when not before.has_contributions and before.tier_date <> {{ as_of_date() }} then before.tier_date
        when not kept.has_contributions and kept.tier_date <> {{ as_of_date() }} then kept.tier_date
    end as forgotten_date
from {{ ref("build_days") }} as days
left join kept on days.scoring_model = kept.scoring_model and days.tier_date = kept.tier_date
left join kept as before on days.scoring_model = before.scoring_model and days.previous_date = before.tier_date
where days.tier_date in (select built.tier_date from built)
    or days.previous_date in (select built.tier_date from built)
    or coalesce(days.previous_date <> kept.previous_date, (days.previous_date is null) <> (kept.previous_date is null))
union all
-- a model that is not scored any more had rows of the day
select
    scoring_model,
    tier_date as changed_on,
    {{ as_of() }} as changed_at,
    cast(null as date) as previous_date,
    cast(null as date) as forgotten_date
from built
where not is_scored
