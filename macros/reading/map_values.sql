{#- What field_mappings says of a raw table, as a dict from its columns to their lines in the order of the file, each a dict of the
    `source` column as it is declared or found, the `patterns` and the `value`; lines in a row of one value are one. Lines whose
    source column is not there say nothing; none while the project is parsed and in unit tests. -#}
{% macro mappings_of(table) %}
    {%- set relation = source("raw_tables", table) -%}
    {%- if not execute -%} {%- do ref("stg_rules__field_mappings") -%} {%- endif -%}
    {%- if not execute or relation.is_cte -%} {{ return({}) }} {%- endif -%}
    {%- set names, mappings = {}, {} -%}
    {%- for name in existing_raw_columns(raw_source(table)) or {} -%} {%- do names.update({plain_name(name): name}) -%} {%- endfor -%}
    {%- for row in lines_of_field_mappings(table) if plain_name(row[1]) in names -%}
        {%- set source, patterns, lines = names[plain_name(row[1])], row[2].split("|") | map("trim") | list, mappings.setdefault(row[0], []) -%}
        {%- if lines and [lines[-1].source, lines[-1].value] == [source, row[3]] -%} {%- do lines[-1].patterns.extend(patterns) -%}
        {%- else -%} {%- do lines.append({"source": source, "patterns": patterns, "value": row[3]}) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(mappings) }}
{% endmacro %}


{#- The lines of field_mappings for a raw table: column, source column, pattern in lower case, value. None before the file is loaded. -#}
{% macro lines_of_field_mappings(table) %}
    {%- set lines = [] -%}
    {%- for row in rule_lines("field_mappings", "raw_table, column_name, coalesce(source_column, column_name), pattern, value") if row[0] == table -%}
        {%- do lines.append([row[1], row[2], row[3], row[4]]) -%}
    {%- endfor -%}
    {{ return(lines) }}
{% endmacro %}


{#- The columns that a line may give a value, each with its table, type and the values it can have, joined by '|': all but ids of
    records and loaded_at, which tell rows apart. -#}
{% macro mappable_columns() %}
    {%- set columns = [] -%}
    {%- for table in raw_tables() -%}
        {%- set declared = raw_source(table) -%}
        {%- for column in declared.columns.values() if not (column.name in declared.meta.key and column.name.endswith("_id")) -%}
            {%- if column.name != "loaded_at" -%}
                {%- do columns.append([table, column.name, column.data_type, (column.meta.get("values") or []) | join("|")]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{#- The columns that patterns are compared with, as a dict from their names to the cells to compare: those of the table are read anyway. -#}
{% macro compared_columns(mappings, columns) %}
    {%- set compared, declared = {}, columns | map(attribute="name") | list -%}
    {%- for line in mappings.values() | sum(start=[]) if line.source not in compared -%}
        {%- do compared.update({line.source: "raw_" ~ line.source if line.source in declared else "found_" ~ compared | length}) -%}
    {%- endfor -%}
    {{ return(compared) }}
{% endmacro %}


{#- CTEs up to `mapped`: rows of raw cells, of which those of mapped columns hold what field_mappings gives: what the first line gives
    whose pattern matches, else what they held. -#}
{% macro map_values(mappings, compared, columns, further_columns, rows, as) -%}
comparable {{ "as " ~ kept() if kept() else as }}(

    select
        *
        {%- for cell in compared.values() %},
        lower({{ compared_clean_text("cast(" ~ cell ~ " as " ~ dbt.type_string() ~ ")") }}) as compared_{{ cell }}
        {%- endfor %}
    from {{ rows }}

),

mapped {{ as }}(

    select
        {%- for column in columns %}
        {%- if column.name in mappings %}
        {%- set lines, cell = mappings[column.name], "cast(raw_" ~ column.name ~ " as " ~ dbt.type_string() ~ ")" %}
        {%- set sources, patterns = lines | map(attribute="source") | unique | list, lines | map(attribute="patterns") | sum(start=[]) %}
        case
            {#- most values need no line, which is seen soonest where all patterns are words #}
            {%- if sources | length == 1 and "*" not in patterns | join %}
            when not {{ matches_pattern("compared_" ~ compared[sources[0]], patterns) }} then {{ cell }}
            {%- endif %}
            {%- for line in lines %}
            when {{ matches_pattern("compared_" ~ compared[line.source], line.patterns) }}
                then {{ "null" if line.value is none else text_literal(line.value) }}
            {%- endfor %}
            else {{ cell }}
        end as raw_{{ column.name }},
        {%- else %}
        raw_{{ column.name }},
        {%- endif %}
        {%- endfor %}
        {{ further_columns | join(",\n        ") }}
    from comparable

)
{%- endmacro %}


{#- SQL: whether a text matches one of some patterns, in which `*` stands for anything. -#}
{% macro matches_pattern(text, patterns) -%}
    {%- set conditions, words = [], [] -%}
    {%- for pattern in patterns -%}
        {%- if "*" not in pattern -%} {%- do words.append(text_literal(pattern)) -%}
        {%- else -%}
            {%- set like = pattern | replace("!", "!!") | replace("%", "!%") | replace("_", "!_") | replace("*", "%") -%}
            {%- do conditions.append(text ~ " like " ~ text_literal(like) ~ (" escape '!'" if "!" in like else "")) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if words -%} {%- do conditions.insert(0, text ~ " in (" ~ (words | join(", ")) ~ ")") -%} {%- endif -%}
    {{ conditions | join(" or ") }}
{%- endmacro %}
