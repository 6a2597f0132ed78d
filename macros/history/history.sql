{#-
    What `meta.remembered` says of a model is kept in the schema `history`, in a table of the mart's name (or of that of `as`), with the
    raw tables it was made of. It is written in the transaction that publishes; a build that fails adds nothing. `whole`: all rows are
    replaced. Else `rows` names the model with the rows of some days, and `days` that with the scoring models and days that they are of:
    those alone are replaced, and what is kept of other days is neither read nor written. What is kept `as_long_as` another model's
    column `kept_by` holds of its day is deleted once it does not. Readers see marts that are remembered as views of it.
-#}

{#- Before a run: empty tables of history and of the ledger where there are none yet, and columns that were declared since. -#}
{% macro create_history() %}
    {%- if not is_at_work(commands_recorded() + ["compile", "generate"]) -%} {{ return("") }} {%- endif -%}
    {%- do create_ledger() -%}
    {%- for kept in remembered() -%}
        {%- set is_new = load_relation(history_of(kept)) is none -%}
        {%- do run_sql(create_history_table(kept)) -%}
        {%- do index_by_day(kept) -%}
        {%- if is_new and kept.name == "build_days" -%} {%- do find_build_days(kept) -%} {%- endif -%}
        {%- set existing = adapter.get_columns_in_relation(history_of(kept)) | map(attribute="name") | map("lower") | list -%}
        {%- for column in kept.columns.values() if column.name not in existing -%}
            {%- do run_sql("alter table " ~ history_of(kept) ~ " add column " ~ column.name ~ " " ~ type_of(column)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do adapter.commit() -%}
    {{ return("") }}
{% endmacro %}

{#- A schema may have been made by whoever alone may make one. -#}
{% macro create_schema_once(relation) %}
    {%- if not adapter.check_schema_exists(relation.database, relation.schema) -%}
        {%- do run_sql("create schema if not exists " ~ relation.without_identifier().include(database=false)) -%}
    {%- endif -%}
{% endmacro %}


{#- The models of which something is remembered. -#}
{% macro remembered() %}
    {{ return(own_nodes(["model"]) | selectattr("config.meta.remembered", "defined") | list) }}
{% endmacro %}

{% macro history_of(kept) -%} {{ return(history_relation(kept.config.meta.remembered.get("as") or kept.alias)) }} {%- endmacro %}

{% macro history_relation(name) -%}
    {{ return(api.Relation.create(database=published_marts()[0].database, schema=own_schema("history"), identifier=name)) }}
{%- endmacro %}

{% macro create_history_table(kept) -%}
    {{ return(
        "create table if not exists " ~ history_of(kept) ~ " " ~ table_format(published_marts()[0]) ~ " as select " ~ raw_source_name()
        ~ " as raw_source, typed.* from (" ~ get_empty_schema_sql(kept.columns) ~ ") as typed where 1 = 0"
    ) }}
{%- endmacro %}

{#- The column that says of which day a remembered row is; none of what is remembered whole. -#}
{% macro day_of(kept) -%}
    {%- if not kept.config.meta.remembered.days -%} {{ return(none) }} {%- endif -%}
    {{ return("changed_on" if "changed_on" in kept.columns else "tier_date") }}
{%- endmacro %}

{#- Where an engine does not know by itself where in a table the rows of a day are. -#}
{% macro index_by_day(kept) -%} {{ return(adapter.dispatch("index_by_day")(kept)) }} {%- endmacro %}

{% macro default__index_by_day(kept) -%} {%- endmacro %}

{% macro postgres__index_by_day(kept) -%}
    {%- if day_of(kept) -%}
        {%- do run_sql(
            "create index if not exists " ~ history_of(kept).identifier ~ "_of_day on " ~ history_of(kept) ~ " using brin (" ~ day_of(kept) ~ ")"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The build days of a history that was begun before they were remembered. -#}
{% macro find_build_days(kept) -%}
    {%- set history = history_relation("account_tier_history") -%}
    {%- if load_relation(history) is not none -%}
        {%- do run_sql(
            "insert into " ~ history_of(kept) ~ " (raw_source, scoring_model, tier_date, scored_at, built_at, previous_date, has_contributions)"
            ~ " select raw_source, scoring_model, tier_date, max(scored_at), max(scored_at),"
            ~ " lag(tier_date) over (partition by raw_source, scoring_model order by tier_date), false from " ~ history
            ~ " group by raw_source, scoring_model, tier_date"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The type of a declared column, as the engine calls it. -#}
{% macro type_of(column) -%} {{ return(adapter.dispatch("type_of")(column)) }} {%- endmacro %}

{% macro default__type_of(column) -%} {{ return(column.data_type) }} {%- endmacro %}

{% macro spark__type_of(column) -%} {{ return(spark_type(column.data_type) | trim) }} {%- endmacro %}

{#- How a table is kept, where the engine asks for it. -#}
{% macro table_format(mart) -%} {{ return(adapter.dispatch("table_format")(mart)) }} {%- endmacro %}

{% macro default__table_format(mart) -%} {{ return("") }} {%- endmacro %}

{% macro spark__table_format(mart) -%} {{ return("using " ~ mart.config.file_format) }} {%- endmacro %}


{#- Which raw tables a run reads, in one spelling: what was made of others is no history of theirs. -#}
{% macro raw_source_of_run() %}
    {%- if is_collected() -%}
        {%- set places = [] -%}
        {%- for name in sources() | sort -%}
            {%- set place = place_of_source(name) if name != "tables" -%}
            {%- do places.append(raw_tables_of_run() if name == "tables" else name if place[1] == name else name ~ " in " ~ place[1]) -%}
        {%- endfor -%}
        {{ return(places | join(", ") | lower) }}
    {%- endif -%}
    {{ return(raw_tables_of_run()) }}
{% endmacro %}

{% macro raw_tables_of_run() %}
    {%- if var("raw_refs") -%} {{ return("models of " ~ project_name) }} {%- endif -%}
    {%- set database = var("raw_database") or "" -%}
    {%- set elsewhere = database ~ "." if database | lower not in ["", (target.get("database") or "") | lower] else "" -%}
    {{ return((elsewhere ~ var("raw_schema")) | lower) }}
{% endmacro %}

{#- The same as a text literal. -#}
{% macro raw_source_name() -%} {{ text_literal(raw_source_of_run()) }} {%- endmacro %}


{#- Statements that keep what is remembered of a model. -#}
{% macro remember(kept) %}
    {%- set columns, meta = kept.columns.keys() | join(", "), kept.config.meta.remembered -%}
    {%- set statements, rows = [], kept.relation_name -%}
    {%- if meta.whole -%}
        {%- do statements.append("delete from " ~ history_of(kept) ~ " where raw_source = " ~ raw_source_name()) -%}
    {%- else -%}
        {%- set rows = own_model(meta.rows).relation_name -%}
        {%- do statements.extend(forget(kept, "select " ~ day_of(kept) ~ ", scoring_model from " ~ own_model(meta.days).relation_name)) -%}
    {%- endif -%}
    {%- do statements.append(
        "insert into " ~ history_of(kept) ~ " (raw_source, " ~ columns ~ ") select " ~ raw_source_name() ~ ", " ~ columns ~ " from " ~ rows
    ) -%}
    {%- if meta.as_long_as -%}
        {%- set days = own_model(meta.as_long_as) -%}
        {%- do statements.extend(forget(
            kept, "select kept.tier_date, kept.scoring_model from " ~ history_of(days) ~ " as kept inner join " ~ days.relation_name
            ~ " as days on kept.scoring_model = days.scoring_model and kept.tier_date = days.tier_date where kept.raw_source = "
            ~ raw_source_name() ~ " and kept." ~ meta.kept_by ~ " and not days." ~ meta.kept_by
        )) -%}
    {%- endif -%}
    {{ return(statements) }}
{% endmacro %}

{#- Statements that delete rows of history of some days and scoring models, which a query tells: by literals, as engines look for days by
    those alone. -#}
{% macro forget(kept, query) %}
    {%- set models_of, statements = {}, [] -%}
    {%- for row in run_sql(query).rows -%} {%- do models_of.setdefault(row[0] | string, []).append(text_literal(row[1])) -%} {%- endfor -%}
    {%- for day, models in models_of.items() -%}
        {%- do statements.append(
            "delete from " ~ history_of(kept) ~ " where raw_source = " ~ raw_source_name() ~ " and " ~ day_of(kept) ~ " = cast('" ~ day
            ~ "' as date) and scoring_model in (" ~ (models | join(", ")) ~ ")"
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{% endmacro %}


{#- `dbt run-operation forget_day --args '{day: 2099-01-01}'`: takes a build day back; the next build compares the day that followed it. -#}
{% macro forget_day(day) %}
    {%- do check_settings() -%}
    {%- for kept in remembered() if day_of(kept) or kept.name == "build_days" -%}
        {%- do run_sql(
            "delete from " ~ history_of(kept) ~ " where raw_source = " ~ raw_source_name() ~ " and " ~ (day_of(kept) or "tier_date")
            ~ " = cast(" ~ text_literal(day | string) ~ " as date)"
        ) -%}
    {%- endfor -%}
    {%- do adapter.commit() -%}
    {%- do log("Forgotten of the raw tables in '" ~ raw_source_of_run() ~ "': " ~ day ~ ". The next build tells what changed from the day before it.", info=true) -%}
{% endmacro %}


{#- SQL: when the run began, in UTC. -#}
{% macro started_at() -%} cast('{{ run_began().strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) {%- endmacro %}
