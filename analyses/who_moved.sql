-- One row an account whose tier this build (of a branch, in a target of its own) would change, against the marts that are
-- published in the schema of the var `compare_with`: from where to where, and the factor that did most of it.
with

points as (

    select account_id, dimension, factor, -priority_contribution as moved
    from {{ var("compare_with") }}.account_score_contributions
    where scoring_model in (select scoring_model from {{ ref("account_tiers") }})

    union all

    select account_id, dimension, factor, priority_contribution as moved
    from {{ ref("account_score_contributions") }}
    where scoring_model in (select scoring_model from {{ ref("account_tiers") }})

),

moves as (

    select account_id, dimension, factor, sum(moved) as moved
    from points
    group by account_id, dimension, factor

),

largest as (

    select *, row_number() over (partition by account_id order by abs(moved) desc, dimension, factor) as place
    from moves

)

select
    coalesce(built.account_id, published.account_id) as account_id,
    coalesce(built.account_name, published.account_name) as account_name,
    published.tier as tier_before,
    built.tier as tier_after,
    round(cast(published.priority_score as decimal(18, 6)), 1) as score_before,
    round(cast(built.priority_score as decimal(18, 6)), 1) as score_after,
    built.tier_reason,
    case when abs(largest.moved) > 0.000001 then largest.factor end as moved_most,
    case when abs(largest.moved) > 0.000001 then round(cast(largest.moved as decimal(18, 6)), 1) end as moved_by
from {{ ref("account_tiers") }} as built
full outer join {{ var("compare_with") }}.account_tiers as published on built.account_id = published.account_id
left join largest on coalesce(built.account_id, published.account_id) = largest.account_id and largest.place = 1
where built.tier is null or published.tier is null or built.tier_number <> published.tier_number
order by coalesce(built.priority_rank, 1000000000), coalesce(built.account_id, published.account_id)
