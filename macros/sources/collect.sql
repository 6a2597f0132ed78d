{#-
    SQL: a raw table put together from the rows of all sources of a run, each with its source in `record_source`: declared columns, then
    what else the sources have. A column that has one type everywhere keeps it; others, and ids, are text. What stands for a column by
    source_fields (`own__<column>`) replaces what the source's model gives.
-#}
{% macro collect(table) %}
    {%- set declared, parts, further, types = raw_source(table).columns, [], [], {} -%}
    {%- for name in sources_of(table) -%}
        {%- set relation, cells = part_of(table, name) -%}
        {%- if relation -%} {%- do parts.append([name, relation, cells]) -%} {%- endif -%}
        {%- for column, found in cells.items() -%}
            {%- if column not in declared and column not in further -%} {%- do further.append(column) -%} {%- endif -%}
            {%- if found.dtype not in types.setdefault(column, []) -%} {%- do types[column].append(found.dtype) -%} {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, relation, cells in (parts or [["tables", no_rows(), {}]]) %}
select
        {%- for column in declared | list + further %}
    {{ collected_cell(column, cells.get(column), types.get(column, []), column in declared, name) }} as {{ adapter.quote(column) if column in further else column }},
        {%- endfor %}
    '{{ name }}' as record_source
from {{ relation }} as rows_of_source
        {%- if table == "signals" and name != "tables" %}
where signal_type is not null
        {%- endif %}
{{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The rows that a source has of a raw table: where they are, and the columns by the names of the raw table. -#}
{% macro part_of(table, source_name) %}
    {%- set relation, columns, cells = none, {}, {} -%}
    {%- if source_name == "tables" -%}
        {%- if not execute -%} {%- do need_loaded(table) -%}
        {%- else -%} {%- set relation, columns = loaded_raw_relation(raw_source(table)), loaded_raw_columns(raw_source(table)) or {} -%}
        {%- endif -%}
    {%- else -%}
        {%- set relation = ref(source_model(source_name, table)) -%}
        {%- for column in (adapter.get_columns_in_relation(relation) if execute else []) -%} {%- do columns.update({column.name: column}) -%} {%- endfor -%}
    {%- endif -%}
    {%- for name, column in columns.items() if name.startswith("own__") -%} {%- do cells.update({name[5:]: column}) -%} {%- endfor -%}
    {%- for name, column in columns.items() if not name.startswith("own__") and name not in cells -%} {%- do cells.update({name: column}) -%} {%- endfor -%}
    {{ return([relation if execute else none, cells]) }}
{% endmacro %}


{#- SQL: a cell of one source among those of others. -#}
{% macro collected_cell(name, found, types, is_declared, source_name) -%}
    {%- set is_id = is_declared and name.endswith("_id") -%}
    {%- set is_kept = types | length == 1 and not is_id -%}
    {%- if found is none -%} {{ return("cast(null as " ~ (types[0] if is_kept else dbt.type_string()) ~ ")") }} {%- endif -%}
    {%- if is_kept -%} {{ return(adapter.quote(found.name)) }} {%- endif -%}
    {%- set text = column_as_text(found) -%}
    {{ return(salesforce_id(text, elsewhere=source_name != "salesforce") if is_id and reads_source("salesforce") else text) }}
{%- endmacro %}


{#- How a raw table is kept that is put together: as it is read, but where a view would hold fast a table that a loader wants to replace. -#}
{% macro collected_as() %} {{ return(adapter.dispatch("collected_as")()) }} {% endmacro %}

{% macro default__collected_as() %} {{ return("view") }} {% endmacro %}

{% macro postgres__collected_as() %} {{ return("table" if reads_source("tables") else "view") }} {% endmacro %}
