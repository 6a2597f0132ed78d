with

-- of accounts that are ranked on both days
moves as (

    select
        moves.account_id,
        moves.scoring_model,
        moves.changed_on,
        moves.changed_at,
        days.scored_at as previous_at
    from {{ ref("int_tier_moves") }} as moves
    inner join {{ ref("build_days") }} as days
        on moves.scoring_model = days.scoring_model
        and moves.previous_date = days.tier_date
    where moves.from_tier_number is not null and moves.to_tier_number is not null

),

signal_types as (

    select * from {{ ref("stg_rules__signal_types") }}
    where points > 0

),

-- none but those since the first of the days is looked up
recent as (

    select * from {{ ref("stg_raw_tables__signals") }}
    where record_status = 'standing' and occurred_at > (select min(moves.previous_at) from moves)

),

matched as (

    {{ match_signals("recent") | indent(4) }}

),

counted as (

    select
        moves.account_id,
        moves.scoring_model,
        moves.changed_on,
        matched.signal_type,
        max(signal_types.points) as points,
        count(*) as signals
    from matched
    inner join signal_types on matched.signal_type = signal_types.signal_type
    inner join moves
        on matched.account_id = moves.account_id
        and matched.occurred_at > moves.previous_at
        and matched.occurred_at <= moves.changed_at
    group by moves.account_id, moves.scoring_model, moves.changed_on, matched.signal_type

),

-- what counts most comes first
placed as (

    select
        *,
        {{ counted("signals", in_words("signal_type")) }} as words,
        row_number() over (
            partition by account_id, scoring_model, changed_on
            order by points * signals desc, signal_type asc
        ) as place
    from counted

),

listed as (

    select
        account_id,
        scoring_model,
        changed_on,
        max(case when place = 1 then words end) as first_words,
        max(case when place = 2 then words end) as second_words,
        max(case when place = 3 then words end) as third_words
    from placed
    group by account_id, scoring_model, changed_on

)

select
    account_id,
    scoring_model,
    changed_on,
    {{ with_capital("first_words") }} || case
        when third_words is not null then ', ' || second_words || ' and ' || third_words
        else coalesce(' and ' || second_words, '')
    end as signals_told
from listed
