{#-
    At the end of a `dbt build`: what was built and tested in the schema `audit` is shown to readers in `marts`, all tables
    in one transaction, and only if nothing failed. A run that did not build all of the marts, or did not test
    (`dbt run`), publishes nothing; readers keep the last good build.
-#}
{% macro publish(results) %}
    {%- if not execute or flags.WHICH != "build" -%} {{ return("") }} {%- endif -%}
    {%- set marts = [] -%}
    {%- set failed = [] -%}
    {%- for result in results -%}
        {%- if result.status | string not in ["success", "pass", "warn", "no-op"] -%} {%- do failed.append(result.node.name) -%} {%- endif -%}
        {%- if result.node.resource_type == "model" and result.node.fqn[1] == "marts" -%} {%- do marts.append(result.node) -%} {%- endif -%}
    {%- endfor -%}
    {%- set declared = graph.nodes.values() | selectattr("resource_type", "equalto", "model")
        | selectattr("fqn.1", "equalto", "marts") | list -%}
    {%- if failed -%}
        {%- do log("NOT PUBLISHED: " ~ (failed | length) ~ " of " ~ (results | length) ~ " steps failed or were skipped; `marts` keeps the last good build.", info=true) -%}
        {{ return("") }}
    {%- endif -%}
    {%- if (marts | length) < (declared | length) -%}
        {%- do log("NOT PUBLISHED: this run built " ~ (marts | length) ~ " of " ~ (declared | length) ~ " marts; a build without a selection publishes them together.", info=true) -%}
        {{ return("") }}
    {%- endif -%}
    {%- do log("Published " ~ (marts | length) ~ " marts to the schema `marts`.", info=true) -%}
    {{ return(publish_tables(marts)) }}
{% endmacro %}


{#- SQL that replaces the published tables by those of the audit schema, in one transaction. -#}
{% macro publish_tables(marts) -%} {{ adapter.dispatch("publish_tables")(marts) }} {%- endmacro %}

{% macro default__publish_tables(marts) %}
    begin;
    create schema if not exists {{ marts_schema(marts[0]) }};
    {%- for mart in marts %}
    drop table if exists {{ marts_schema(mart) }}.{{ mart.alias }};
    create table {{ marts_schema(mart) }}.{{ mart.alias }} as select * from {{ mart.relation_name }};
    {%- endfor %}
    commit;
{% endmacro %}

{#- The schema that readers see, quoted, in the database that a mart was built in. -#}
{% macro marts_schema(mart) -%}
    {{ api.Relation.create(database=mart.database, schema="marts").without_identifier() }}
{%- endmacro %}
