{#- How a query begins that has a recursive CTE. -#}
{% macro with_recursive() -%} {{ adapter.dispatch("with_recursive")() }} {%- endmacro %}

{% macro default__with_recursive() -%} with recursive {%- endmacro %}

{% macro spark__with_recursive() -%} with {%- endmacro %}


{#-
    CTEs, the last of them `decoded`: the labels of a CTE (`label`) that are written in punycode (xn--…), each with the `text` that it
    stands for. One that cannot be decoded is left out. As RFC 3492 does it, a digit a step: digits add up to where the next
    character goes and which it is; `bias` tells how many digits that is likely to take.
-#}
{% macro decode_punycode(labels) -%} {{ adapter.dispatch("decode_punycode")(labels) }} {%- endmacro %}

{% macro default__decode_punycode(labels) -%}
{%- set bigint, text = dbt.type_bigint(), dbt.type_string() -%}
encoded as (

    select distinct
        label,
        regexp_replace(regexp_replace(substring(label, 5), '[^-]*$', ''), '-$', '') as made,
        regexp_replace(substring(label, 5), '^.*-', '') as digits
    from {{ labels }}
    where label like 'xn--_%' and length(label) <= 63

),

decoding as (

    select
        label,
        digits,
        1 as place,
        cast(made as {{ text }}) as made,
        cast(128 as {{ bigint }}) as code,
        cast(0 as {{ bigint }}) as position,
        cast(0 as {{ bigint }}) as start,
        cast(1 as {{ bigint }}) as weight,
        36 as step,
        72 as bias
    from encoded
    union all
    select
        label,
        digits,
        place + 1 as place,
        cast(case
            when is_last_digit
                then substring(made, 1, cast(mod(reached, size) as int)) || chr(cast(next_code as int))
                || substring(made, cast(mod(reached, size) as int) + 1)
            else made
        end as {{ text }}) as made,
        case when is_last_digit then next_code else code end as code,
        case when is_last_digit then mod(reached, size) + 1 else reached end as position,
        case when is_last_digit then mod(reached, size) + 1 else start end as start,
        case when is_last_digit then 1 else weight * (36 - threshold) end as weight,
        case when is_last_digit then 36 else step + 36 end as step,
        case
            when not is_last_digit then bias
            {%- for rounds, divisor in [(0, 1), (1, 35), (2, 1225)] %}
            when delta / {{ divisor }} <= 455 then cast({{ 36 * rounds }} + 36 * (delta / {{ divisor }}) / (delta / {{ divisor }} + 38) as int)
            {%- endfor %}
            else cast(108 + 36 * (delta / 42875) / (delta / 42875 + 38) as int)
        end as bias
    from (
        select
            *,
            cast(moved + moved / size as {{ bigint }}) as delta
        from (
            select
                *,
                digit < threshold as is_last_digit,
                code + reached / size as next_code,
                (reached - start) / case when start = 0 then 700 else 2 end as moved
            from (
                select
                    *,
                    cast(position + digit * weight as {{ bigint }}) as reached,
                    cast(length(made) + 1 as {{ bigint }}) as size,
                    case when step <= bias then 1 when step >= bias + 26 then 26 else step - bias end as threshold
                from (
                    select
                        *,
                        strpos('abcdefghijklmnopqrstuvwxyz0123456789', substring(digits, place, 1)) - 1 as digit
                    from decoding
                    where place <= length(digits) and weight < 1000000000 and position < 1000000000000
                ) as read_digits
                where digit >= 0
            ) as added_up
        ) as found
        where not is_last_digit or (next_code < 1114112 and next_code not between 55296 and 57343)
    ) as counted

),

decoded as (

    select
        label,
        {{ nfc("lower(made)") }} as text
    from decoding
    where place > length(digits) and step = 36

)
{%- endmacro %}

{#- DuckDB divides whole numbers to fractions with `/`. -#}
{% macro duckdb__decode_punycode(labels) -%}
    {{ return(default__decode_punycode(labels) | replace(" / ", " // ")) }}
{%- endmacro %}

{#- Spark knows no recursive CTEs: labels stay as they are written. -#}
{% macro spark__decode_punycode(labels) -%}
decoded as (

    select
        label,
        label as text
    from {{ labels }}
    where label is null

)
{%- endmacro %}
