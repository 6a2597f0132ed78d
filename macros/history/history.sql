{#-
    Marts with `meta.remembered` know what was published before: it is kept in the schema `history`, in a table of the same name,
    with the raw tables it was made of. A build adds to it in the transaction that publishes; one that fails adds nothing.
-#}

{#- Before a run: empty tables of history and of the ledger where there are none yet, and columns that were declared since. -#}
{% macro create_history() %}
    {%- if not is_at_work(["build", "run", "test", "seed", "compile", "generate"]) -%} {{ return("") }} {%- endif -%}
    {%- do create_ledger() -%}
    {%- for mart in remembered_marts() -%}
        {%- do run_sql(create_history_table(mart)) -%}
        {%- set existing = adapter.get_columns_in_relation(history_of(mart)) | map(attribute="name") | map("lower") | list -%}
        {%- for column in mart.columns.values() if column.name not in existing -%}
            {%- do run_sql("alter table " ~ history_of(mart) ~ " add column " ~ column.name ~ " " ~ type_of(column)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do adapter.commit() -%}
    {{ return("") }}
{% endmacro %}

{#- A schema may have been made by whoever alone may make one. -#}
{% macro create_schema_once(relation) %}
    {%- if not adapter.check_schema_exists(relation.database, relation.schema) -%}
        {%- do run_sql("create schema if not exists " ~ relation.without_identifier().include(database=false)) -%}
    {%- endif -%}
{% endmacro %}


{% macro remembered_marts() %}
    {{ return(own_nodes(["model"]) | selectattr("config.meta.remembered", "defined") | list) }}
{% endmacro %}

{% macro history_of(mart) -%} {{ return(history_relation(mart.alias)) }} {%- endmacro %}

{% macro history_relation(name) -%}
    {{ return(api.Relation.create(database=published_marts()[0].database, schema=own_schema("history"), identifier=name)) }}
{%- endmacro %}

{% macro create_history_table(mart) -%}
    {{ return(
        "create table if not exists " ~ history_of(mart) ~ " " ~ table_format(mart) ~ " as select " ~ raw_source_name()
        ~ " as raw_source, typed.* from (" ~ get_empty_schema_sql(mart.columns) ~ ") as typed where 1 = 0"
    ) }}
{%- endmacro %}

{#- The type of a declared column, as the engine calls it. -#}
{% macro type_of(column) -%} {{ return(adapter.dispatch("type_of")(column)) }} {%- endmacro %}

{% macro default__type_of(column) -%} {{ return(column.data_type) }} {%- endmacro %}

{% macro spark__type_of(column) -%} {{ return(spark_type(column.data_type) | trim) }} {%- endmacro %}

{#- How a table is kept, where the engine asks for it. -#}
{% macro table_format(mart) -%} {{ return(adapter.dispatch("table_format")(mart)) }} {%- endmacro %}

{% macro default__table_format(mart) -%} {{ return("") }} {%- endmacro %}

{% macro spark__table_format(mart) -%} {{ return("using " ~ mart.config.file_format) }} {%- endmacro %}


{#- Which raw tables a run reads, in one spelling: what was made of others is no history of theirs. -#}
{% macro raw_source_of_run() %}
    {%- if var("raw_refs") -%} {{ return("models of " ~ project_name) }} {%- endif -%}
    {%- set database = var("raw_database") or "" -%}
    {%- set elsewhere = database ~ "." if database | lower not in ["", (target.get("database") or "") | lower] else "" -%}
    {{ return((elsewhere ~ var("raw_schema")) | lower) }}
{% endmacro %}

{#- The same as a text literal. -#}
{% macro raw_source_name() -%} {{ text_literal(raw_source_of_run()) }} {%- endmacro %}


{#- Statements that keep the rows of a mart in its table of history: all (`meta.remembered: whole`), or those of the day that
    was built (`day`), by the last `run` of one of its models. -#}
{% macro remember(mart, run) %}
    {%- set columns = mart.columns.keys() | join(", ") -%}
    {%- set of_the_day = " and tier_date = " ~ date_of(run.as_of) if mart.config.meta.remembered == "day" else "" -%}
    {{ return([
        "delete from " ~ history_of(mart) ~ " where raw_source = " ~ raw_source_name() ~ of_the_day,
        "insert into " ~ history_of(mart) ~ " (raw_source, " ~ columns ~ ") select " ~ raw_source_name() ~ ", " ~ columns
        ~ " from " ~ mart.relation_name ~ " where 1 = 1" ~ of_the_day,
    ]) }}
{% endmacro %}
