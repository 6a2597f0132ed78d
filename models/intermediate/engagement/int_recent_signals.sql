with

-- what counts most comes first
recent as (

    select
        account_id,
        signals_30d,
        {{ in_words("signal_type") }} as name,
        {{ how_long_ago(days_ago("last_occurred_at")) }} as how_long_ago,
        row_number() over (partition by account_id order by decayed_points desc, signal_type asc) as place
    from {{ ref("int_account_signal_types") }}
    where signals_30d > 0 and decayed_points > 0

),

told as (

    select
        account_id,
        'signal' as kind,
        place,
        {{ counted("signals_30d", "name") }} || case when signals_30d > 1 then ', last ' else ' ' end || how_long_ago as sentence
    from recent
    where place <= 3

),

listed as (

    select
        told.account_id,
        {{ three_sentences("signal") }} as sentences,
        max(case when told.place = 1 then told.sentence end) as strongest_signal
    from told
    group by told.account_id

)

select
    account_id,
    {{ with_capital("sentences") }} as why_now,
    strongest_signal
from listed
