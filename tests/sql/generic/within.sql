{#- Numbers, where there are any, lie between two others, both included. -#}
{% test within(model, columns, minimum, maximum) %}
select {{ columns | join(", ") }}
from {{ model }}
where
    {%- for column in columns %}
    {{ "or " if not loop.first }}{{ column }} < {{ minimum }} or {{ column }} > {{ maximum }}
    {%- endfor %}
{% endtest %}
