with

accounts as (

    select distinct account_id from {{ ref("int_accounts_screened") }}
    where unranked_reason is null

),

largest_first as (

    select
        *,
        row_number() over (partition by account_id, kind order by priority_points desc, reason asc) as place
    from {{ ref("int_score_reasons") }}

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
