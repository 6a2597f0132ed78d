{{ config(meta={"remembered": {"whole": true}}) }}
with

days as (

    select
        kept.scoring_model,
        kept.tier_date,
        kept.scored_at,
        kept.built_at,
        kept.has_contributions,
        coalesce(kept.has_attributes, false) as has_attributes
    from {{ source("prioritization_history", "build_days") }} as kept
    left join {{ ref("int_days_built") }} as built
        on kept.scoring_model = built.scoring_model
        and kept.tier_date = built.tier_date
    where kept.raw_source = {{ raw_source_name() }} and built.tier_date is null
    union all
    select
        scoring_model,
        tier_date,
        {{ as_of() }} as scored_at,
        {{ started_at() }} as built_at,
        true as has_contributions,
        true as has_attributes
    from {{ ref("int_days_built") }}
    where is_scored

),

placed as (

    select
        *,
        lag(tier_date) over (partition by scoring_model order by tier_date asc) as previous_date,
        max(tier_date) over (partition by scoring_model) as last_date,
        min(tier_date) over (partition by scoring_model, {{ dbt.date_trunc("month", "tier_date") }}) as first_date_of_month
    from days

)

select
    scoring_model,
    tier_date,
    scored_at,
    built_at,
    previous_date,
    -- of the last build, of 35 days, and of the first build day of a month; what was given up is not to be had again
    has_contributions
    and (
        tier_date = {{ as_of_date() }}
        or tier_date = first_date_of_month
        or {{ dbt.datediff("tier_date", "last_date", "day") }} < 35
    ) as has_contributions,
    has_attributes and tier_date = first_date_of_month as has_attributes
from placed
