with

points as (

    select
        accounts.account_id,
        coalesce({{ published_number("intent.decayed_intent_points") }}, 0) as decayed_intent_points,
        coalesce({{ published_number("intent.decayed_intent_points_7d_ago") }}, 0)
            as decayed_intent_points_7d_ago
    from {{ ref("int_accounts_merged") }} as accounts
    left join {{ ref("int_account_intent") }} as intent on accounts.account_id = intent.account_id
    where not accounts.is_merged

),

changes as (

    select
        *,
        cast(decayed_intent_points - decayed_intent_points_7d_ago as {{ type_number() }}) as change
    from points

)

select
    account_id,
    decayed_intent_points,
    decayed_intent_points_7d_ago,
    case
        when change >= {{ var("intent_trend_threshold") }} then 'rising'
        when -change >= {{ var("intent_trend_threshold") }} then 'falling'
        else 'steady'
    end as intent_trend
from changes
