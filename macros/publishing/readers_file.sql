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
    {%- do run_sql(write_readers_file(marts, next_file)) -%}
    {%- if "readers_file" in (target.plugins or []) | map(attribute="module") -%}
        {%- do adapter.store_relation("readers_file", published(marts[0]), [], file, "duckdb", {"written": next_file}) -%}
    {%- else -%}
        {%- do run_sql(
            "copy (select content from read_blob(" ~ text_literal(next_file) ~ ")) to " ~ text_literal(file)
            ~ " (format blob, use_tmp_file true)"
        ) -%}
    {%- endif -%}
    {%- do run_sql((["begin"] + record_publication(run) + ["commit"]) | join("; ")) -%}
    {{ return("") }}
{% endmacro %}

{% macro write_readers_file(marts, path) %}
    {%- set schema = attached_readers_file() ~ "." ~ adapter.quote(own_schema("marts")) -%}
    attach {{ text_literal(path) }} as {{ attached_readers_file() }};
    drop schema if exists {{ schema }} cascade;
    create schema {{ schema }};
    {%- for mart in marts if not mart.config.meta.contains_raw_records %}
    create table {{ schema }}.{{ mart.alias }} as select * from {{ published(mart) }};
    comment on table {{ schema }}.{{ mart.alias }} is {{ published_comment(mart) }};
    {%- endfor %}
    detach {{ attached_readers_file() }};
{% endmacro %}

{#- What the file is called while it is open here: no database can have the name. -#}
{% macro attached_readers_file(quoted=true) -%}
    {%- set name = target.database ~ " for readers" -%}
    {{ return(adapter.quote(name) if quoted else name) }}
{%- endmacro %}

