{#- What dbt's adapter for Spark lacks. -#}

{#- Seconds, or days, later. The adapter's cuts microseconds off, and fails where there is no timestamp. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})
{%- endmacro %}

{#- Days from one date or timestamp to another. The adapter's fails where there is none. -#}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart != "day" -%} {{ exceptions.raise_compiler_error("datediff counts days, not " ~ datepart ~ "s") }} {%- endif -%}
    datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
{%- endmacro %}


{#- A type as Spark calls it. -#}
{% macro spark_type(data_type) -%}
    {{ return({"varchar": "string", "double precision": "double"}.get(data_type, data_type)) }}
{%- endmacro %}

{#- What a contract promises, as columns without rows. -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
        {% for column in columns.values() -%}
        cast(null as {{ spark_type(column.data_type) }}) as {{ column.name }}{{ ", " if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#- A seed's rows arrive as text, in one file, so that they keep their order. -#}
{% macro spark__create_csv_table(model, agate_table) %}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%} {%- do columns.append(adapter.quote(name) ~ " string") -%} {%- endfor -%}
    {%- set sql = "create table " ~ this.render() ~ " (" ~ (columns | join(", ")) ~ ") " ~ file_format_clause() -%}
    {%- call statement("_") -%} {{ sql }} {%- endcall -%}
    {{ return(sql) }}
{% endmacro %}

{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set bindings, rows = [], [] -%}
        {%- for row in chunk -%}
            {%- do bindings.extend(row) -%}
            {%- do rows.append("(" ~ ((["%s"] * (row | length)) | join(", ")) ~ ")") -%}
        {%- endfor -%}
        {%- set sql = "insert into " ~ this.render() ~ " select /*+ coalesce(1) */ * from values " ~ (rows | join(", ")) -%}
        {%- do adapter.add_query(sql, bindings=bindings, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements | first) }}
{% endmacro %}


{#- The adapter knows no strategies but its own. -#}
{% macro dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format) %} {{ return(raw_strategy) }} {% endmacro %}

{#- `replace_loads`, a statement at a time. The rows are written down first, as they are told from those that are then
    deleted. Who is killed in between leaves days that the next build finds stale. -#}
{% macro dbt_spark_get_incremental_sql(strategy, source, target, existing, unique_key, incremental_predicates) %}
    {%- set read_rows = target.incorporate(path={"identifier": target.identifier ~ "__read"}) -%}
    {%- set columns = adapter.get_columns_in_relation(target) | map(attribute="quoted") | join(", ") -%}
    {%- do run_sql("drop table if exists " ~ read_rows) -%}
    {%- do run_sql("create table " ~ read_rows ~ " " ~ file_format_clause() ~ " as select " ~ columns ~ " from " ~ source) -%}
    {%- do run_sql(delete_loads(target, read_rows, unique_key)) -%}
    {%- do run_sql("insert into " ~ target ~ " select " ~ columns ~ " from " ~ read_rows) -%}
    drop table {{ read_rows }}
{% endmacro %}


{#- An Iceberg view that is replaced keeps its old SQL if its columns stay the same. -#}
{% macro spark__create_view_as(relation, sql) -%}
    {%- do run_sql("drop view if exists " ~ relation) -%}
    create view {{ relation }} {{ comment_clause() }} as
    {{ sql }}
{%- endmacro %}
