{#- The node of a rule file in the project graph: its columns, types and limits are declared in
    seeds/_rules__seeds.yml and nowhere else; unit tests have files of their own. -#}
{% macro rule_file(name) %}
    {{ return(graph.nodes.get("seed.unit_test." ~ name) or graph.nodes["seed." ~ model.package_name ~ "." ~ name]) }}
{% endmacro %}


{#- Where the rows of a rule file are: in the seed of this name, or in what the var `rule_refs` names instead: a seed or model, or
    a table as `schema.table`. -#}
{% macro rule_relation(name) %}
    {%- set shipped, instead = ref(name), (var("rule_refs") or {}).get(name) -%}
    {%- if not instead or shipped.is_cte -%} {{ return(shipped) }} {%- endif -%}
    {%- if "." not in instead -%} {{ return(builtins.ref(project_name, instead)) }} {%- endif -%}
    {%- set place = instead.split(".") -%}
    {{ return(api.Relation.create(
        database=place[-3] if place | length > 2 else target.get("database"), schema=place[-2], identifier=place[-1]
    )) }}
{% endmacro %}

{#- What messages call it. -#}
{% macro rule_file_name(name) -%} {{ return((var("rule_refs") or {}).get(name) or "seeds/" ~ name ~ ".csv") }} {%- endmacro %}


{#- The names of the rule files. -#}
{% macro rule_files() %}
    {{ return([
        "scoring_models", "scoring_dimensions", "scoring_rules", "signal_types", "tiers", "tier_treatments",
        "qualification_rules", "engagement_triggers", "icp_industries", "icp_markets", "complementary_technologies",
        "free_email_domains", "field_mappings", "source_fields", "signal_mappings", "currency_rates", "outcomes",
    ]) }}
{% endmacro %}


{#- The columns that a rule file has, declared or not, in lower case; all that are declared where a unit test stands in
    for the file. Read once a run, as no model that asks is built before the file is loaded. -#}
{% macro rule_file_columns(name) %}
    {%- set relation = rule_relation(name) -%}
    {%- set found = "columns of " ~ relation ~ " in " ~ invocation_id -%}
    {%- if not relation.is_cte and not graph.get(found) -%} {%- do graph.update({found: existing_columns(relation)}) -%} {%- endif -%}
    {{ return((graph.get(found) or rule_file(name).columns).keys() | list) }}
{% endmacro %}


{#- SQL: the rows of a rule file that hold a cell, as they were typed, each with its `line`: a row is a line, as
    plugins/dbt_rule_files sees to. -#}
{% macro rule_rows(name) -%}
    {%- set cells, filled = [], [] -%}
    {%- if execute -%}
    {%- set existing = rule_file_columns(name) -%}
    {%- set is_typed = name in (var("rule_refs") or {}) -%}
    {%- for column in rule_file(name).columns if column in existing -%}
        {%- set cell = rule_cell(column) -%}
    {%- do cells.append("cast(" ~ cell ~ " as " ~ dbt.type_string() ~ ") as " ~ cell if is_typed else cell) -%}
    {%- do filled.append(trim_text(cell) ~ " is not null") -%}
    {%- endfor -%}
    {%- endif -%}
    select *
    from (select {{ (cells + [line_in_file() ~ " as line"]) | join(", ") }} from {{ rule_relation(name) }}) as numbered
    where {{ filled | join(" or ") or "true" }}
{%- endmacro %}


{#- SQL of a staging model: the rows of a rule file, typed, with where each stands. A cell that cannot be read is null, as
    is one of a column that the file lacks; rule_cell_problems names both. -#}
{% macro typed_rules(name) %}
select
    {%- if execute %}
    {%- set existing = rule_file_columns(name) %}
    {%- for column in rule_file(name).columns.values() %}
    {%- set cell = rule_cell(column.name) if column.name in existing else "cast(null as " ~ dbt.type_string() ~ ")" %}
    {{ read_rule(column.data_type, cell) }} as {{ typed_rule_cell(column.name) }},
    {%- endfor %}
    {%- endif %}
    line,
    {{ rule_row_name(name) }} as row_name
from ({{ rule_rows(name) }}) as rule_rows
{%- endmacro %}


{#- SQL: the name of a column of a rule file as it stands there, and as it is called once it is typed: one is a word of SQL. -#}
{% macro rule_cell(name) -%} {{ adapter.quote(name) if name == "column" else name }} {%- endmacro %}

{% macro typed_rule_cell(name) -%} {{ "column_name" if name == "column" else name }} {%- endmacro %}


{#- How many characters a cell of a rule file may have. -#}
{% macro most_characters() %} {{ return(1000) }} {% endmacro %}


{#- SQL: a cell of a rule file as its type, null where it is blank or cannot be read. -#}
{% macro read_rule(data_type, cell) -%}
    {%- set text = trim_text(cell) -%}
    {%- set short_text = "case when length(" ~ cell ~ ") <= " ~ most_characters() ~ " then " ~ text ~ " end" -%}
    {%- set number = parse_number(text) -%}
    {%- if data_type == "text" -%} {{ short_text }}
    {%- elif data_type == "category" -%} lower({{ compared_text(short_text) }})
    {%- elif data_type == "boolean" -%} {{ parse_boolean(text) }}
    {%- elif data_type == "date" -%} cast({{ parse_timestamp(text) }} as date)
    {%- elif data_type == "integer" -%}
    cast(case when abs({{ number }}) <= 1e9 and floor({{ number }}) = {{ number }} then {{ number }} end as {{ dbt.type_int() }})
    {%- else -%}
    {#- no decimal has the exponents that a text may have: what is less than its last decimal is nothing, others are written anew -#}
    cast(
        case
            when abs({{ number }}) < 1e-11 then '0'
            when abs({{ number }}) > 1e15 then null
            when lower({{ text }}) like '%e%' then cast({{ number }} as {{ dbt.type_string() }})
            when {{ number }} is not null then {{ text }}
        end as {{ type_number() }}
    )
    {%- endif -%}
{%- endmacro %}


{#- SQL: what messages call a row of a rule file: how the cells of its key begin, as they were typed. -#}
{% macro rule_row_name(name) -%}
    substring(''
        {%- if execute %}
        {%- set existing = rule_file_columns(name) %}
        {%- for cell in rule_file(name).config.meta.key if cell in existing %}
        || coalesce(', ' || substring({{ trim_text(rule_cell(cell)) }}, 1, 60), '')
        {%- endfor %}
        {%- endif %}, 3
    )
{%- endmacro %}


{#- SQL: the key of a typed row of a rule file as one text, to find rows that stand there twice. -#}
{% macro rule_row_key(name) -%}
    ''
    {%- if execute %}
    {%- for cell in rule_file(name).config.meta.key %} || '|' || coalesce(cast({{ typed_rule_cell(cell) }} as {{ dbt.type_string() }}), '')
    {%- endfor %}
    {%- endif %}
{%- endmacro %}


{#- The rows of a rule file in their order; none before the file is loaded. Asked for once a run. -#}
{% macro rule_lines(name, columns) %}
    {%- set listed = "lines of " ~ name ~ " in " ~ invocation_id -%}
    {%- if listed not in graph -%}
        {%- set relation = load_relation(ref("stg_rules__" ~ name)) -%}
        {%- if relation is none -%} {{ return([]) }} {%- endif -%}
        {%- do graph.update({listed: run_sql("select " ~ columns ~ " from " ~ relation ~ " order by line asc").rows | list}) -%}
    {%- endif -%}
    {{ return(graph[listed]) }}
{% endmacro %}
