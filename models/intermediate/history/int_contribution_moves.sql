with

moves as (

    select * from {{ ref("int_tier_moves") }}
    where from_tier_number is not null and to_tier_number is not null

),

sides as (

    select
        account_id,
        scoring_model,
        changed_on,
        previous_date as tier_date,
        -1 as side
    from moves
    union all
    select
        account_id,
        scoring_model,
        changed_on,
        changed_on as tier_date,
        1 as side
    from moves

),

-- what each factor added to the score, on the day that is built and on its neighbours
contributions as (

    select
        account_id,
        scoring_model,
        tier_date,
        dimension,
        factor,
        priority_contribution
    from {{ source("prioritization_history", "account_contributions") }}
    where raw_source = {{ raw_source_name() }} and tier_date <> {{ as_of_date() }}
    union all
    select
        account_id,
        scoring_model,
        tier_date,
        dimension,
        factor,
        priority_contribution
    from {{ ref("int_contributions_of_the_day") }}

)

select
    sides.account_id,
    sides.scoring_model,
    sides.changed_on,
    contributions.dimension,
    contributions.factor,
    sum(sides.side * contributions.priority_contribution) as difference
from contributions
inner join sides
    on contributions.account_id = sides.account_id
    and contributions.scoring_model = sides.scoring_model
    and contributions.tier_date = sides.tier_date
group by sides.account_id, sides.scoring_model, sides.changed_on, contributions.dimension, contributions.factor
