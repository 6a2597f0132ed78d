{#- What stands in the warehouse, seen through the adapter. All that asks the database while compiling is in this file. -#}

{#- The node of a raw table in the project graph: its columns, their types, and which are required are declared in
    models/staging/raw_tables/_raw_tables__sources_and_models.yml and nowhere else. Nothing while the project is parsed. -#}
{% macro raw_source(table) %}
    {%- if not execute -%} {{ return({"columns": {}, "meta": {"key": []}}) }} {%- endif -%}
    {%- for source in graph.sources.values() if source.source_name == "raw_tables" and source.name == table -%}
        {{ return(source) }}
    {%- endfor -%}
{% endmacro %}


{#- The columns that a relation has, as a dict from lower-case name to adapter column; none if there is no such relation. -#}
{% macro existing_columns(relation) %}
    {%- if load_relation(relation) is none -%} {{ return(none) }} {%- endif -%}
    {%- set columns = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.update({column.name | lower: column}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{#- Where a raw table is: the relation with its names as they are in the warehouse; none if there is no such table. Tables
    are listed once a run, and kept in the graph, which lives as long; those of the demo, whose names are known, come later. -#}
{% macro existing_raw_relation(declared) %}
    {%- if is_collected() -%} {{ return(relation_of_model(raw_model_path(declared.name))) }} {%- endif -%}
    {{ return(loaded_raw_relation(declared)) }}
{% endmacro %}

{#- The same of the source `tables` alone. -#}
{% macro loaded_raw_relation(declared) %}
    {%- set relation = api.Relation.create(
        database=declared.database, schema=declared.schema, identifier=declared.identifier
    ) -%}
    {%- if is_demo() -%} {{ return(load_relation(relation)) }} {%- endif -%}
    {%- if var("raw_refs").get(declared.name) -%} {{ return(relation_of_model(path_of_ref(var("raw_refs")[declared.name]))) }} {%- endif -%}
    {%- if var("raw_schema") == "demo" and var("raw_refs") -%} {{ return(none) }} {%- endif -%}
    {%- set listed = "raw_relations of " ~ invocation_id -%}
    {%- if listed not in graph -%}
        {%- set schemas = {} -%}
        {%- for row in list_tables(declared.database, declared.schema) -%}
            {%- set found = relation.incorporate(path={"database": row[0], "schema": row[1], "identifier": row[2]}) -%}
            {%- do schemas.setdefault(row[1], {}).update({row[2]: found}) -%}
        {%- endfor -%}
        {%- set schema = names_found([declared.schema], schemas, "schema ").get(declared.schema) -%}
        {%- do graph.update({listed: schemas.get(schema, {})}) -%}
    {%- endif -%}
    {%- set name = names_found([declared.identifier], graph[listed], "table ").get(declared.identifier) -%}
    {{ return(graph[listed].get(name)) }}
{% endmacro %}


{#- The columns that a raw table has, in their order, as a dict from their names as declared (of others: their own) to adapter
    columns; none if there is no such table. Asked for once a run, too. -#}
{% macro existing_raw_columns(declared) %}
    {{ return(columns_as_declared(declared, existing_raw_relation, "existing in ")) }}
{% endmacro %}

{#- The same of the source `tables` alone. -#}
{% macro loaded_raw_columns(declared) %}
    {{ return(columns_as_declared(declared, loaded_raw_relation, "loaded in ")) }}
{% endmacro %}

{#- `relation_of`: the macro that finds the table, which is not asked again for each cell. -#}
{% macro columns_as_declared(declared, relation_of, listed) %}
    {%- set found_in_run = listed ~ invocation_id -%}
    {%- if found_in_run not in declared -%}
        {%- set relation = relation_of(declared) -%}
        {%- if relation is none -%} {{ return(none) }} {%- endif -%}
        {%- set columns, meant, existing = adapter.get_columns_in_relation(relation), {}, {} -%}
        {%- set names = columns | map(attribute="name") | list -%}
        {%- for name, found in names_found(declared.columns, names, "column " ~ declared.name ~ ".").items() -%}
            {%- do meant.update({found: name}) -%}
        {%- endfor -%}
        {%- for column in columns -%} {%- do existing.update({meant.get(column.name, column.name): column}) -%} {%- endfor -%}
        {%- do declared.update({found_in_run: existing}) -%}
    {%- endif -%}
    {{ return(declared[found_in_run]) }}
{% endmacro %}


{#- From each of the wanted names to the one meant by it: the same, else the one that differs in case alone, else the one that
    differs in underscores, blanks, a byte order mark or HubSpot's prefix. An error if there are several. -#}
{% macro names_found(wanted, names, what) %}
    {%- set alike, found = {}, {} -%}
    {%- for name in names -%} {%- do alike.setdefault(plain_name(name), []).append(name) -%} {%- endfor -%}
    {%- for name in wanted if plain_name(name) in alike -%}
        {%- set all = alike[plain_name(name)] -%}
        {%- set in_any_case = [] -%}
        {%- for other in all if other | lower == name | lower -%} {%- do in_any_case.append(other) -%} {%- endfor -%}
        {%- set nearest = [name] if name in all else in_any_case or all -%}
        {%- if nearest | length > 1 -%}
            {{ exceptions.raise_compiler_error(
                "RAW DATA AMBIGUOUS - nothing was built\n'" ~ (nearest | sort | join("' and '")) ~ "' may each be meant by "
                ~ what ~ name ~ ".\nRename one of them to " ~ name ~ ", or the others."
            ) }}
        {%- endif -%}
        {%- do found.update({name: nearest[0]}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{% macro plain_name(name) %}
    {%- set bare = modules.re.sub("[\\s_]", "", name | replace("\ufeff", "") | lower) -%}
    {{ return(modules.re.sub("^propert(y|ies)", "", bare)) }}
{% endmacro %}


{#- The tables in a schema, whatever its case: database, schema and name of each, as they are in the warehouse. -#}
{% macro list_tables(database, schema) -%} {{ return(adapter.dispatch("list_tables")(database, schema)) }} {%- endmacro %}

{% macro default__list_tables(database, schema) -%}
    {{ return(run_sql(
        "select table_catalog, table_schema, table_name from information_schema.tables where lower(table_catalog) = "
        ~ text_literal(database | lower) ~ " and lower(table_schema) = " ~ text_literal(schema | lower)
    ).rows) }}
{%- endmacro %}

{#- Spark has no information schema, and all names in lower case. -#}
{% macro spark__list_tables(database, schema) -%}
    {%- set tables = [] -%}
    {%- if run_sql("show schemas like " ~ text_literal(schema | lower)).rows -%}
        {%- for row in run_sql("show tables in " ~ adapter.quote(schema | lower)).rows -%}
            {%- do tables.append([none, row[0], row[1]]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables) }}
{%- endmacro %}


{#- The table in which a model that is read by load is stored from the last build; none if there is none, if it was not
    read by load, or if all is to be built anew. -#}
{% macro stored_relation(model) %}
    {%- if not execute or flags.FULL_REFRESH -%} {{ return(none) }} {%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and node.name == model -%}
        {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
        {{ return(relation if "fingerprint" in (existing_columns(relation) or {}) else none) }}
    {%- endfor -%}
{% endmacro %}


{#- How a column of the warehouse arrives: text, number, floating (a number that may be infinite), timestamp, timestamptz,
    date or boolean. Anything else is read as text. -#}
{% macro arrival_type(data_type) %}
    {%- set name = data_type | lower -%}
    {%- if name.endswith("]") -%} {{ return("text") }} {%- endif -%}
    {%- if modules.re.match("timestamptz|timestamp with time zone|timestamp_tz", name) -%} {{ return("timestamptz") }} {%- endif -%}
    {%- if modules.re.match("timestamp|datetime", name) -%} {{ return("timestamp") }} {%- endif -%}
    {%- if name == "date" -%} {{ return("date") }} {%- endif -%}
    {%- if name.startswith("bool") -%} {{ return("boolean") }} {%- endif -%}
    {%- if modules.re.match("double|float|real", name) -%} {{ return("floating") }} {%- endif -%}
    {%- if modules.re.match("u?(tiny|small|big|huge)?int(?!erval)|decimal|numeric|number", name) -%} {{ return("number") }} {%- endif -%}
    {{ return("text") }}
{% endmacro %}


{#- Before anything is written: one error that names every required raw table and column that is missing, with the
    remedy. The demo is not looked at: the build loads it itself. -#}
{% macro check_before_run() %}
    {%- if not is_at_work(["build", "run", "test", "compile"]) -%} {{ return("") }} {%- endif -%}
    {%- do check_settings() -%}
    {%- do warn_of_order() -%}
    {%- if is_demo() -%} {{ return("") }} {%- endif -%}
    {%- set missing = [] -%}
    {#- what is built in the same run is looked at when it is read -#}
    {%- for declared in graph.sources.values() if declared.source_name == "raw_tables" and not var("raw_refs").get(declared.name) -%}
        {%- if reads_source("tables") -%} {%- do missing.extend(missing_of(declared)) -%} {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            "RAW DATA INCOMPLETE - nothing was built\n"
            ~ "Looked in schema '" ~ var("raw_schema") ~ "' of database '" ~ (var("raw_database") or target.get("database") or "default")
            ~ "' (vars raw_schema and raw_database) and missed:\n  - " ~ (missing | join("\n  - "))
            ~ "\n" ~ what_stands_there() ~ " docs/raw-tables.md says what each table holds."
            ~ "\nLoad what is missing, point raw_schema to where it is, or name the models that make it in raw_refs."
        ) }}
    {%- endif -%}
    {%- set missing = missing_sources() -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            "SOURCES INCOMPLETE - nothing was built\n  - " ~ (missing | join("\n  - "))
            ~ "\nSay in source_schemas where the loader put them, or leave the source out of sources."
        ) }}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}


{#- The tables that stand in the schema of the raw tables, the first ten by name, and what they look like. -#}
{% macro what_stands_there() %}
    {%- set names = (graph.get("raw_relations of " ~ invocation_id) or {}).keys() | sort -%}
    {%- for table in names if table | lower not in raw_tables() and source_with(table) -%}
        {%- set name = source_with(table) -%}
        {{ return(listed_names(names) ~ " Is this " ~ known_sources()[name].called ~ "? Then sources: [" ~ name ~ "].") }}
    {%- endfor -%}
    {{ return(listed_names(names)) }}
{% endmacro %}

{% macro listed_names(names) %}
    {%- if not names -%} {{ return("No table stands there.") }} {%- endif -%}
    {{ return("There stand " ~ (names[:10] | join(", ")) ~ (" and " ~ ((names | length) - 10) ~ " more" if names | length > 10 else "") ~ ".") }}
{% endmacro %}


{#- What is required of a raw table and missing: the table, or columns. -#}
{% macro missing_of(declared) %}
    {%- set existing, missing, required = loaded_raw_columns(declared), [], [] -%}
    {%- for column in declared.columns.values() if column.meta.required is defined -%}
        {%- set names = [column.name] + (column.meta.get("or_else") or []) -%}
        {%- do required.append(names | join(" or ")) -%}
        {%- if existing is not none and not names | select("in", existing) | list -%}
            {%- do missing.append("column " ~ declared.name ~ "." ~ required[-1]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if existing is none and declared.meta.required and sources_of(declared.name) | list == ["tables"] -%}
        {{ return(["table " ~ declared.name ~ " (with at least " ~ (required | join(", ")) ~ ")"]) }}
    {%- endif -%}
    {{ return(missing) }}
{% endmacro %}


{#- At the end of a build: each optional column that was not found while another looks like it, as it counts as empty; and each field of
    a source that a rule file names and that is not there. -#}
{% macro tell_look_alikes() %}
    {%- if not is_at_work(["build", "run"]) or is_demo() -%} {{ return("") }} {%- endif -%}
    {%- for row in (rule_lines("source_fields", "source, raw_table, column_name, source_field, line") if is_collected() else []) -%}
        {%- set main = known_sources()[row[0]].makes[row[1]] if reads_source(row[0]) -%}
        {%- if main and not source_has(row[0], main, row[3]) -%}
            {%- do log(
                "NOT READ: " ~ rule_file_name("source_fields") ~ " line " ~ row[4] ~ ": " ~ row[0] ~ "'s " ~ main ~ " has no field "
                ~ row[3] ~ "; " ~ row[1] ~ "." ~ row[2] ~ " counts as empty.", info=true
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for declared in graph.sources.values() if declared.source_name == "raw_tables" and reads_source("tables") -%}
        {%- set existing = loaded_raw_columns(declared) or {} -%}
        {%- for name in existing if name not in declared.columns -%}
            {%- set meant = nearest_name(name, declared.columns.keys() | reject("in", existing)) -%}
            {%- if meant -%}
                {%- do log(
                    "NOT READ: column '" ~ name ~ "' of the raw table " ~ declared.name ~ "; if it is " ~ meant
                    ~ ", which counts as empty, call it so.", info=true
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return("") }}
{% endmacro %}


{#- The names of the raw tables. -#}
{% macro raw_tables() %}
    {{ return([
        "accounts", "account_domains", "account_merges", "signals", "account_technologies", "contacts", "activities",
        "opportunities", "sales_reps", "tier_overrides", "account_returns", "product_usage", "customer_contracts",
    ]) }}
{% endmacro %}


{#- The model or seed that stands for a raw table, by the var `raw_refs`: its name, after that of its package if that is not the
    root; what a `ref` takes; and where it is; none if there is none. -#}
{% macro raw_model_name(table) -%}
    {%- if is_collected() -%} {{ return("collected__" ~ table) }} {%- endif -%}
    {{ return(var("raw_refs").get(table) if var("raw_refs") is mapping else none) }}
{%- endmacro %}

{% macro raw_model_path(table) -%}
    {{ return([model.package_name, raw_model_name(table)] if is_collected() else path_of_ref(raw_model_name(table))) }}
{%- endmacro %}

{% macro path_of_ref(name) -%} {{ return(name.split(".") if "." in name else [project_name, name]) }} {%- endmacro %}

{% macro relation_of_model(path) -%}
    {%- for node in graph.nodes.values() if [node.package_name, node.name] == path -%}
        {{ return(load_relation(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias))) }}
    {%- endfor -%}
{%- endmacro %}


{#- While the project is parsed: an edge from what makes a raw table, if the project or its root does. -#}
{% macro need_raw(table) -%}
    {%- if is_collected() -%} {%- do builtins.ref(*raw_model_path(table)) -%} {%- else -%} {%- do need_loaded(table) -%} {%- endif -%}
{%- endmacro %}

{% macro need_loaded(table) -%}
    {%- if var("raw_refs") is mapping and var("raw_refs").get(table) -%} {%- do builtins.ref(*path_of_ref(var("raw_refs")[table])) -%}
    {%- elif is_demo() -%} {%- do ref("demo_" ~ table) -%} {%- endif -%}
{%- endmacro %}


{#- SQL: a raw table to select from, empty if there is none. -#}
{% macro raw_relation(table) -%}
    {%- set relation = source("raw_tables", table) -%}
    {#- edges alone: nothing is read before the rule files are found in order, and before what makes the raw table is built -#}
    {%- if not execute -%} {%- do ref("rules_checked") -%} {%- do need_raw(table) -%} {%- endif -%}
    {%- if not execute or relation.is_cte -%} {{ relation }}
    {%- else -%}
    {%- if not is_collected() -%} {%- do check_raw_ref(table) -%} {%- endif -%}
    {{ existing_raw_relation(raw_source(table)) or no_rows() }}
    {%- endif -%}
{%- endmacro %}


{#- Raises an error that names what lacks in the model that stands for a raw table, if one does: it was built in the same run. -#}
{% macro check_raw_ref(table) -%}
    {%- set missing = missing_of(raw_source(table)) if var("raw_refs").get(table) else [] -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            "RAW DATA INCOMPLETE - nothing was published\nIn '" ~ var("raw_refs")[table] ~ "', which stands for the raw table " ~ table
            ~ " (var raw_refs), is missing:\n  - " ~ (missing | join("\n  - "))
        ) }}
    {%- endif -%}
{%- endmacro %}


{#- The columns that a raw table has; none while the project is parsed, in unit tests, and if there is no table. -#}
{% macro columns_of_raw(table) %}
    {%- set relation = source("raw_tables", table) -%}
    {%- if not execute or relation.is_cte -%} {{ return({}) }} {%- endif -%}
    {{ return(existing_raw_columns(raw_source(table)) or {}) }}
{% endmacro %}


{#- SQL for `dbt source freshness`: when the last rows of the table were loaded, as a build reads it. What cannot be read, or lies
    ahead of the run, tells nothing; a table that is not there is not stale. -#}
{% macro newest_load() %}
    {%- set declared = raw_source(model.name) -%}
    {%- set now = "cast('" ~ run_started_at.strftime("%Y-%m-%d %H:%M:%S") ~ "' as timestamp)" -%}
    {%- set existing = existing_raw_columns(declared) or {} -%}
    {%- set column = declared.columns.loaded_at -%}
    {%- if "loaded_at" not in existing -%} select {{ now }} as loaded_at
    {%- else -%}
    select max(loaded_at) as loaded_at
    from (
        select {{ read_column(column, arrival_of(column, existing), raw_cell(column, this, existing)) }} as loaded_at
        from {{ existing_raw_relation(declared) }}
    ) as loads
    where loaded_at <= {{ now }}
    {%- endif -%}
{% endmacro %}
