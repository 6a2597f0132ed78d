with

tiers as (

    select
        scores.account_id,
        scores.scoring_model,
        scores.is_primary,
        scores.priority_score,
        scores.priority_rank,
        scores.tier_number,
        scores.tier,
        scores.tier_reason,
        reasons.top_reason,
        scores.fit_score,
        scores.intent_score,
        scores.relationship_score,
        scores.strategic_score
    from {{ ref("account_scores") }} as scores
    left join {{ ref("int_top_reasons") }} as reasons
        on scores.account_id = reasons.account_id
        and scores.scoring_model = reasons.scoring_model
    union all
    select
        account_id,
        scoring_model,
        is_primary,
        cast(null as {{ type_double() }}) as priority_score,
        cast(null as {{ dbt.type_bigint() }}) as priority_rank,
        cast(null as {{ dbt.type_int() }}) as tier_number,
        'Unranked' as tier,
        reason as tier_reason,
        cast(null as {{ dbt.type_string() }}) as top_reason,
        cast(null as {{ type_double() }}) as fit_score,
        cast(null as {{ type_double() }}) as intent_score,
        cast(null as {{ type_double() }}) as relationship_score,
        cast(null as {{ type_double() }}) as strategic_score
    from {{ ref("unranked_accounts") }}

)

select
    tiers.account_id,
    tiers.scoring_model,
    tiers.is_primary,
    days.tier_date,
    {{ as_of() }} as scored_at,
    tiers.priority_score,
    tiers.priority_rank,
    tiers.tier_number,
    tiers.tier,
    tiers.tier_reason,
    tiers.top_reason,
    tiers.fit_score,
    tiers.intent_score,
    tiers.relationship_score,
    tiers.strategic_score,
    case
        when accounts.account_id is not null and accounts.merged_into_account_id is null
            then coalesce(engagement.engagement_status, 'cold')
    end as engagement_status,
    accounts.owner_id,
    {{ started_at() }} as built_at,
    {{ text_literal(rules_hash()) }} as rules_hash,
    hindsight.account_id is not null as has_hindsight
from tiers
left join {{ ref("accounts") }} as accounts on tiers.account_id = accounts.account_id
left join {{ ref("int_account_engagement") }} as engagement on tiers.account_id = engagement.account_id
left join {{ ref("int_accounts_with_hindsight") }} as hindsight on tiers.account_id = hindsight.account_id
inner join {{ ref("int_days_built") }} as days on tiers.scoring_model = days.scoring_model
