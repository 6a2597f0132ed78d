{#- What stands in the warehouse, seen through the adapter. All that asks the database while compiling is in this file. -#}

{#- The node of a raw table in the project graph: its columns, their types, and which are required are declared in
    models/staging/raw/_raw__sources_and_models.yml and nowhere else. Nothing while the project is parsed. -#}
{% macro raw_source(table) %}
    {%- if not execute -%} {{ return({"columns": {}, "meta": {"key": []}}) }} {%- endif -%}
    {%- for source in graph.sources.values() if source.source_name == "raw" and source.name == table -%}
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


{#- The table in which a model that is read by load is stored from the last build; none if there is none, if it was not
    read by load, or if all is to be built anew. -#}
{% macro stored_relation(model) %}
    {%- if not execute or flags.FULL_REFRESH -%} {{ return(none) }} {%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and node.name == model -%}
        {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
        {{ return(relation if "reading" in (existing_columns(relation) or {}) else none) }}
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
    {%- if not execute or flags.WHICH not in ["build", "run", "test", "compile"] -%} {{ return("") }} {%- endif -%}
    {%- do check_settings() -%}
    {%- do warn_of_order() -%}
    {%- if is_demo() -%} {{ return("") }} {%- endif -%}
    {%- set missing = [] -%}
    {%- for declared in graph.sources.values() if declared.source_name == "raw" -%}
        {%- set relation = api.Relation.create(
            database=declared.database, schema=declared.schema, identifier=declared.identifier
        ) -%}
        {%- set existing = existing_columns(relation) -%}
        {%- set required = declared.columns.values() | selectattr("meta.required", "defined") | list -%}
        {%- if existing is none -%}
            {%- if declared.meta.required -%}
                {%- set names = [] -%}
                {%- for column in required -%}
                    {%- do names.append(column.name ~ (" or " ~ column.meta.or_else if column.meta.or_else else "")) -%}
                {%- endfor -%}
                {%- do missing.append("table " ~ declared.name ~ " (with at least " ~ (names | join(", ")) ~ ")") -%}
            {%- endif -%}
        {%- else -%}
            {%- for column in required -%}
                {%- set alternative = column.meta.get("or_else") -%}
                {%- if column.name not in existing and alternative not in existing -%}
                    {%- do missing.append(
                        "column " ~ declared.name ~ "." ~ column.name
                        ~ (" or " ~ declared.name ~ "." ~ alternative if alternative else "")
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            "RAW DATA INCOMPLETE - nothing was built\n"
            ~ "Looked in schema '" ~ var("raw_schema") ~ "' of database '" ~ (var("raw_database") or target.get("database") or "default")
            ~ "' (vars raw_schema and raw_database) and missed:\n  - " ~ (missing | join("\n  - "))
            ~ "\nLoad what is missing, or point raw_schema to where it is."
        ) }}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}


{#- The names of the raw tables. -#}
{% macro raw_tables() %}
    {{ return([
        "accounts", "signals", "account_technologies", "contacts", "activities", "opportunities", "sales_reps",
        "tier_overrides", "account_returns", "product_usage", "customer_contracts",
    ]) }}
{% endmacro %}


{#- SQL: a raw table to select from, empty if there is none. -#}
{% macro raw_relation(table) -%}
    {%- set relation = source("raw", table) -%}
    {#- edges alone: nothing is read before the rule files are found in order, and before the demo is loaded -#}
    {%- if not execute -%}
        {%- do ref("rules_checked") -%}
        {%- if is_demo() -%} {%- do ref("demo_" ~ table) -%} {%- endif -%}
    {%- endif -%}
    {%- if not execute or relation.is_cte or load_relation(relation) is not none -%} {{ relation }}
    {%- else -%} (select 1 as no_such_table where 1 = 0)
    {%- endif -%}
{%- endmacro %}


{#- The columns that a raw table has; none while the project is parsed, in unit tests, and if there is no table. -#}
{% macro columns_of_raw(table) %}
    {%- set relation = source("raw", table) -%}
    {%- if not execute or relation.is_cte -%} {{ return({}) }} {%- endif -%}
    {{ return(existing_columns(relation) or {}) }}
{% endmacro %}
