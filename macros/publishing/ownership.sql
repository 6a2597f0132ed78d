{#-
    Nobody's data is overwritten. A published table bears a mark, in its comment: that it is of this project, and of which raw
    tables. What bears none, or that of other raw tables, is not replaced. The schemas that the project builds in are claimed
    before they are first written to, if nothing of others stands there under a name of the project's.
-#}

{#- The comment of a published table, as a literal: what a row is, and the mark. -#}
{% macro published_comment(mart) -%}
    {{ return(text_literal(mart.description.split() | join(" ") ~ " " ~ mark_of(raw_source_of_run()))) }}
{%- endmacro %}

{% macro mark_of(raw_source) -%}
    {{ return("Published by account_prioritization from the raw tables in: " ~ raw_source) }}
{%- endmacro %}


{#- The raw tables that a comment's mark names; '' where it bears none. -#}
{% macro marked_source(comment) %}
    {%- set found = modules.re.search(mark_of("(.*)") ~ "$", comment or "") -%}
    {{ return(found.group(1) if found else "") }}
{% endmacro %}


{#- What stands where the marts are published: by name the raw tables that it was made of, or '' where it bears no mark. -#}
{% macro marks_of_published(marts) %}
    {%- set marks = {} -%}
    {%- for name, comment in adapter.dispatch("comments_on_published")(marts).items() if name in marts | map(attribute="alias") -%}
        {%- do marks.update({name: marked_source(comment)}) -%}
    {%- endfor -%}
    {{ return(marks) }}
{% endmacro %}

{#- The published tables that are no mart any more: readers would see them grow old. -#}
{% macro published_once(marts) %}
    {%- set names = [] -%}
    {%- for name, comment in adapter.dispatch("comments_on_published")(marts).items() if marked_source(comment) -%}
        {%- if name not in marts | map(attribute="alias") -%} {%- do names.append(name) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(names | sort) }}
{% endmacro %}

{% macro duckdb__comments_on_published(marts, database=none) %}
    {%- set schema = published(marts[0]) -%}
    {%- set where = " where database_name = " ~ text_literal(database or schema.database) ~ " and schema_name = " ~ text_literal(schema.schema) -%}
    {{ return(as_mapping(run_sql(
        "select table_name, comment from duckdb_tables()" ~ where ~ " union all select view_name, comment from duckdb_views()" ~ where
    ))) }}
{% endmacro %}

{% macro postgres__comments_on_published(marts) %}
    {{ return(as_mapping(run_sql(
        "select relname, obj_description(pg_class.oid, 'pg_class') from pg_class inner join pg_namespace"
        ~ " on pg_namespace.oid = relnamespace where nspname = " ~ text_literal(published(marts[0]).schema) ~ " and relkind in ('r', 'v', 'm', 'p', 'f')"
    ))) }}
{% endmacro %}

{% macro spark__comments_on_published(marts) %}
    {%- set comments = {} -%}
    {%- for mart in marts if load_relation(published(mart)) is not none -%}
        {%- set described = as_mapping(run_sql("describe table extended " ~ published(mart))) -%}
        {%- do comments.update({mart.alias: described.get("Comment")}) -%}
    {%- endfor -%}
    {{ return(comments) }}
{% endmacro %}


{#- What keeps this run from replacing what is published; nothing if it may. -#}
{% macro what_is_in_the_way(marts) %}
    {%- set marks = marks_of_published(marts) -%}
    {%- set foreign, sources = [], [] -%}
    {%- for name, source in marks.items() -%}
        {%- if source == "" -%} {%- do foreign.append(published(marts[0]).schema ~ "." ~ name) -%}
        {%- elif source != raw_source_of_run() and source not in sources -%} {%- do sources.append(source) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if foreign -%}
        {{ return(
            (foreign | sort | join(", ")) ~ " would be replaced and is not of this project: move it to another schema or rename it."
        ) }}
    {%- elif sources and not var("replace_published") -%}
        {{ return(
            "`" ~ own_schema("marts") ~ "` holds what was made of the raw tables in '" ~ (sources | join("', '")) ~ "', this run reads those in '"
            ~ raw_source_of_run() ~ "'. To replace it, build with --vars '{replace_published: true}'; to keep both, build into another"
            ~ " database."
        ) }}
    {%- endif -%}
    {{ return(adapter.dispatch("what_is_in_the_way_of_readers")(marts)) }}
{% endmacro %}

{% macro default__what_is_in_the_way_of_readers(marts) -%} {{ return("") }} {%- endmacro %}


{#- Before a run that would publish: an error if it would have to be told at the end that it may not. -#}
{% macro check_published() %}
    {%- if not is_at_work(["build"]) or counted_nodes() | rejectattr("unique_id", "in", selected_resources) | list -%}
        {{ return("") }}
    {%- endif -%}
    {%- set reason = what_is_in_the_way(published_marts()) -%}
    {%- if reason -%} {{ exceptions.raise_compiler_error("NOT PUBLISHED, and nothing was built: " ~ reason) }} {%- endif -%}
    {{ return("") }}
{% endmacro %}


{#- Before a run: the schemas that it writes to, each claimed once; tests write to that of history alone. An error names what stands
    there and is not of this project. -#}
{% macro claim_schemas() %}
    {%- if not is_at_work(commands_recorded()) -%} {{ return("") }} {%- endif -%}
    {%- set claims = history_relation("written_schemas") -%}
    {%- set claimed, foreign, written = [], [], {} -%}
    {%- if load_relation(claims) is not none -%}
        {%- for row in run_sql("select schema_name from " ~ claims).rows -%} {%- do claimed.append(row[0]) -%} {%- endfor -%}
    {%- endif -%}
    {%- for kept in remembered() -%} {%- do written.setdefault(claims.schema, []).append(history_of(kept).identifier) -%} {%- endfor -%}
    {%- for node in counted_nodes() if node.resource_type != "test" and flags.WHICH != "test" -%}
        {%- do written.setdefault(node.schema, []).append(node.alias) -%}
    {%- endfor -%}
    {%- for schema, names in written.items() if schema not in claimed -%}
        {%- for name in names if load_relation(claims.incorporate(path={"schema": schema, "identifier": name})) is not none -%}
            {%- do foreign.append(schema ~ "." ~ name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if foreign -%}
        {{ exceptions.raise_compiler_error(
            "DATA OF OTHERS - nothing was built\nThese tables stand where the project would write its own:\n  - "
            ~ (foreign | sort | join("\n  - "))
            ~ "\nMove or rename them, or build into another database; drop them if an earlier build of this project left them."
        ) }}
    {%- endif -%}
    {%- if load_relation(claims) is none -%}
        {%- do create_schema_once(claims) -%}
        {%- do run_sql(
            "create table if not exists " ~ claims ~ " " ~ table_format(published_marts()[0])
            ~ " as select cast('' as " ~ dbt.type_string() ~ ") as schema_name where 1 = 0"
        ) -%}
    {%- endif -%}
    {%- for schema in written if schema not in claimed -%}
        {%- do run_sql("insert into " ~ claims ~ " select " ~ text_literal(schema)) -%}
    {%- endfor -%}
    {%- do adapter.commit() -%}
    {{ return("") }}
{% endmacro %}
