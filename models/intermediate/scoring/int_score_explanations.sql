with

accounts as (

    select distinct account_id from {{ ref("int_score_contributions") }}

),

-- what rounds to nothing explains nothing
largest_first as (

    select
        account_id,
        kind,
        reason,
        round(priority_points, 1) as priority_points,
        row_number() over (
            partition by account_id, kind
            order by round(priority_points, 1) desc, reason asc
        ) as place
    from {{ ref("int_score_reasons") }}
    where priority_points >= 0.05

),

told as (

    select
        account_id,
        kind,
        place,
        reason || case when kind = 'reason' then ' +' else ': up to +' end
        || {{ points_as_text("priority_points", 1) }}
        || case when kind = 'reason' then '' else ' more' end as sentence
    from largest_first
    where place <= 3

)

select
    accounts.account_id,
    {{ three_sentences("reason") }} as top_reasons,
    {{ three_sentences("gap") }} as top_gaps
from accounts
left join told on accounts.account_id = told.account_id
group by accounts.account_id
