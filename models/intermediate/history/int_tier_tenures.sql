with

models as (

    select scoring_model from {{ ref("stg_rules__scoring_models") }}
    where is_primary

),

days as (

    select
        build_days.scoring_model,
        min(build_days.tier_date) as first_date,
        max(
            case
                when {{ days_since("build_days.tier_date") }} >= 7
                    then build_days.tier_date
            end
        ) as week_ago_date
    from {{ ref("build_days") }} as build_days
    inner join models on build_days.scoring_model = models.scoring_model
    group by build_days.scoring_model

),

latest_first as (

    select
        changes.*,
        row_number() over (partition by changes.account_id order by changes.changed_on desc) as place
    from {{ ref("account_tier_changes") }} as changes
    inner join models on changes.scoring_model = models.scoring_model
    where changes.changed_on <= {{ as_of_date() }}

),

week_ago as (

    select
        history.account_id,
        history.priority_rank,
        history.priority_score
    from {{ ref("account_tier_history") }} as history
    inner join days on history.scoring_model = days.scoring_model and history.tier_date = days.week_ago_date

),

tenures as (

    select
        ranked.account_id,
        changes.from_tier_number as previous_tier_number,
        coalesce(changes.changed_on, days.first_date) as tier_since,
        changes.changed_on is not null and coalesce(changes.from_tier_number > ranked.tier_number, true) as has_come_up,
        week_ago.priority_rank as priority_rank_7d_ago,
        week_ago.priority_score as priority_score_7d_ago
    from {{ ref("int_tiers_assigned") }} as ranked
    inner join days on ranked.scoring_model = days.scoring_model
    left join latest_first as changes on ranked.account_id = changes.account_id and changes.place = 1
    left join week_ago on ranked.account_id = week_ago.account_id

)

select
    account_id,
    previous_tier_number,
    tier_since,
    cast({{ days_since("tier_since") }} as {{ dbt.type_int() }}) as days_in_tier,
    has_come_up,
    priority_rank_7d_ago,
    priority_score_7d_ago
from tenures
