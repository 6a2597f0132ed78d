{#- SQL: what a signal is still worth, given its age in half-lives; nothing past the horizon. A decimal, so that sums are
    the same in any order. Expects the column `points`. -#}
{% macro decayed_points(counts, half_lives) -%}
    cast(
        case
            when {{ counts }} and {{ half_lives }} <= {{ var("decay_horizon_half_lives") }}
                then points * power(cast(2 as {{ type_double() }}), -{{ half_lives }})
            else 0
        end as decimal(18, 10)
    )
{%- endmacro %}


{#- SQL: the age of a signal at a moment, in half-lives of its type. Expects the row of `signal_types`. -#}
{% macro half_lives(occurred_at, moment) -%} {{ days_between(occurred_at, moment) }} / signal_types.half_life_days {%- endmacro %}


{#- SQL: whether a signal is worth something still, or was a week ago, or is counted. -#}
{% macro is_lasting(half_lives_a_week_ago, days_ago) -%}
    ({{ half_lives_a_week_ago }} <= {{ var("decay_horizon_half_lives") }} or {{ days_ago }} < 30)
{%- endmacro %}
