-- what the champion and a challenger both ranked
with

judged as (

    select * from {{ ref("int_scores_judged") }}
    where score_name = 'priority_score'

),

champions as (

    select scoring_model from {{ ref("stg_rules__scoring_models") }}
    where is_primary

)

select
    champion.outcome,
    champion.scoring_model as champion,
    challenger.scoring_model as challenger,
    champion.tier_date,
    champion.account_id,
    champion.happened,
    champion.score as champion_score,
    challenger.score as challenger_score,
    champion.tier_number as champion_tier_number,
    challenger.tier_number as challenger_tier_number,
    row_number() over (
        partition by champion.outcome, challenger.scoring_model, champion.tier_date order by champion.place asc
    ) as champion_place,
    row_number() over (
        partition by champion.outcome, challenger.scoring_model, champion.tier_date order by challenger.place asc
    ) as challenger_place,
    sum(case when champion.tier_number = 1 then 1 else 0 end) over (
        partition by champion.outcome, challenger.scoring_model, champion.tier_date
    ) as top_places
from judged as champion
inner join judged as challenger
    on champion.outcome = challenger.outcome
    and champion.tier_date = challenger.tier_date
    and champion.account_id = challenger.account_id
    and champion.scoring_model <> challenger.scoring_model
where champion.scoring_model in (select champions.scoring_model from champions)
