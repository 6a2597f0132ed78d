{#- SQL: a number of days as a sales rep would say it. -#}
{% macro how_long_ago(days) -%}
    case {{ days }}
        when 0 then 'today'
        when 1 then 'yesterday'
        else cast({{ days }} as {{ dbt.type_string() }}) || ' days ago'
    end
{%- endmacro %}


{#- SQL: what an account lacks in a factor, given the alias of what it is, with its `points` and whether its value
    `is_unknown`, and those of its rule and its factor. A fact that nobody recorded is unknown; something that nobody observed did not happen. -#}
{% macro gap_text(gap, rule, factor) -%}
    case
        {%- for column in attribute_catalog() if not column.meta.observed %}
        {%- if loop.first %}
        when {{ gap }}.is_unknown and {{ rule }}.attribute in (
        {%- endif %}'{{ column.name }}'{{ ", " if not loop.last else "" }}
        {%- if loop.last %})
            then 'Unknown ' || replace(replace({{ rule }}.attribute, '_usd', ''), '_', ' ')
        {%- endif %}
        {%- endfor %}
        when {{ gap }}.points < 0 and {{ factor }}.max_points = 0 then 'Points lost by ' || {{ without_capital(rule ~ ".label") }}
        when {{ factor }}.is_per_unit then 'Further ' || {{ without_capital(factor ~ ".best_label") }}
        else 'No ' || {{ without_capital(factor ~ ".best_label") }}
    end
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
