{#- No two rows share the key, and no part of it is null: what `unique` and `not_null` ask, for any number of columns and in one
    query. Of columns that are `nullable` null is a value like others. -#}
{% test primary_key(model, columns=none, column_name=none, nullable=[]) %}
{%- set key = columns or [column_name] -%}
select {{ key | join(", ") }}
from {{ model }}
group by {{ key | join(", ") }}
having count(*) > 1 {%- for column in key if column not in nullable %} or {{ column }} is null {%- endfor %}
{% endtest %}
