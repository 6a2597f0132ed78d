{#- The key of a mart: `primary_key` by the name from which dbt, and catalogues that read its manifest, infer a key of several
    columns. Of a mart that grows with each build day the rows of as_of's day are looked at, by the column `day`. -#}
{% test unique_combination_of_columns(model, combination_of_columns, day=none, nullable=[]) %}
{%- set of_the_day = "(select * from " ~ model ~ " where " ~ day ~ " = " ~ as_of_date() ~ ") as of_the_day" -%}
{{ test_primary_key(of_the_day if day else model, combination_of_columns, nullable=nullable) }}
{% endtest %}
