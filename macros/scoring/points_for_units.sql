{#- SQL: what a number of units gives at so many points each. A decimal; numbers beyond any dimension's points are cut,
    units and points, so that the largest value that a raw table can hold does not overflow. -#}
{% macro points_for_units(units, points_per_unit) -%}
    cast(
        least(greatest(least(greatest({{ units }}, -1e25), 1e25) * cast({{ points_per_unit }} as {{ type_double() }}), -1e14), 1e14) as {{ type_number() }}
    )
{%- endmacro %}
