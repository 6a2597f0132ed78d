{#- A DuckDB file is locked while a reader has it open. So readers have a file of their own, which is replaced as a whole:
    who holds the old one open keeps it, and neither waits for the other. -#}

{#- The file: named after the database's, none where that is in memory or elsewhere. -#}
{% macro readers_file() %}
    {%- set named = modules.re.fullmatch("(.+?)([.][^./]+)?", target.path or "") -%}
    {%- if not named or modules.re.match(":memory:|md:|motherduck:|[a-z0-9]+://", target.path) -%} {{ return(none) }} {%- endif -%}
    {{ return(named.group(1) ~ "_" ~ own_schema("marts") ~ (named.group(2) or ".duckdb")) }}
{% endmacro %}


{#- A file that this project did not write, or wrote of other raw tables, is not replaced. -#}
{% macro duckdb__what_is_in_the_way_of_readers(marts) %}
    {%- set file = readers_file() -%}
    {%- if not file or not run_sql("select file from glob(" ~ text_literal(file) ~ ")").rows -%} {{ return("") }} {%- endif -%}
    {%- do run_sql("attach " ~ text_literal(file) ~ " as " ~ attached_readers_file() ~ " (read_only)") -%}
    {%- set comments = duckdb__comments_on_published(marts, attached_readers_file(quoted=false)).values() | list -%}
    {%- do run_sql("detach " ~ attached_readers_file()) -%}
    {%- for comment in comments or [""] -%}
        {%- set source = marked_source(comment) -%}
        {%- if source == "" -%}
            {{ return("the file " ~ file ~ " would be replaced and is not of this project: move or rename it.") }}
        {%- elif source != raw_source_of_run() and not var("replace_published") -%}
            {{ return(
                "the file " ~ file ~ " holds what was made of the raw tables in '" ~ source
                ~ "'. To replace it, build with --vars '{replace_published: true}'."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return("") }}
{% endmacro %}


{#- First the tables, then the file: should that fail, the log says what readers of both see. Only then is written down that all is
    published, so that the next command brings the file up. -#}
{% macro duckdb__publish_tables(marts, run, known) %}
    {%- set file = readers_file() -%}
    {%- if not file -%} {{ return(default__publish_tables(marts, run, known)) }} {%- endif -%}
    {%- do run_sql(publish_statements(marts, run, known, [])) -%}
    {%- do log("The schema `" ~ own_schema("marts") ~ "` holds this build; the file of readers follows: " ~ file, info=true) -%}
    {#- a file shorter than its three headers was left by a crash in its creation and cannot be opened: take another name -#}
    {%- set torn = "select filename from read_blob(" ~ text_literal(file ~ ".next*") ~ ") where size < 12288 and filename not like '%.wal'" %}
    {%- set next_file = file ~ ".next" ~ "_" * (run_sql(torn).rows | length) %}
    {%- set has_plugin = "readers_file" in (target.plugins or []) | map(attribute="module") -%}
    {%- do run_sql(write_readers_file(marts, next_file)) if not has_plugin or not renew_readers_file(marts, file, next_file) -%}
    {%- if has_plugin -%}
        {%- do adapter.store_relation("readers_file", published(marts[0]), [], file, "duckdb", {"written": next_file}) -%}
    {%- else -%}
        {%- do run_sql(
            "copy (select content from read_blob(" ~ text_literal(next_file) ~ ")) to " ~ text_literal(file)
            ~ " (format blob, use_tmp_file true)"
        ) -%}
    {%- endif -%}
    {%- do run_in_transaction(record_publication(run)) -%}
    {{ return("") }}
{% endmacro %}

{#- A new file, with all marts. -#}
{% macro write_readers_file(marts, path) %}
    {%- set schema = attached_readers_file() ~ "." ~ adapter.quote(own_schema("marts")) -%}
    attach {{ text_literal(path) }} as {{ attached_readers_file() }};
    drop schema if exists {{ schema }} cascade;
    create schema {{ schema }};
    {%- for mart in marts if not mart.config.meta.contains_raw_records %}
    {{ write_for_readers(schema, mart) }}
    {%- endfor %}
    detach {{ attached_readers_file() }};
{% endmacro %}

{% macro write_for_readers(schema, mart) %}
    create table {{ schema }}.{{ mart.alias }} as select * from {{ published(mart) }};
    {{ comments_on(schema ~ "." ~ mart.alias, mart) }};
{% endmacro %}


{#- Or a copy of the last one, in which days that did not change since stay as they are; whether that could be done. -#}
{% macro renew_readers_file(marts, file, next_file) %}
    {%- if not own_model("build_days") or not run_sql("select file from glob(" ~ text_literal(file) ~ ")").rows -%} {{ return(false) }} {%- endif -%}
    {%- set database, schema = attached_readers_file(), attached_readers_file() ~ "." ~ adapter.quote(own_schema("marts")) -%}
    {%- do adapter.store_relation("readers_file", published(marts[0]), [], next_file, "duckdb", {"copied": file}) -%}
    {%- do run_sql("attach " ~ text_literal(next_file) ~ " as " ~ database) -%}
    {%- set there, days, renewed, statements, build_days = {}, [], [], [], own_model("build_days") -%}
    {%- for row in run_sql(
        "select table_name, list(column_name order by column_index) from duckdb_columns() where database_name = "
        ~ text_literal(attached_readers_file(quoted=false)) ~ " and schema_name = " ~ text_literal(own_schema("marts")) ~ " group by table_name"
    ).rows -%}
        {%- do there.update({row[0]: row[1] | list}) -%}
    {%- endfor -%}
    {%- if there.get(build_days.alias) == build_days.columns.keys() | list -%}
        {%- for row in run_sql(days_that_changed(schema ~ "." ~ build_days.alias, published(build_days))).rows -%}
            {%- do days.append("cast('" ~ row[0] ~ "' as date)") -%}
        {%- endfor -%}
        {%- for mart in marts if mart.config.meta.remembered and day_of(mart) and there.get(mart.alias) == mart.columns.keys() | list -%}
            {%- do renewed.append(mart.alias) -%}
            {%- set of_these = " where " ~ day_of(mart) ~ " in (" ~ ((days or ["null"]) | join(", ")) ~ ")" -%}
            {%- set place = schema ~ "." ~ mart.alias -%}
            {%- do statements.append("delete from " ~ place ~ of_these) -%}
            {%- do statements.append("insert into " ~ place ~ " select * from " ~ published(mart) ~ of_these) -%}
            {%- do statements.append(comments_on(place, mart)) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for mart in marts if mart.alias not in renewed and not mart.config.meta.contains_raw_records -%}
        {%- do statements.append(write_for_readers(schema, mart)) -%}
    {%- endfor -%}
    {#- all others are written anew, in the space that they took before -#}
    {%- for name in there if name not in renewed -%} {%- do run_sql("drop table " ~ schema ~ "." ~ adapter.quote(name)) -%} {%- endfor -%}
    {%- do run_sql("checkpoint " ~ database) -%}
    {%- do run_sql((statements + ["detach " ~ database]) | join("; ")) -%}
    {{ return(true) }}
{% endmacro %}

{#- SQL: the days that were built since, or taken back, and those that follow them. -#}
{% macro days_that_changed(before, now) -%}
    {%- set columns = "scoring_model, tier_date, built_at, previous_date" -%}
    with changed as (
        (select {{ columns }} from {{ before }} except select {{ columns }} from {{ now }})
        union all (select {{ columns }} from {{ now }} except select {{ columns }} from {{ before }})
    )
    select tier_date from changed
    union select tier_date from {{ now }} where previous_date in (select tier_date from changed)
{%- endmacro %}

{#- What the file is called while it is open here: no database can have the name. -#}
{% macro attached_readers_file(quoted=true) -%}
    {%- set name = target.database ~ " for readers" -%}
    {{ return(adapter.quote(name) if quoted else name) }}
{%- endmacro %}

