{#- for how many days a tier is new, and how long before and after the day that it asked for an account is come back to -#}
{%- set new_for, early, late = 7, 14, 30 -%}
with

ranked as (

    select
        screened.account_id,
        screened.scoring_model,
        tiers.tier
    from {{ ref("int_accounts_screened") }} as screened
    inner join {{ ref("int_tiers_assigned") }} as tiers
        on screened.account_id = tiers.account_id
        and screened.scoring_model = tiers.scoring_model
    where screened.is_primary

),

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

engagement as (

    select * from {{ ref("int_account_engagement") }}

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

signals as (

    select * from {{ ref("int_recent_signals") }}

),

explanations as (

    select * from {{ ref("int_score_explanations") }}

),

-- the first that holds
chosen as (

    select
        ranked.account_id,
        ranked.tier,
        case
            when engagement.response_status in ('overdue', 'due') then 'respond'
            when relationships.open_opportunities > 0 then 'work_deal'
            when {{ days_until("accounts.get_back_on") }} between {{ -late }} and {{ early }}
                and coalesce(touches.days_since_last_outbound > -{{ days_until("accounts.get_back_on") }}, true)
                then 'come_back'
            when tenures.has_come_up and tenures.days_in_tier < {{ new_for }} and signals.strongest_signal is not null then 'open'
            when explanations.largest_gap_to_act_on is not null then 'close_gap'
        end as next_step_code,
        engagement.engagement_trigger,
        engagement.engaged_since,
        engagement.response_status,
        engagement.respond_by,
        relationships.open_opportunities,
        relationships.open_opportunity_amount_usd,
        relationships.open_opportunity_stage,
        accounts.get_back_on,
        signals.strongest_signal,
        explanations.largest_gap_to_act_on
    from ranked
    inner join accounts on ranked.account_id = accounts.account_id
    inner join relationships on ranked.account_id = relationships.account_id
    inner join tenures on ranked.account_id = tenures.account_id
    inner join explanations
        on ranked.account_id = explanations.account_id
        and ranked.scoring_model = explanations.scoring_model
    left join engagement on ranked.account_id = engagement.account_id
    left join touches on ranked.account_id = touches.account_id
    left join signals on ranked.account_id = signals.account_id

),

phrased as (

    select
        *,
        {{ how_long_ago(days_ago("engaged_since")) }} as engaged_told,
        case
            when response_status = 'due' then 'within ' || {{ hours_until("respond_by") }}
            when {{ days_ago("respond_by") }} = 0 then 'earlier today'
            else {{ how_long_ago(days_ago("respond_by")) }}
        end as due_told,
        case
            when open_opportunities = 1 then 'open deal' || coalesce(', ' || open_opportunity_stage, '')
            else
                cast(open_opportunities as {{ dbt.type_string() }}) || ' open deals'
                || coalesce(', the largest in ' || open_opportunity_stage, '')
        end as deals_told,
        {{ money_as_text("open_opportunity_amount_usd") }} as amount_told,
        {{ days_until("get_back_on") }} > 0 as is_later
    from chosen

)

select
    account_id,
    next_step_code,
    case
        when next_step_code = 'respond'
            then 'Answer the ' || {{ in_words("engagement_trigger") }} || ' of ' || engaged_told || ', due ' || due_told
        when next_step_code = 'work_deal' then 'Work the ' || deals_told || coalesce(' (' || amount_told || ')', '')
        when next_step_code = 'come_back' and is_later
            then 'Come back on ' || cast(get_back_on as {{ dbt.type_string() }}) || ', as asked'
        when next_step_code = 'come_back' then 'Come back now, as asked for ' || cast(get_back_on as {{ dbt.type_string() }})
        when next_step_code = 'open' then 'New in ' || tier || ': open with the ' || strongest_signal
        when next_step_code = 'close_gap' then largest_gap_to_act_on
    end as next_step
from phrased
