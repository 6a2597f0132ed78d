{#-
    At the end of a `dbt build`: what was built and tested in the schema `audit` is shown to readers in `marts`, all tables
    in one transaction, and only if nothing failed. A run that left out a model or a data test (`--select`,
    `dbt run`) or all rows (`--empty`) publishes nothing; readers keep the last good build.
-#}
{% macro publish(results) %}
    {%- if not execute or flags.WHICH not in ["build", "run"] -%} {{ return("") }} {%- endif -%}
    {%- if flags.WHICH == "run" -%}
        {%- do log("NOT PUBLISHED: dbt run does not test; dbt build does, and publishes.", info=true) -%}
        {{ return("") }}
    {%- endif -%}
    {%- set marts = graph.nodes.values() | selectattr("resource_type", "equalto", "model")
        | selectattr("fqn.1", "equalto", "marts") | sort(attribute="name") | list -%}
    {%- set ran, failed = [], [] -%}
    {%- for result in results -%}
        {%- if result.status | string not in ["success", "pass", "warn", "no-op"] -%} {%- do failed.append(result) -%} {%- endif -%}
        {%- do ran.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- set needed = graph.nodes.values() | selectattr("resource_type", "in", ["model", "test"]) | list -%}
    {%- set left_out = needed | rejectattr("unique_id", "in", ran) | list -%}
    {%- if failed -%}
        {%- do log(
            "NOT PUBLISHED: " ~ (failed | length) ~ " of " ~ (results | length)
            ~ " steps failed or were skipped; `marts` keeps the last good build.", info=true
        ) -%}
        {{ return("") }}
    {%- elif left_out or flags.EMPTY -%}
        {%- do log(
            "NOT PUBLISHED: this run left out "
            ~ ((left_out | length) ~ " of " ~ (needed | length) ~ " models and data tests" if left_out else "all rows (--empty)")
            ~ "; a build without a selection publishes the marts together.", info=true
        ) -%}
        {{ return("") }}
    {%- endif -%}
    {%- do log("Publishing " ~ (marts | length) ~ " marts to the schema `marts`.", info=true) -%}
    {{ return(publish_tables(marts)) }}
{% endmacro %}


{#- SQL that replaces the published tables by those of the audit schema. -#}
{% macro publish_tables(marts) -%} {{ adapter.dispatch("publish_tables")(marts) }} {%- endmacro %}

{% macro default__publish_tables(marts) %}
    begin;
    create schema if not exists {{ published_schema(marts) }};
    {%- for mart in marts %}
    drop table if exists {{ published(mart) }};
    create table {{ published(mart) }} as select * from {{ mart.relation_name }};
    {%- endfor %}
    {%- for mart in remembered_marts() %}
    {{ remember(mart) | join(";\n    ") }};
    {%- endfor %}
    {%- for statement in grants_on(marts) %}
    {{ statement }};
    {%- endfor %}
    commit;
{% endmacro %}

{#- Spark has no transactions: each table is replaced as a whole, one after another; what is remembered comes first, so that
    a day that readers saw is never missing there. -#}
{% macro spark__publish_tables(marts) %}
    {%- do run_query("create schema if not exists " ~ published_schema(marts)) -%}
    {%- for mart in remembered_marts() -%}
        {%- for statement in remember(mart) -%} {%- do run_query(statement) -%} {%- endfor -%}
    {%- endfor -%}
    {%- for mart in marts -%}
        {%- do run_query(
            "create or replace table " ~ published(mart) ~ " " ~ table_format(mart) ~ " as select * from " ~ mart.relation_name
        ) -%}
    {%- endfor -%}
    {%- for statement in grants_on(marts) -%} {%- do run_query(statement) -%} {%- endfor -%}
{% endmacro %}

{#- Statements that let the roles of `grant_marts_to` read the published tables, and those of `grant_raw_records_to` also the
    table that holds raw rows. Each build creates the tables anew, so it grants anew. -#}
{% macro grants_on(marts) -%} {{ return(adapter.dispatch("grants_on")(marts)) }} {%- endmacro %}

{% macro default__grants_on(marts) %}
    {%- set stewards = var("grant_raw_records_to") -%}
    {%- set readers = (var("grant_marts_to") + stewards) | unique | list -%}
    {%- set statements = [] -%}
    {%- if readers -%}
        {%- do statements.append("grant usage on schema " ~ published_schema(marts) ~ " to " ~ readers | join(", ")) -%}
    {%- endif -%}
    {%- for mart in marts -%}
        {%- set granted = {"select": stewards if mart.config.meta.contains_raw_records else readers} -%}
        {%- do statements.extend(get_dcl_statement_list(published(mart), granted, get_grant_sql)) -%}
    {%- endfor -%}
    {{ return(statements) }}
{% endmacro %}

{#- DuckDB has no roles: who may read the file may read all of it. -#}
{% macro duckdb__grants_on(marts) -%} {{ return([]) }} {%- endmacro %}

{#- A DuckDB file is locked while a reader has it open. So readers have a file of their own, which is replaced as a whole:
    who holds the old one open keeps it, and neither waits for the other. -#}
{% macro duckdb__publish_tables(marts) %}
    {{ default__publish_tables(marts) }}
    {%- if target.path.endswith(".duckdb") %}
    {%- set readers_file = target.path[:-7].replace("'", "''") ~ "_marts.duckdb" %}
    {#- a file shorter than its three headers was left by a crash in its creation and cannot be opened: take another name -#}
    {%- set torn = "select filename from read_blob('" ~ readers_file ~ ".next*') where size < 12288 and filename not like '%.wal'" %}
    {%- set next_file = readers_file ~ ".next" ~ "_" * (run_query(torn).rows | length) %}
    attach '{{ next_file }}' as readers_file;
    drop schema if exists readers_file.marts cascade;
    create schema readers_file.marts;
    {%- for mart in marts if not mart.config.meta.contains_raw_records %}
    create table readers_file.marts.{{ mart.alias }} as select * from {{ published(mart) }};
    {%- endfor %}
    detach readers_file;
    copy (select content from read_blob('{{ next_file }}')) to '{{ readers_file }}' (format blob, use_tmp_file true);
    {%- endif %}
{% endmacro %}


{#- Where readers see a mart. -#}
{% macro published(mart) -%}
    {{ return(api.Relation.create(database=mart.database, schema="marts", identifier=mart.alias)) }}
{%- endmacro %}

{% macro published_schema(marts) -%}
    {{ return(published(marts[0]).without_identifier().include(database=false)) }}
{%- endmacro %}
