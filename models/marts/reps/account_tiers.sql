with

scores as (

    select * from {{ ref("account_scores") }}
    where is_primary

),

accounts as (

    select * from {{ ref("accounts") }}

),

engagement as (

    select * from {{ ref("int_account_engagement") }}

),

intent as (

    select * from {{ ref("int_intent_trends") }}

),

relationships as (

    select * from {{ ref("int_account_relationships") }}

),

touches as (

    select * from {{ ref("int_account_touches") }}

),

tenures as (

    select * from {{ ref("int_tier_tenures") }}

),

next_steps as (

    select * from {{ ref("int_next_steps") }}

),

signals as (

    select * from {{ ref("int_recent_signals") }}

),

explanations as (

    select * from {{ ref("int_score_explanations") }}

)

select
    scores.account_id,
    accounts.account_name,
    accounts.domain,
    accounts.industry,
    accounts.country,
    accounts.annual_revenue_usd,
    accounts.employee_count,
    accounts.is_strategic,
    accounts.crm_url,
    accounts.owner_id,
    accounts.owner_name,
    accounts.owner_is_active,
    accounts.territory,
    scores.scoring_model,
    scores.scored_at,
    scores.fit_score,
    scores.intent_score,
    scores.relationship_score,
    scores.strategic_score,
    scores.priority_score,
    scores.priority_rank,
    scores.tier_number,
    scores.tier,
    scores.tier_reason,
    scores.score_tier_number,
    scores.capacity_tier_number,
    scores.override_tier_number,
    tenures.previous_tier_number,
    tenures.tier_since,
    tenures.days_in_tier,
    tenures.priority_rank_7d_ago,
    tenures.priority_score_7d_ago,
    case
        when scores.fit_score is null or scores.intent_score is null then null
        when scores.fit_score >= {{ var("fit_threshold") }}
            then case
                when scores.intent_score >= {{ var("timing_threshold") }} then 'good_place'
                else 'get_back_to_me'
            end
        when scores.intent_score >= {{ var("timing_threshold") }} then 'false_hope'
        else 'bad_place'
    end as quadrant,
    coalesce(engagement.engagement_status, 'cold') as engagement_status,
    engagement.engagement_trigger,
    engagement.engaged_since,
    engagement.respond_by,
    engagement.answered_at,
    engagement.response_status,
    intent.decayed_intent_points,
    intent.decayed_intent_points_7d_ago,
    intent.intent_trend,
    scores.data_completeness,
    next_steps.next_step,
    next_steps.next_step_code,
    signals.why_now,
    explanations.why_fit,
    explanations.gaps_to_act_on,
    explanations.gaps_in_data,
    scores.top_reasons,
    scores.top_gaps,
    touches.last_outbound_at,
    touches.last_outbound_type,
    touches.last_inbound_at,
    -- whom nobody ever turned to is due now
    cast({{ dbt.dateadd(
        "day",
        days_between_touches("scores.touch_cadence") ~ " - coalesce(touches.days_since_last_outbound, "
        ~ days_between_touches("scores.touch_cadence") ~ ")",
        "cast(" ~ as_of_date() ~ " as timestamp)"
    ) }} as date) as next_touch_due_on,
    relationships.open_opportunities,
    relationships.open_opportunity_amount_usd,
    relationships.open_opportunity_stage,
    relationships.engaged_contacts,
    relationships.highest_engaged_seniority,
    relationships.engaged_departments,
    scores.covered_by,
    scores.accounts_per_rep,
    scores.touch_cadence,
    scores.program,
    scores.budget_min_usd,
    scores.budget_max_usd
from scores
inner join accounts on scores.account_id = accounts.account_id
left join engagement on scores.account_id = engagement.account_id
inner join intent on scores.account_id = intent.account_id
inner join relationships on scores.account_id = relationships.account_id
left join touches on scores.account_id = touches.account_id
inner join tenures on scores.account_id = tenures.account_id
inner join next_steps on scores.account_id = next_steps.account_id
inner join explanations
    on scores.account_id = explanations.account_id
    and scores.scoring_model = explanations.scoring_model
left join signals on scores.account_id = signals.account_id
