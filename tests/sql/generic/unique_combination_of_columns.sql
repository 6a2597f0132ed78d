{#- The key of a mart: `primary_key` by the name from which dbt, and catalogues that read its manifest, infer a key of several
    columns. -#}
{% test unique_combination_of_columns(model, combination_of_columns) %}
{{ test_primary_key(model, combination_of_columns) }}
{% endtest %}
