{#- What was published before from the same raw tables, to select from (one alias follows); nothing before the first build. -#}
{% macro remembered(mart) -%}
    {%- set relation = source("history", mart) -%}
    {%- if not execute or relation.is_cte or load_relation(relation) is not none -%} {{ relation }}
    {%- else -%}
    {%- set columns = graph.nodes["model." ~ project_name ~ "." ~ mart].columns -%}
    (select typed.*, '' as raw_source from ({{ get_empty_schema_sql(columns) }}) as typed where 1 = 0)
    {%- endif -%}
{%- endmacro %}


{#- Which raw tables a build reads, as a text literal: what was made of others is no history of theirs. -#}
{% macro this_raw_source() -%}
    '{{ ((var("raw_database") ~ "." if var("raw_database") else "") ~ var("raw_schema")) | replace("'", "''") }}'
{%- endmacro %}


{#- Statements that keep what a build adds to a mart in the schema `history`: all its rows (`meta.remembered: whole`) or those
    of its day (`day`). They run when the mart is published; a build that fails adds nothing. -#}
{% macro remember(mart) %}
    {%- set kept = api.Relation.create(database=mart.database, schema="history", identifier=mart.alias) -%}
    {%- set columns = mart.columns.keys() | join(", ") -%}
    {%- set of_the_day = " and tier_date = " ~ as_of_date() if mart.config.meta.remembered == "day" else "" -%}
    {{ return([
        "create schema if not exists " ~ kept.without_identifier().include(database=false),
        create_kept(mart, kept, "select " ~ this_raw_source() ~ " as raw_source, " ~ columns ~ " from " ~ mart.relation_name ~ " where 1 = 0"),
        "delete from " ~ kept ~ " where raw_source = " ~ this_raw_source() ~ of_the_day,
        "insert into " ~ kept ~ " (raw_source, " ~ columns ~ ") select " ~ this_raw_source() ~ ", " ~ columns ~ " from " ~ mart.relation_name
        ~ " where 1 = 1" ~ of_the_day,
    ]) }}
{% endmacro %}


{% macro create_kept(mart, kept, sql) -%} {{ return(adapter.dispatch("create_kept")(mart, kept, sql)) }} {%- endmacro %}

{% macro default__create_kept(mart, kept, sql) -%} {{ return("create table if not exists " ~ kept ~ " as " ~ sql) }} {%- endmacro %}

{% macro spark__create_kept(mart, kept, sql) -%}
    {{ return("create table if not exists " ~ kept ~ " using " ~ mart.config.file_format ~ " as " ~ sql) }}
{%- endmacro %}
