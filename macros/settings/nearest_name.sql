{#- Of some names the one that is most like a name, by the pairs of letters that they share; none if none is much like it. -#}
{% macro nearest_name(name, names) %}
    {%- set found = namespace(name=none, likeness=0.7) -%}
    {%- for other in names -%}
        {%- set likeness = name_likeness(name | lower, other | lower) -%}
        {%- if likeness > found.likeness -%} {%- set found.name, found.likeness = other, likeness -%} {%- endif -%}
    {%- endfor -%}
    {{ return(found.name) }}
{% endmacro %}


{#- How much of two names is the same: twice the pairs of neighbouring letters that both have, of the pairs of both. -#}
{% macro name_likeness(one, other) %}
    {%- set pairs, others = [], [] -%}
    {%- for place in range(one | length - 1) -%} {%- do pairs.append(one[place : place + 2]) -%} {%- endfor -%}
    {%- for place in range(other | length - 1) -%} {%- do others.append(other[place : place + 2]) -%} {%- endfor -%}
    {%- set all, shared = pairs | length + others | length, [] -%}
    {%- for pair in pairs if pair in others -%} {%- do shared.append(others.pop(others.index(pair))) -%} {%- endfor -%}
    {{ return(2 * (shared | length) / all if all else 0) }}
{% endmacro %}
