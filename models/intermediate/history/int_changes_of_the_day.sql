with

moves as (

    select * from {{ ref("int_tier_moves") }}

),

factors_of_signals as (

    select distinct
        scoring_model,
        dimension,
        factor
    from {{ ref("int_scoring_rules") }}
    where attribute = 'decayed_intent_points'

),

-- signals are told by what came since the day before
largest_first as (

    select
        factors.account_id,
        factors.scoring_model,
        factors.changed_on,
        'move' as kind,
        case
            when of_signals.factor is null then {{ as_words("factors.factor") }}
            when factors.difference < 0 then 'Signals fading,'
            else coalesce(signals.signals_told || ',', 'Signals')
        end
        || case when factors.difference > 0 then ' +' else ' ' end
        || {{ points_as_text("factors.difference", 1) }} as sentence,
        row_number() over (
            partition by factors.account_id, factors.scoring_model, factors.changed_on
            order by abs(round(factors.difference, 1)) desc, factors.dimension asc, factors.factor asc
        ) as place
    from {{ ref("int_contribution_moves") }} as factors
    left join factors_of_signals as of_signals
        on factors.scoring_model = of_signals.scoring_model
        and factors.dimension = of_signals.dimension
        and factors.factor = of_signals.factor
    left join {{ ref("int_signals_told") }} as signals
        on factors.account_id = signals.account_id
        and factors.scoring_model = signals.scoring_model
        and factors.changed_on = signals.changed_on
    where round(factors.difference, 1) <> 0

),

moved as (

    select
        told.account_id,
        told.scoring_model,
        told.changed_on,
        {{ three_sentences("move") }} as moved_most
    from largest_first as told
    group by told.account_id, told.scoring_model, told.changed_on

)

select
    moves.account_id,
    accounts.account_name,
    moves.scoring_model,
    moves.is_primary,
    moves.changed_on,
    moves.changed_at,
    moves.previous_date,
    moves.from_tier_number,
    moves.from_tier,
    moves.to_tier_number,
    moves.to_tier,
    moves.from_score,
    moves.to_score,
    case
        when moves.from_tier_number is null then 'in'
        when moves.to_tier_number is null then 'out'
        when moves.to_tier_number < moves.from_tier_number then 'up'
        else 'down'
    end as direction,
    {{ published_number("moves.to_score - moves.from_score") }} as score_change,
    moves.owner_id,
    moves.from_reason,
    moves.to_reason,
    case
        when moves.from_tier_number is null and moves.from_reason = 'new' then 'New account'
        when moves.from_tier_number is null then 'Now ranked; before: ' || {{ unranked_words("moves.from_reason") }}
        when moves.to_tier_number is null then 'No longer ranked: ' || {{ unranked_words("moves.to_reason") }}
        -- the same change made once more keeps what it was told by
        when moves.forgotten_date is not null
            then coalesce(
                kept.why,
                'contributions of ' || cast(moves.forgotten_date as {{ dbt.type_string() }}) || ' are no longer kept'
            )
        else coalesce(moved.moved_most, 'No contribution moved') || {{ tier_reason_words("moves.to_reason", "above.tier") }}
    end as why
from moves
left join {{ ref("stg_rules__tiers") }} as above
    on moves.scoring_model = above.scoring_model
    and moves.to_tier_number = above.tier_number + 1
left join {{ ref("accounts") }} as accounts on moves.account_id = accounts.account_id
left join moved
    on moves.account_id = moved.account_id
    and moves.scoring_model = moved.scoring_model
    and moves.changed_on = moved.changed_on
left join {{ source("prioritization_history", "account_tier_changes") }} as kept
    on moves.account_id = kept.account_id
    and moves.scoring_model = kept.scoring_model
    and moves.changed_on = kept.changed_on
    and moves.previous_date = kept.previous_date
    and moves.from_score = kept.from_score
    and moves.to_score = kept.to_score
    and kept.raw_source = {{ raw_source_name() }}
