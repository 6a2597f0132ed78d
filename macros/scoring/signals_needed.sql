{#- SQL: how many signals complete a trigger; one is enough that carries a value. `trigger` is the alias of a row of triggers. -#}
{% macro signals_needed(trigger) -%}
    cast(case when {{ trigger }}.metric = 'signals' then {{ trigger }}.min_value else 1 end as {{ dbt.type_bigint() }})
{%- endmacro %}
