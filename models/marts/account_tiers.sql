with

scores as (

    select account_scores.*
    from {{ ref("account_scores") }} as account_scores
    inner join {{ ref("stg_rules__scoring_models") }} as models
        on account_scores.scoring_model = models.scoring_model
    where models.is_primary

),

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

engagement as (

    select * from {{ ref("int_account_engagement") }}

),

intent as (

    select * from {{ ref("int_intent_trends") }}

),

explanations as (

    select * from {{ ref("int_score_explanations") }}

)

select
    scores.account_id,
    accounts.account_name,
    accounts.domain,
    accounts.owner_id,
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
    intent.decayed_intent_points,
    intent.decayed_intent_points_7d_ago,
    intent.intent_trend,
    scores.data_completeness,
    explanations.top_reasons,
    explanations.top_gaps,
    scores.coverage,
    scores.accounts_per_rep,
    scores.touch_cadence,
    scores.program,
    scores.budget_min_usd,
    scores.budget_max_usd
from scores
inner join accounts on scores.account_id = accounts.account_id
left join engagement on scores.account_id = engagement.account_id
inner join intent on scores.account_id = intent.account_id
inner join explanations on scores.account_id = explanations.account_id
