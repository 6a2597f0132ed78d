{#- PostgreSQL keeps the zeros of a decimal, 1.00 and 1 being one number: unit tests compare without them. -#}
{% macro postgres__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) %}
    {%- set cells = [] -%}
    {%- for column in get_column_schema_from_query(main_sql) if column.quoted in expected_column_names -%}
        {%- do cells.append("trim_scale(" ~ column.quoted ~ ") as " ~ column.quoted if column.is_numeric() else column.quoted) -%}
    {%- endfor -%}
    {%- set select = "select " ~ cells | join(", ") ~ " from (" -%}
    {{ dbt.default__get_unit_test_sql(
        select ~ main_sql ~ ") as actual", select ~ expected_fixture_sql ~ ") as expected", expected_column_names
    ) }}
{% endmacro %}
