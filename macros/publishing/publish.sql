{#-
    At the end of a `dbt build`: what was built and tested in the schema `audit` is shown to readers in `marts`, all tables
    in one transaction, and only if nothing failed or was left out, nothing of others stands there, and it is not far less than
    what was published before. Otherwise readers keep the last good build, and one line says why.
-#}
{% macro publish(results) %}
    {%- if not execute or flags.WHICH not in ["build", "run"] -%} {{ return("") }} {%- endif -%}
    {%- set marts = published_marts() -%}
    {%- set reason = what_is_missing(results) or what_is_in_the_way(marts) or what_shrank(marts) -%}
    {%- if reason -%}
        {%- do log("NOT PUBLISHED: " ~ reason, info=true) -%}
        {{ return("select " ~ raise_if("1 = 1", "'NOT PUBLISHED'") if var("require_publish") else "") }}
    {%- endif -%}
    {%- do log("Publishing " ~ (marts | length) ~ " marts to the schema `marts`.", info=true) -%}
    {{ return(publish_tables(marts)) }}
{% endmacro %}


{#- The models that readers see. -#}
{% macro published_marts() %}
    {%- set models = graph.nodes.values() | selectattr("resource_type", "equalto", "model") -%}
    {{ return(models | selectattr("fqn.1", "equalto", "marts") | sort(attribute="name") | list) }}
{% endmacro %}


{#- What a run has to build, load and test before its marts may be shown: all models, data tests and rule files, and the
    demo's tables where it is the demo. -#}
{% macro needed_to_publish() %}
    {%- set needed = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type in ["model", "seed", "test"] -%}
        {%- if node.fqn[1] != "demo" or is_demo() -%} {%- do needed.append(node) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(needed) }}
{% endmacro %}


{#- What failed or was left out; nothing if all is there. -#}
{% macro what_is_missing(results) %}
    {%- if flags.WHICH == "run" -%} {{ return("dbt run does not test; dbt build does, and publishes.") }} {%- endif -%}
    {%- set ran, failed = [], [] -%}
    {%- for result in results -%}
        {%- if result.status | string not in ["success", "pass", "warn", "no-op"] -%} {%- do failed.append(result) -%} {%- endif -%}
        {%- do ran.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- set needed = needed_to_publish() -%}
    {%- set left_out = needed | rejectattr("unique_id", "in", ran) | list -%}
    {%- if failed -%}
        {{ return(
            (failed | length) ~ " of " ~ (results | length) ~ " steps failed or were skipped; `marts` keeps the last good build."
        ) }}
    {%- elif left_out or flags.EMPTY -%}
        {{ return(
            "this run left out "
            ~ ((left_out | length) ~ " of " ~ (needed | length) ~ " models, rule files and data tests" if left_out else "all rows (--empty)")
            ~ "; a build without a selection publishes the marts together."
        ) }}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}


{#- What there is far less of than when the same raw tables were published last: most of all a table that was emptied to be
    loaded again, and was not. Nothing if `max_shrink_share` allows it. -#}
{% macro what_shrank(marts) %}
    {%- set share = var("max_shrink_share") | float -%}
    {%- set before = marks_of_published(marts) -%}
    {%- if share >= 1 or before.get("account_tiers") != raw_source_of_run() or before.get("source_reconciliation") is none -%}
        {{ return("") }}
    {%- endif -%}
    {%- set tiers = marts | selectattr("name", "equalto", "account_tiers") | first -%}
    {%- set counts = marts | selectattr("name", "equalto", "source_reconciliation") | first -%}
    {%- set told = [] -%}
    {%- for row in run_query(
        "select 'ranked accounts' as counted, (select count(*) from " ~ published(tiers) ~ ") as before_now, (select count(*) from "
        ~ tiers.relation_name ~ ") as now union all"
        ~ " select 'standing signals', before_now.standing, now.standing from " ~ published(counts) ~ " as before_now inner join "
        ~ counts.relation_name ~ " as now on before_now.source_table = now.source_table where now.source_table = 'signals' union all"
        ~ " select 'rows of ' || now.source_table, before_now.rows_in, now.rows_in from " ~ published(counts)
        ~ " as before_now inner join " ~ counts.relation_name
        ~ " as now on before_now.source_table = now.source_table where now.rows_in = 0"
    ).rows if row[2] < (1 - share) * row[1] -%}
        {%- do told.append(row[2] ~ " " ~ row[0] ~ " where " ~ row[1] ~ " were published") -%}
    {%- endfor -%}
    {{ return(
        (told | join(", ")) ~ "; `marts` keeps the last good build. If that is right, build with --vars '{max_shrink_share: 1}'."
        if told else ""
    ) }}
{% endmacro %}


{#- SQL that replaces the published tables by those of the audit schema. -#}
{% macro publish_tables(marts) -%} {{ adapter.dispatch("publish_tables")(marts) }} {%- endmacro %}

{% macro default__publish_tables(marts) %}
    begin;
    create schema if not exists {{ published_schema(marts) }};
    {%- for mart in marts %}
    {{ publish_table(mart) }}
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
            "create or replace table " ~ published(mart) ~ " " ~ table_format(mart) ~ " comment " ~ published_comment(mart)
            ~ " as select * from " ~ mart.relation_name
        ) -%}
    {%- endfor -%}
    {%- for statement in grants_on(marts) -%} {%- do run_query(statement) -%} {%- endfor -%}
{% endmacro %}


{#- SQL that puts the rows of a mart in the place of those published before. -#}
{% macro publish_table(mart) -%} {{ adapter.dispatch("publish_table")(mart) }} {%- endmacro %}

{% macro default__publish_table(mart) %}
    drop table if exists {{ published(mart) }};
    create table {{ published(mart) }} as select * from {{ mart.relation_name }};
    comment on table {{ published(mart) }} is {{ published_comment(mart) }};
{%- endmacro %}

{#- Views of others may rest on a published table, so it stays while its columns do, and only its rows are replaced. -#}
{% macro postgres__publish_table(mart) %}
    {%- if has_columns_of(published(mart), mart) %}
    delete from {{ published(mart) }};
    insert into {{ published(mart) }} select * from {{ mart.relation_name }};
    comment on table {{ published(mart) }} is {{ published_comment(mart) }};
    {%- else %}
    {{ default__publish_table(mart) }}
    {%- endif %}
{%- endmacro %}

{#- Whether a table has the columns of a mart, in their order. -#}
{% macro has_columns_of(relation, mart) %}
    {%- if load_relation(relation) is none -%} {{ return(false) }} {%- endif -%}
    {%- set kinds = [] -%}
    {%- for each in [relation, api.Relation.create(database=mart.database, schema=mart.schema, identifier=mart.alias)] -%}
        {%- set columns = [] -%}
        {%- for column in adapter.get_columns_in_relation(each) -%} {%- do columns.append((column.name, column.dtype)) -%} {%- endfor -%}
        {%- do kinds.append(columns) -%}
    {%- endfor -%}
    {{ return(kinds[0] == kinds[1]) }}
{% endmacro %}


{#- Statements that let the roles of `grant_marts_to` read the published tables, and those of `grant_raw_records_to` also the
    table that holds raw rows. Granted in each build, as tables may have been created anew. -#}
{% macro grants_on(marts) -%} {{ return(adapter.dispatch("grants_on")(marts)) }} {%- endmacro %}

{% macro default__grants_on(marts) %}
    {%- set stewards = quoted_roles(roles_of("grant_raw_records_to")) -%}
    {%- set readers = (quoted_roles(roles_of("grant_marts_to")) + stewards) | unique | list -%}
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

{#- Everybody is no name that could be quoted. -#}
{% macro quoted_roles(roles) %}
    {%- set quoted = [] -%}
    {%- for role in roles -%} {%- do quoted.append(role if role == "public" else adapter.quote(role)) -%} {%- endfor -%}
    {{ return(quoted) }}
{% endmacro %}

{#- DuckDB has no roles: who may read the file may read all of it. -#}
{% macro duckdb__grants_on(marts) -%} {{ return([]) }} {%- endmacro %}


{#- Where readers see a mart. -#}
{% macro published(mart) -%}
    {{ return(api.Relation.create(database=mart.database, schema="marts", identifier=mart.alias)) }}
{%- endmacro %}

{% macro published_schema(marts) -%}
    {{ return(published(marts[0]).without_identifier().include(database=false)) }}
{%- endmacro %}
