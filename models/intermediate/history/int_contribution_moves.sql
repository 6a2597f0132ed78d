with

moves as (

    select * from {{ ref("int_tier_moves") }}
    where from_tier_number is not null and to_tier_number is not null

),

-- what each factor added to the score on either side
sides as (

    select
        account_id,
        scoring_model,
        changed_on,
        -1 as side,
        from_contributions as contributions
    from moves
    union all
    select
        account_id,
        scoring_model,
        changed_on,
        1 as side,
        to_contributions as contributions
    from moves

),

up_to_32 as (

    {{ numbers_up_to(32) }}

),

numbers as (

    select (thirties.number - 1) * 32 + ones.number as number
    from up_to_32 as ones
    cross join up_to_32 as thirties

),

listed as (

    select
        sides.account_id,
        sides.scoring_model,
        sides.changed_on,
        sides.side,
        split_part(sides.contributions, '|', numbers.number) as contribution
    from sides
    inner join numbers
        on numbers.number <= length(sides.contributions) - length(replace(sides.contributions, '|', '')) + 1

)

select
    account_id,
    scoring_model,
    changed_on,
    split_part(contribution, '=', 1) as factor,
    sum(side * {{ to_points("split_part(contribution, '=', 2)") }}) as difference
from listed
group by account_id, scoring_model, changed_on, split_part(contribution, '=', 1)
