{#- No two rows share the key, and no part of it is null: what `unique` and `not_null` ask, for any number of columns and in one
    query. -#}
{% test primary_key(model, columns=none, column_name=none) %}
{%- set key = columns or [column_name] -%}
select {{ key | join(", ") }}
from {{ model }}
group by {{ key | join(", ") }}
having count(*) > 1 or {{ key | join(" is null or ") }} is null
{% endtest %}
