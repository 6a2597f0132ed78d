with

moves as (

    select * from {{ ref("int_tier_moves") }}

),

largest_first as (

    select
        account_id,
        scoring_model,
        changed_on,
        'move' as kind,
        {{ as_words("factor") }} || case when difference > 0 then ' +' else ' ' end
        || {{ points_as_text("difference", 1) }} as sentence,
        row_number() over (
            partition by account_id, scoring_model, changed_on order by abs(round(difference, 1)) desc, factor asc
        ) as place
    from {{ ref("int_contribution_moves") }}
    where round(difference, 1) <> 0

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
    moves.scoring_model,
    moves.changed_on,
    moves.changed_at,
    moves.previous_date,
    moves.from_tier_number,
    moves.from_tier,
    moves.to_tier_number,
    moves.to_tier,
    moves.from_score,
    moves.to_score,
    moves.from_reason,
    moves.to_reason,
    case
        when moves.from_tier_number is null then 'Now ranked; before: ' || moves.from_reason
        when moves.to_tier_number is null then 'No longer ranked: ' || moves.to_reason
        -- the same change made once more keeps what it was told by
        when moves.forgotten_date is not null
            then coalesce(
                kept.why,
                'contributions of ' || cast(moves.forgotten_date as {{ dbt.type_string() }}) || ' are no longer kept'
            )
        else coalesce(moved.moved_most, 'No contribution moved') || ' (' || moves.to_reason || ')'
    end as why
from moves
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
