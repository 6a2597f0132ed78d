{#-
    What was built and tested in the schema `audit` is shown to readers in `marts`, all tables in one transaction, at the end of
    whichever command completes it: if all of it is there by the ledger, nothing of others is in the way, and it is not far less than
    what was published before. Otherwise readers keep the last good build, and one line says why.
-#}
{% macro publish(results=[]) %}
    {%- set is_asked_for = flags.WHICH == "run-operation" -%}
    {%- set results = counted_results(results) -%}
    {%- if not execute or not is_asked_for and not results -%} {{ return("") }} {%- endif -%}
    {%- if is_asked_for -%} {%- do check_settings() -%} {%- do create_ledger() -%} {%- endif -%}
    {%- set marts, known, runs = published_marts(), builds_known(), last_runs() -%}
    {%- set missing = what_is_missing(runs, results) -%}
    {%- set reason = missing_in_a_line(missing, results) if missing else what_is_in_the_way(marts) or what_shrank(marts) -%}
    {%- if reason -%}
        {%- do log("NOT PUBLISHED: " ~ reason, info=true) -%}
        {{ return(fail_unpublished() if var("require_publish") else "") }}
    {%- endif -%}
    {%- set built = [] -%}
    {%- for node in own_nodes(["model"]) -%} {%- do built.append(runs[node.unique_id]) -%} {%- endfor -%}
    {%- set last_built = built | map(attribute="completed_at") | max -%}
    {%- if not is_asked_for and "published" in runs and runs.published.started_at >= last_built -%} {{ return("") }} {%- endif -%}
    {%- do log("Publishing " ~ (marts | length) ~ " marts to the schema `" ~ own_schema("marts") ~ "`.", info=true) -%}
    {%- do publish_tables(marts, built[0], known) -%}
    {{ return("") }}
{% endmacro %}

{#- An error of the SQL that dbt runs for a hook is one of the command, without the lines of where in the macros it is. -#}
{% macro fail_unpublished() %}
    {%- if flags.WHICH == "run-operation" -%} {{ exceptions.raise_compiler_error("NOT PUBLISHED") }} {%- endif -%}
    {{ return("select " ~ raise_if("1 = 1", "'NOT PUBLISHED'")) }}
{% endmacro %}


{#- The models that readers see. -#}
{% macro published_marts() %}
    {{ return(own_nodes(["model"]) | selectattr("fqn.1", "equalto", "marts") | list) }}
{% endmacro %}


{#- The first three of what is missing, and how many more. -#}
{% macro missing_in_a_line(missing, results) %}
    {%- set more = " and " ~ ((missing | length) - 3) ~ " more" if missing | length > 3 else "" -%}
    {%- set line = (missing[:3] | join(", ")) ~ more ~ "; `" ~ own_schema("marts") ~ "` keeps the last good build." -%}
    {%- if was_not_alone(results) -%} {{ return(line ~ " " ~ one_at_a_time()) }} {%- endif -%}
    {%- set advice = " Without the var `as_of` each command scores for the moment when it starts: give all of them one." -%}
    {{ return(line ~ (advice if " is as of " in line else "")) }}
{% endmacro %}

{% macro one_at_a_time() -%}
    {{ return("Another command was at the same models meanwhile: run one at a time, and build again.") }}
{%- endmacro %}


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
    {%- for row in run_sql(
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
        (told | join(", ")) ~ "; `" ~ own_schema("marts") ~ "` keeps the last good build. If that is right, build with --vars '{max_shrink_share: 1}'."
        if told else ""
    ) }}
{% endmacro %}


{#- Replaces the published tables by those of the audit schema; `run`: the last of one of their models, `known`: which builds were
    known when they were found whole. -#}
{% macro publish_tables(marts, run, known) -%}
    {%- do create_schema_once(published(marts[0])) -%}
    {%- do adapter.dispatch("publish_tables")(marts, run, known) -%}
{%- endmacro %}

{% macro default__publish_tables(marts, run, known) -%}
    {%- do run_sql(publish_statements(marts, run, known, record_publication(run))) -%}
{%- endmacro %}

{#- SQL that does so in one transaction, with these statements at last, which ends in an error if another command has built a model
    meanwhile. -#}
{% macro publish_statements(marts, run, known, at_last) %}
    begin;
    {#- neither of two commands would delete the rows that the other is about to add -#}
    {{ take_turns(ledger()) }}
    {%- for kept in remembered() %}
    {%- for statement in remember(kept) %}
    {{ statement }};
    {%- endfor %}
    {%- endfor %}
    {%- for mart in marts %}
    {{ publish_view(mart) if mart.config.meta.remembered else publish_table(mart) }}
    {%- endfor %}
    {%- for table in tables_to_drop(marts) %}
    drop {{ "view" if kind_of(table) == "VIEW" else "table" }} if exists {{ table }};
    {%- endfor %}
    {%- for statement in grants_on(marts) %}
    {{ statement }};
    {%- endfor %}
    select {{ raise_if("(" ~ list_builds() ~ ") <> '" ~ known ~ "'", text_literal("NOT PUBLISHED: " ~ one_at_a_time())) }};
    {%- for statement in at_last %}
    {{ statement }};
    {%- endfor %}
    commit;
{% endmacro %}

{#- Spark has no transactions: each table is replaced as a whole, one after another; what is remembered comes first, so that
    a day that readers saw is never missing there. -#}
{% macro spark__publish_tables(marts, run, known) %}
    {%- for kept in remembered() -%}
        {%- for statement in remember(kept) -%} {%- do run_sql(statement) -%} {%- endfor -%}
    {%- endfor -%}
    {%- for mart in marts if mart.config.meta.remembered -%} {%- do run_sql(publish_view(mart)) -%} {%- endfor -%}
    {%- for mart in marts if not mart.config.meta.remembered -%}
        {%- do run_sql(
            "create or replace table " ~ published(mart) ~ " " ~ table_format(mart) ~ " comment " ~ published_comment(mart)
            ~ " as select * from " ~ mart.relation_name
        ) -%}
    {%- endfor -%}
    {%- for statement in grants_on(marts) + record_publication(run) -%} {%- do run_sql(statement) -%} {%- endfor -%}
{% endmacro %}


{#- Statements that write down that what is built so far is published. -#}
{% macro record_publication(run) -%}
    {%- set common = rows_have_in_common(run.rules_hash, run.as_of) -%}
    {{ return([
        "delete from " ~ ledger() ~ " where unique_id = 'published'",
        insert_into_ledger([ledger_row({"unique_id": "published"}, "success", common, time_now(), time_now())]),
    ]) }}
{%- endmacro %}


{#- The published tables that are no mart any more, as readers would see them grow old. One that others have built on stays, and
    the log says whose. -#}
{% macro tables_to_drop(marts) %}
    {%- set tables = [] -%}
    {%- for name in published_once(marts) -%}
        {%- set table = published(marts[0]).incorporate(path={"identifier": name}) -%}
        {%- set others = adapter.dispatch("what_rests_on")(table) -%}
        {%- if not others -%} {%- do tables.append(table) -%} {%- endif -%}
        {%- for other in others -%}
            {%- do log(
                "NOT DROPPED: " ~ table.schema ~ "." ~ name ~ " is no mart any more and keeps its last rows, as " ~ other
                ~ " rests on it: drop that, and the next build drops the table.", info=true
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(tables) }}
{% endmacro %}

{#- What keeps a table from being dropped, in the engine's words. -#}
{% macro default__what_rests_on(table) -%} {{ return([]) }} {%- endmacro %}

{% macro postgres__what_rests_on(table) -%}
    {{ return(run_sql(
        "select distinct replace(pg_describe_object(classid, objid, objsubid), 'rule _RETURN on ', '') as other from pg_depend"
        ~ " where refclassid = 'pg_class'::regclass and refobjid = " ~ text_literal(table) ~ "::regclass and deptype = 'n' order by other"
    ).columns[0].values()) }}
{%- endmacro %}


{#- SQL that puts the rows of a mart in the place of those published before. -#}
{% macro publish_table(mart) -%} {{ adapter.dispatch("publish_table")(mart) }} {%- endmacro %}

{% macro default__publish_table(mart) %}
    drop table if exists {{ published(mart) }};
    create table {{ published(mart) }} as select * from {{ mart.relation_name }};
    {{ comments_on(published(mart), mart) }};
{%- endmacro %}

{#- Statements that tell readers what a mart is, and each of its columns, in their BI tool. -#}
{% macro comments_on(relation, mart, kind="table") -%}
    comment on {{ kind }} {{ relation }} is {{ published_comment(mart) }}
    {%- for column in mart.columns.values() %};
    comment on column {{ relation }}.{{ column.name }} is {{ text_literal(column.description) }}
    {%- endfor -%}
{%- endmacro %}

{#- SQL that shows readers what is remembered of a mart. -#}
{% macro publish_view(mart) -%} {{ adapter.dispatch("publish_view")(mart) }} {%- endmacro %}

{% macro default__publish_view(mart) %}
    {%- if kind_of(published(mart)) == "BASE TABLE" %}
    drop table {{ published(mart) }};
    {%- endif %}
    create or replace view {{ published(mart) }} as {{ select_remembered(mart) }};
    {{ comments_on(published(mart), mart, "view") }};
{%- endmacro %}

{#- A view that is replaced keeps its columns here, and views of others that rest on it. -#}
{% macro postgres__publish_view(mart) %}
    {%- if kind_of(published(mart)) == "VIEW" and not has_columns_of(published(mart), mart) %}
    drop view {{ published(mart) }};
    {%- endif %}
    {{ default__publish_view(mart) }}
{%- endmacro %}

{% macro spark__publish_view(mart) -%}
    {%- set before = load_relation(published(mart)) -%}
    {%- if before is not none and not before.is_view -%} {%- do run_sql("drop table " ~ published(mart)) -%} {%- endif -%}
    create or replace view {{ published(mart) }} comment {{ published_comment(mart) }} as {{ select_remembered(mart) }}
{%- endmacro %}

{#- What stands under a name: BASE TABLE, VIEW, or nothing. By a query: dbt's own look would open a transaction. -#}
{% macro kind_of(relation) -%}
    {%- set rows = run_sql(
        "select table_type from information_schema.tables where table_schema = " ~ text_literal(relation.schema) ~ " and table_name = "
        ~ text_literal(relation.identifier) ~ " and table_catalog = " ~ text_literal(relation.database)
    ).rows -%}
    {{ return(rows[0][0] if rows else "") }}
{%- endmacro %}

{#- SQL: the rows that are remembered of a mart; without the database, which may be called otherwise where its file is opened. -#}
{% macro select_remembered(mart) -%}
    select {{ mart.columns.keys() | join(", ") }} from {{ history_of(mart).include(database=false) }} where raw_source = {{ raw_source_name() }}
{%- endmacro %}


{#- Views of others may rest on a published table, so it stays while its columns do, and only its rows are replaced. -#}
{% macro postgres__publish_table(mart) %}
    {%- if has_columns_of(published(mart), mart) %}
    delete from {{ published(mart) }};
    insert into {{ published(mart) }} select * from {{ mart.relation_name }};
    {{ comments_on(published(mart), mart) }};
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
    {{ return(api.Relation.create(database=mart.database, schema=own_schema("marts"), identifier=mart.alias)) }}
{%- endmacro %}

{% macro published_schema(marts) -%}
    {{ return(published(marts[0]).without_identifier().include(database=false)) }}
{%- endmacro %}
