{#- How dbt compares what a unit test gives, for this project's alone. -#}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {{ return(adapter.dispatch("compare_unit_test")(main_sql, expected_fixture_sql, expected_column_names)) }}
{%- endmacro %}

{% macro default__compare_unit_test(main_sql, expected_fixture_sql, expected_column_names) -%}
    {{ return(dbt.get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names)) }}
{%- endmacro %}

{#- PostgreSQL keeps the zeros of a decimal, 1.00 and 1 being one number: it compares without them. -#}
{% macro postgres__compare_unit_test(main_sql, expected_fixture_sql, expected_column_names) -%}
    {%- set cells = [] -%}
    {%- for column in get_column_schema_from_query(main_sql) if column.quoted in expected_column_names -%}
        {%- do cells.append("trim_scale(" ~ column.quoted ~ ") as " ~ column.quoted if column.is_numeric() else column.quoted) -%}
    {%- endfor -%}
    {%- set select = "select " ~ cells | join(", ") ~ " from (" -%}
    {{ return(dbt.get_unit_test_sql(
        select ~ main_sql ~ ") as actual", select ~ expected_fixture_sql ~ ") as expected", expected_column_names
    )) }}
{%- endmacro %}
