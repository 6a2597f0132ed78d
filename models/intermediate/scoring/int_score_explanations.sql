with

accounts as (

    select
        account_id,
        scoring_model
    from {{ ref("int_accounts_screened") }}
    where unranked_reason is null

),

largest_first as (

    select
        *,
        row_number() over (partition by account_id, scoring_model, kind order by priority_points desc, reason asc) as place
    from {{ ref("int_score_reasons") }}

),

told as (

    select
        account_id,
        scoring_model,
        kind,
        place,
        case
            when kind = 'fit' then reason
            when kind = 'gap' then reason || ': up to +' || {{ points_as_text("priority_points", 1) }} || ' more'
            else reason || ' +' || {{ points_as_text("priority_points", 1) }}
        end as sentence
    from largest_first
    where place <= 3

)

select
    accounts.account_id,
    accounts.scoring_model,
    {{ three_sentences("reason") }} as top_reasons,
    {{ three_sentences("gap") }} as top_gaps,
    {{ three_sentences("fit") }} as why_fit,
    {{ three_sentences("gap_to_act_on") }} as gaps_to_act_on,
    {{ three_sentences("gap_in_data") }} as gaps_in_data,
    max(case when told.kind = 'gap_to_act_on' and told.place = 1 then told.sentence end) as largest_gap_to_act_on
from accounts
left join told on accounts.account_id = told.account_id and accounts.scoring_model = told.scoring_model
group by accounts.account_id, accounts.scoring_model
