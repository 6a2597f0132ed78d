{#-
    At the end of a `dbt build`: what was built and tested in the schema `audit` is shown to readers in `marts`, all tables
    in one transaction, and only if nothing failed. A run that did not build all of the marts, or did not test
    (`dbt run`), publishes nothing; readers keep the last good build.
-#}
{% macro publish(results) %}
    {%- if not execute or flags.WHICH not in ["build", "run"] -%} {{ return("") }} {%- endif -%}
    {%- if flags.WHICH == "run" -%}
        {%- do log("NOT PUBLISHED: dbt run does not test; dbt build does, and publishes.", info=true) -%}
        {{ return("") }}
    {%- endif -%}
    {%- set marts = graph.nodes.values() | selectattr("resource_type", "equalto", "model")
        | selectattr("fqn.1", "equalto", "marts") | sort(attribute="name") | list -%}
    {%- set built, failed = [], [] -%}
    {%- for result in results -%}
        {%- if result.status | string not in ["success", "pass", "warn", "no-op"] -%} {%- do failed.append(result) -%} {%- endif -%}
        {%- if result.node.unique_id in (marts | map(attribute="unique_id")) -%} {%- do built.append(result) -%} {%- endif -%}
    {%- endfor -%}
    {%- if failed -%}
        {%- do log(
            "NOT PUBLISHED: " ~ (failed | length) ~ " of " ~ (results | length)
            ~ " steps failed or were skipped; `marts` keeps the last good build.", info=true
        ) -%}
        {{ return("") }}
    {%- elif (built | length) < (marts | length) -%}
        {%- do log(
            "NOT PUBLISHED: this run built " ~ (built | length) ~ " of " ~ (marts | length)
            ~ " marts; a build without a selection publishes them together.", info=true
        ) -%}
        {{ return("") }}
    {%- endif -%}
    {%- do log("Published " ~ (marts | length) ~ " marts to the schema `marts`.", info=true) -%}
    {{ return(publish_tables(marts)) }}
{% endmacro %}


{#- SQL that replaces the published tables by those of the audit schema. -#}
{% macro publish_tables(marts) -%} {{ adapter.dispatch("publish_tables")(marts) }} {%- endmacro %}

{% macro default__publish_tables(marts) %}
    begin;
    create schema if not exists {{ published(marts[0]).without_identifier() }};
    {%- for mart in marts %}
    drop table if exists {{ published(mart) }};
    create table {{ published(mart) }} as select * from {{ mart.relation_name }};
    {%- endfor %}
    commit;
{% endmacro %}

{#- A DuckDB file is locked while a reader has it open. So readers have a file of their own, which is replaced as a whole:
    who holds the old one open keeps it, and neither waits for the other. -#}
{% macro duckdb__publish_tables(marts) %}
    {{ default__publish_tables(marts) }}
    {%- if target.path.endswith(".duckdb") %}
    {%- set readers_file = target.path[:-7].replace("'", "''") ~ "_marts.duckdb" %}
    attach '{{ readers_file }}.next' as readers_file;
    drop schema if exists readers_file.marts cascade;
    create schema readers_file.marts;
    {%- for mart in marts if not mart.config.meta.contains_raw_records %}
    create table readers_file.marts.{{ mart.alias }} as select * from {{ published(mart) }};
    {%- endfor %}
    detach readers_file;
    copy (select content from read_blob('{{ readers_file }}.next')) to '{{ readers_file }}' (format blob, use_tmp_file true);
    {%- endif %}
{% endmacro %}


{#- Where readers see a mart. -#}
{% macro published(mart) -%}
    {{ return(api.Relation.create(database=mart.database, schema="marts", identifier=mart.alias)) }}
{%- endmacro %}
