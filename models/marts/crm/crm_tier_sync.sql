{{ config(meta={"remembered": {"whole": true}}) }}
with

days as (

    select build_days.*
    from {{ ref("build_days") }} as build_days
    inner join {{ ref("stg_rules__scoring_models") }} as models on build_days.scoring_model = models.scoring_model
    where models.is_primary

),

-- the latest build, also when an earlier day is filled in
last_build as (

    select
        coalesce(max(case when tier_date > {{ as_of_date() }} then tier_date end), {{ as_of_date() }}) as tier_date,
        coalesce(max(case when scored_at > {{ as_of() }} then scored_at end), {{ as_of() }}) as scored_at
    from days

),

today as (

    select history.*
    from {{ ref("account_tier_history") }} as history
    inner join days on history.scoring_model = days.scoring_model and history.tier_date = days.tier_date
    inner join last_build on days.tier_date = last_build.tier_date

),

synced as (

    select *
    from {{ source("prioritization_history", "crm_tier_sync") }}
    where raw_source = {{ raw_source_name() }}

),

accounts as (

    select account_id from today
    where tier_number is not null
    union
    select account_id from synced

),

mapped as (

    select
        accounts.account_id,
        coalesce(today.tier, 'Unranked') as tier,
        coalesce(today.tier_number, 0) as tier_number,
        cast(coalesce(round({{ to_points("today.priority_score") }}, 0), 0) as {{ dbt.type_int() }}) as priority_score,
        coalesce(today.tier_reason, 'deleted') as tier_reason,
        case
            when today.tier_number is null then 'Not ranked: ' || coalesce(today.tier_reason, 'deleted')
            else coalesce(today.top_reason, 'Nothing in its favour yet')
        end as top_reason
    from accounts
    left join today on accounts.account_id = today.account_id

),

hashed as (

    select
        *,
        {{ dbt.hash(
            "tier || '|' || cast(tier_number as " ~ dbt.type_string() ~ ") || '|' || cast(priority_score as "
            ~ dbt.type_string() ~ ") || '|' || tier_reason || '|' || top_reason"
        ) }} as row_hash
    from mapped

)

select
    hashed.account_id,
    hashed.tier,
    hashed.tier_number,
    hashed.priority_score,
    hashed.tier_reason,
    hashed.top_reason,
    hashed.row_hash,
    case when hashed.row_hash = synced.row_hash then synced.changed_at else last_build.scored_at end as changed_at
from hashed
cross join last_build
left join synced on hashed.account_id = synced.account_id
