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
