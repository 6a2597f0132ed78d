{#-
    Marts with `meta.remembered` know what was published before: it is kept in the schema `history`, in a table of the same name,
    with the raw tables it was made of. A build adds to it in the transaction that publishes; one that fails adds nothing.
-#}

{#- Before a run: empty tables of history where there are none yet. -#}
{% macro create_history() %}
    {%- if not execute or flags.WHICH not in ["build", "run", "test", "compile"] -%} {{ return("") }} {%- endif -%}
    {%- for mart in remembered_marts() -%}
        {%- call statement("schema") -%}
            create schema if not exists {{ history_of(mart).without_identifier().include(database=false) }}
        {%- endcall -%}
        {%- call statement("table") -%} {{ create_history_table(mart) }} {%- endcall -%}
    {%- endfor -%}
    {%- do adapter.commit() -%}
    {{ return("") }}
{% endmacro %}


{% macro remembered_marts() %}
    {%- set models = graph.nodes.values() | selectattr("resource_type", "equalto", "model") -%}
    {{ return(models | selectattr("config.meta.remembered", "defined") | sort(attribute="name") | list) }}
{% endmacro %}

{% macro history_of(mart) -%} {{ return(history_relation(mart.alias)) }} {%- endmacro %}

{% macro history_relation(name) -%}
    {{ return(api.Relation.create(database=published_marts()[0].database, schema="history", identifier=name)) }}
{%- endmacro %}

{% macro create_history_table(mart) -%}
    {{ return(
        "create table if not exists " ~ history_of(mart) ~ " " ~ table_format(mart) ~ " as select " ~ raw_source_name()
        ~ " as raw_source, typed.* from (" ~ get_empty_schema_sql(mart.columns) ~ ") as typed where 1 = 0"
    ) }}
{%- endmacro %}

{#- How a table is kept, where the engine asks for it. -#}
{% macro table_format(mart) -%} {{ return(adapter.dispatch("table_format")(mart)) }} {%- endmacro %}

{% macro default__table_format(mart) -%} {{ return("") }} {%- endmacro %}

{% macro spark__table_format(mart) -%} {{ return("using " ~ mart.config.file_format) }} {%- endmacro %}


{#- Which raw tables a run reads, in one spelling: what was made of others is no history of theirs. -#}
{% macro raw_source_of_run() %}
    {%- set database = var("raw_database") or "" -%}
    {%- set elsewhere = database ~ "." if database | lower not in ["", (target.get("database") or "") | lower] else "" -%}
    {{ return((elsewhere ~ var("raw_schema")) | lower) }}
{% endmacro %}

{#- The same as a text literal. -#}
{% macro raw_source_name() -%} {{ text_literal(raw_source_of_run()) }} {%- endmacro %}


{#- Statements that keep the rows of a mart in its table of history: all (`meta.remembered: whole`), or those of the day that
    was built (`day`). -#}
{% macro remember(mart) %}
    {%- set columns = mart.columns.keys() | join(", ") -%}
    {%- set of_the_day = " and tier_date = " ~ as_of_date() if mart.config.meta.remembered == "day" else "" -%}
    {{ return([
        "delete from " ~ history_of(mart) ~ " where raw_source = " ~ raw_source_name() ~ of_the_day,
        "insert into " ~ history_of(mart) ~ " (raw_source, " ~ columns ~ ") select " ~ raw_source_name() ~ ", " ~ columns
        ~ " from " ~ mart.relation_name ~ " where 1 = 1" ~ of_the_day,
    ]) }}
{% endmacro %}
