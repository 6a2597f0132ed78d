{#- The engine's 8-byte floating point type. -#}
{% macro type_double() -%} {{ adapter.dispatch("type_double")() }} {%- endmacro %}

{% macro default__type_double() -%} double {%- endmacro %}

{% macro postgres__type_double() -%} double precision {%- endmacro %}


{#- The decimal type that points count in, up to the ten million of a dimension: their sums do not depend on the order of rows. As
    few digits as an engine adds up without effort. -#}
{% macro type_points() -%} decimal(18, 10) {%- endmacro %}

{#- The decimal type of all else: limits of rules, amounts, and what a unit may give before it is cut. -#}
{% macro type_number() -%} decimal(28, 10) {%- endmacro %}


{#- How a number is published: a double rounded half-up to six decimals. -#}
{% macro published_number(number) -%}
    cast(round(cast({{ number }} as {{ type_number() }}), 6) as {{ type_double() }})
{%- endmacro %}


{#- Fractional days from one timestamp to a later one, exact to the microsecond. -#}
{% macro days_between(earlier, later) -%} {{ adapter.dispatch("days_between")(earlier, later) }} {%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    (({{ microseconds(later) }} - {{ microseconds(earlier) }}) / cast(86400000000 as {{ type_double() }}))
{%- endmacro %}


{#- A timestamp as a whole number of microseconds. -#}
{% macro microseconds(timestamp) -%} {{ adapter.dispatch("microseconds")(timestamp) }} {%- endmacro %}

{% macro default__microseconds(timestamp) -%} epoch_us({{ timestamp }}) {%- endmacro %}

{% macro spark__microseconds(timestamp) -%} unix_micros({{ timestamp }}) {%- endmacro %}

{% macro postgres__microseconds(timestamp) -%} cast(extract(epoch from {{ timestamp }}) * 1000000 as bigint) {%- endmacro %}


{#- A timestamp so many microseconds later. -#}
{% macro add_microseconds(timestamp, microseconds) -%} {{ adapter.dispatch("add_microseconds")(timestamp, microseconds) }} {%- endmacro %}

{% macro default__add_microseconds(timestamp, microseconds) -%}
    ({{ timestamp }} + {{ microseconds }} * interval '1 microsecond')
{%- endmacro %}

{% macro duckdb__add_microseconds(timestamp, microseconds) -%} ({{ timestamp }} + to_microseconds({{ microseconds }})) {%- endmacro %}

{% macro spark__add_microseconds(timestamp, microseconds) -%}
    timestamp_micros(unix_micros({{ timestamp }}) + {{ microseconds }})
{%- endmacro %}


{#- A timestamp so many days later. -#}
{% macro add_days(timestamp, days) -%} {{ add_microseconds(timestamp, "cast(" ~ days ~ " as bigint) * 86400000000") }} {%- endmacro %}


{#- A ratio of two doubles; null where the second is 0, 1e300 where it would be infinite, 0 where it would vanish. -#}
{% macro ratio(part, whole) -%} {{ adapter.dispatch("ratio")(part, whole) }} {%- endmacro %}

{% macro default__ratio(part, whole) -%}
    {%- set quotient = part ~ " / nullif(" ~ whole ~ ", 0)" -%}
    case
        when abs({{ quotient }}) > 1e299 then sign({{ part }}) * sign({{ whole }}) * 1e300
        when abs({{ quotient }}) < 1e-299 then 0
        else {{ quotient }}
    end
{%- endmacro %}

{#- PostgreSQL raises an error where a double would be infinite or vanish: by logarithms, of 1e299 here. -#}
{% macro postgres__ratio(part, whole) -%}
    {%- set magnitude = "ln(abs(nullif(" ~ part ~ ", 0))) - ln(abs(nullif(" ~ whole ~ ", 0)))" -%}
    case
        when {{ magnitude }} > 688.47 then sign({{ part }}) * sign({{ whole }}) * 1e300
        when {{ magnitude }} < -688.47 then 0
        else {{ part }} / nullif({{ whole }}, 0)
    end
{%- endmacro %}


{#- A number as people write it: whole numbers without a point, others without trailing zeros. -#}
{% macro number_as_text(number) -%}
    {%- set text = dbt.type_string() -%}
    case
        when abs({{ number }}) < 9e18 and floor({{ number }}) = {{ number }}
            then cast(cast({{ number }} as bigint) as {{ text }})
        when abs({{ number }}) < 1e17
            then regexp_replace(
                -- by its text: a double of 3843231841.16 has other digits further on
                cast(
                    cast(round(cast(cast({{ number }} as {{ text }}) as {{ type_number() }}), 6) as decimal(28, 6))
                    as {{ text }}
                ), '([.][0-9]*[1-9])0+$|[.]0+$', '{{ first_group() }}'
            )
        else cast({{ number }} as {{ text }})
    end
{%- endmacro %}


{#- Points, rounded, in the same way; a decimal, which costs less to write than a double. -#}
{% macro points_as_text(points, decimals) -%}
    trim(trailing '.' from trim(trailing '0' from
        cast(cast({{ points }} as decimal(28, {{ decimals }})) as {{ dbt.type_string() }})
    ))
{%- endmacro %}


{#- How the replacement of a regular expression names what its first group found. -#}
{% macro first_group() -%} {{ adapter.dispatch("first_group")() }} {%- endmacro %}

{% macro default__first_group() -%} \1 {%- endmacro %}

{% macro spark__first_group() -%} $1 {%- endmacro %}


{#- A timestamp some hours, of which there may be a fraction, later; null where the hours are. -#}
{% macro add_hours(timestamp, hours) -%}
    {{ dbt.dateadd("second", "cast(round(" ~ hours ~ " * 3600) as " ~ dbt.type_int() ~ ")", timestamp) }}
{%- endmacro %}


{#- A number as points. -#}
{% macro to_points(number) -%} cast({{ number }} as {{ type_points() }}) {%- endmacro %}


{#- SQL: a query that gives the whole numbers from 1 on, as `number`. -#}
{% macro numbers_up_to(most) -%}
    {%- for number in range(1, most + 1) -%} select {{ number }} as number{{ " union all " if not loop.last }} {%- endfor -%}
{%- endmacro %}


{#- A number as an amount that adds up the same in any order: a decimal of ten places, cut where a sum could overflow. By
    its text, as engines cast doubles with different numbers of digits. -#}
{% macro to_amount(number) -%}
    cast(cast(case when {{ number }} > 1e15 then 1e15 else {{ number }} end as {{ dbt.type_string() }}) as {{ type_number() }})
{%- endmacro %}
