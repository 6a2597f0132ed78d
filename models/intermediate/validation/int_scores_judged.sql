with

outcomes as (

    select * from {{ ref("account_outcomes") }}
    where is_mature and not is_left_out

),

scores as (

    select * from {{ ref("account_tier_history") }}
    where tier_number is not null and tier_date in (select outcomes.tier_date from outcomes)

),

score_names as (

    {%- for name in ["priority_score", "fit_score", "intent_score", "relationship_score", "strategic_score"] %}
    select '{{ name }}' as score_name {{ "union all" if not loop.last }}
    {%- endfor %}

),

named as (

    select
        scores.scoring_model,
        score_names.score_name,
        scores.tier_date,
        scores.account_id,
        scores.tier_number,
        scores.tier,
        case score_names.score_name
            when 'priority_score' then scores.priority_score
            when 'fit_score' then scores.fit_score
            when 'intent_score' then scores.intent_score
            when 'relationship_score' then scores.relationship_score
            else scores.strategic_score
        end as score
    from scores
    cross join score_names

)

select
    named.scoring_model,
    named.score_name,
    outcomes.outcome,
    named.tier_date,
    named.account_id,
    named.tier_number,
    named.tier,
    named.score,
    case when outcomes.happened then 1 else 0 end as happened,
    outcomes.amount_usd,
    case when outcomes.is_backfilled then 1 else 0 end as is_backfilled,
    case when outcomes.has_hindsight then 1 else 0 end as has_hindsight,
    row_number() over (
        partition by named.scoring_model, named.score_name, outcomes.outcome, named.tier_date
        order by named.score desc, named.account_id asc
    ) as place,
    count(*) over (partition by named.scoring_model, named.score_name, outcomes.outcome, named.tier_date) as places
from named
inner join outcomes on named.account_id = outcomes.account_id and named.tier_date = outcomes.tier_date
where named.score is not null
