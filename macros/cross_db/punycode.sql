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

{#- Labels in punycode: what stands as it is (`made`), and the digits behind the last hyphen that tell the rest. -#}
{% macro punycode_labels(labels) -%}
encoded as (

    select
        label,
        regexp_replace(kept, '-$', '') as made,
        substring(label, 5 + length(kept)) as digits
    from (
        select distinct
            label,
            regexp_replace(substring(label, 5), '[^-]*$', '') as kept
        from {{ labels }}
        where label like 'xn--_%' and length(label) <= 63 and {{ byte_length("label") }} = length(label)
    ) as cut

)
{%- endmacro %}

{#- How many digits the next character is likely to take, times 36. -#}
{% macro punycode_bias(delta) -%}
case
            {%- for rounds, divisor in [(0, 1), (1, 35), (2, 1225), (3, 42875)] %}
            when {{ delta }} / {{ divisor }} <= 455
                then {{ 36 * rounds }} + 36 * ({{ delta }} / {{ divisor }}) / ({{ delta }} / {{ divisor }} + 38)
            {%- endfor %}
            else 144 + 36 * ({{ delta }} / 1500625) / ({{ delta }} / 1500625 + 38)
        end
{%- endmacro %}

{% macro default__decode_punycode(labels) -%}
{%- set bigint, text = dbt.type_bigint(), dbt.type_string() -%}
{{ punycode_labels(labels) }},

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
        case when is_last_digit then cast({{ punycode_bias("delta") }} as int) else bias end as bias
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

{#- Spark knows no recursive CTEs: a fold over the digits, whose state is null from where it cannot go on. -#}
{% macro spark__decode_punycode(labels) -%}
{%- set threshold = "greatest(1, least(26, state.step - state.bias))" -%}
{%- set reached = "state.position + digit * state.weight" -%}
{%- set moved = "(found.reached - state.start) / case when state.start = 0 then 700 else 2 end" -%}
{%- set place = "cast(mod(found.reached, found.size) as int)" -%}
{%- set fold -%}
{{ punycode_labels(labels) }},

folded as (

    select
        label,
        aggregate(
            transform(
                filter(split(digits, ''), letter -> letter <> ''),
                letter -> cast(instr('abcdefghijklmnopqrstuvwxyz0123456789', letter) - 1 as bigint)
            ),
            named_struct(
                'made', made, 'code', 128L, 'position', 0L, 'start', 0L, 'weight', 1L, 'step', 36L, 'bias', 72L
            ),
            (state, digit) -> case
                when not (digit >= 0 and state.weight < 1000000000 and state.position < 1000000000000) then null
                when digit >= {{ threshold }} then named_struct(
                    'made', state.made, 'code', state.code, 'position', {{ reached }}, 'start', state.start,
                    'weight', state.weight * (36 - {{ threshold }}), 'step', state.step + 36, 'bias', state.bias
                )
                -- transforms of one element give names to what is found
                else element_at(transform(
                    transform(
                        array(named_struct('reached', {{ reached }}, 'size', cast(length(state.made) + 1 as bigint))),
                        found -> named_struct(
                            'code', state.code + found.reached / found.size,
                            'place', {{ place }},
                            'delta', {{ moved }} + {{ moved }} / found.size
                        )
                    ),
                    next -> case when next.code < 1114112 and next.code not between 55296 and 57343 then named_struct(
                        'made', concat(
                            substring(state.made, 1, next.place),
                            -- its own chr knows no more than Latin 1; the first character tells the order of bytes
                            decode(unhex(concat('0000FEFF', lpad(hex(next.code), 8, '0'))), 'UTF-32'),
                            substring(state.made, next.place + 1)
                        ),
                        'code', next.code, 'position', next.place + 1L, 'start', next.place + 1L, 'weight', 1L, 'step', 36L,
                        'bias', {{ punycode_bias("next.delta") }}
                    ) end
                ), 1)
            end
        ) as state
    from encoded

),

decoded as (

    select
        label,
        {{ nfc("lower(state.made)") }} as text
    from folded
    where state.step = 36

)
{%- endset -%}
{{ return(fold | replace(" / ", " div ")) }}
{%- endmacro %}
