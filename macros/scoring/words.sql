{#- SQL: a number of days as a sales rep would say it. -#}
{% macro how_long_ago(days) -%}
    case {{ days }}
        when 0 then 'today'
        when 1 then 'yesterday'
        else cast({{ days }} as {{ dbt.type_string() }}) || ' days ago'
    end
{%- endmacro %}


{#- SQL: what an account lacks in a factor, given the alias of what it is, with its `points` and whether its value
    `is_unknown`, and those of its rule and its factor. -#}
{% macro gap_text(gap, rule, factor) -%}
    case
        when {{ gap }}.is_unknown then 'Unknown ' || {{ in_words("replace(" ~ rule ~ ".attribute, '_usd', '')") }}
        when {{ gap }}.points < 0 and {{ factor }}.max_points = 0 then 'Points lost by ' || {{ without_capital(rule ~ ".label") }}
        when {{ factor }}.is_per_unit then 'Further ' || {{ without_capital(factor ~ ".best_label") }}
        else 'No ' || {{ without_capital(factor ~ ".best_label") }}
    end
{%- endmacro %}


{#- SQL: how many of something there were, in words: `demo request`, `3 pricing page visits`. `name` is in lower case. -#}
{% macro counted(number, name) -%}
    case
        when {{ number }} = 1 then {{ name }}
        when {{ name }} like '%research' then {{ name }} || ' ' || cast({{ number }} as {{ dbt.type_string() }}) || ' times'
        when {{ name }} like '%s' or {{ name }} like '%ch' or {{ name }} like '%x'
            then cast({{ number }} as {{ dbt.type_string() }}) || ' ' || {{ name }} || 'es'
        when {{ name }} like '%y' and not {{ name }} like '%ay' and not {{ name }} like '%ey' and not {{ name }} like '%oy'
            then cast({{ number }} as {{ dbt.type_string() }}) || ' ' || substring({{ name }}, 1, length({{ name }}) - 1) || 'ies'
        else cast({{ number }} as {{ dbt.type_string() }}) || ' ' || {{ name }} || 's'
    end
{%- endmacro %}


{#- SQL: an amount in US dollars as it is said: $900, $140K, $3.8M. -#}
{% macro money_as_text(amount) -%}
    case
        when {{ amount }} >= 999500 then '$' || {{ points_as_text(amount ~ " / 1000000", 1) }} || 'M'
        when {{ amount }} >= 1000 then '$' || cast(cast({{ amount }} / 1000 as decimal(28, 0)) as {{ dbt.type_string() }}) || 'K'
        else '$' || cast(cast({{ amount }} as decimal(28, 0)) as {{ dbt.type_string() }})
    end
{%- endmacro %}


{#- SQL: a sentence's first letter as a capital. -#}
{% macro with_capital(text) -%}
    upper(substring({{ text }}, 1, 1)) || substring({{ text }}, 2)
{%- endmacro %}


{#- SQL: a label within a sentence. -#}
{% macro without_capital(label) -%}
    lower(substring({{ label }}, 1, 1)) || substring({{ label }}, 2)
{%- endmacro %}


{#- SQL: the sentences of a kind in their three places, as one text; an aggregate of rows of `told`. Not an ordered list:
    the lists of all accounts would have to fit into memory. -#}
{% macro three_sentences(kind) -%}
    {%- for place in [1, 2, 3] -%}
    {%- set sentence = "max(case when told.kind = '" ~ kind ~ "' and told.place = " ~ place ~ " then told.sentence end)" -%}
    {{ sentence if loop.first else "\n    || coalesce('; ' || " ~ sentence ~ ", '')" }}
    {%- endfor -%}
{%- endmacro %}
