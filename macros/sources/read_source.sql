{#-
    SQL: the rows of a source's table, each field by the name it is asked for, whichever loader brought it: null where there is no such
    field, no rows where there is no such table.

    table: what the table is called, or a list of what it may be called.
    Fields are given by name, those of several names as `a|b as name`: the first of them that holds something counts.
    texts: fields read as text, the first of them the record's id; moments: as the text of a moment; timestamps, numbers, flags: as such,
        null where they cannot be read. Moments may arrive as milliseconds since 1970 in sources that send them.
    makes: the raw table that this is the main table of: what source_fields and field_mappings name for that comes along (`own_fields`).
    events: the source of events that this is, or belongs to, in signal_mappings: the fields that those lines name come along, and those
        that an event is named by, to be compared (`signal_of_event`).
    versions: whether all versions of a record are wanted, with a delete where a history says so, or the one that stands.

    Besides gives updated_at (text of a moment), is_deleted and loaded_at (timestamp).
-#}
{% macro read_source(source_name, table, texts, moments=[], timestamps=[], numbers=[], flags=[], makes=none, events=none, named_by=[], versions=false) %}
    {%- do need_source_rules() -%}
    {%- set known, cells = known_sources()[source_name], {} -%}
    {%- set relation = table_of_source(source_name, [table] if table is string else table) if execute else none -%}
    {%- set existing = columns_of_source(relation) if relation else {} -%}
    {%- set has_history, in_milliseconds = "fivetranactive" in existing, known.in_milliseconds -%}
    {%- set updated = (["_fivetran_start"] if has_history else []) + known.updated -%}
    {%- for fields, type in [
        (texts, "text"), (moments, "moment"), (timestamps, "timestamp"), (numbers, "number"), (flags, "boolean"),
        (own_fields_of(source_name, makes), "text"), (event_fields_of(events, named_by), "compared"),
        (["|".join(updated) ~ " as updated_at"], "moment"),
    ] -%}
        {%- for field in fields -%}
            {%- set names, name = (field.split(" as ")[0]).split("|"), field.split(" as ")[-1] -%}
            {%- do cells.update({name: source_cell(names, type, existing, in_milliseconds)}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do cells.update({"is_deleted": source_deletion(existing), "loaded_at": source_loading(known.loaded, existing, in_milliseconds)}) -%}
    {%- set key = cells | first -%}
    {%- set versions_of_it = "partition by " ~ cells[key] ~ " order by " ~ cells.updated_at ~ " desc nulls last, " ~ cells.loaded_at ~ " desc nulls last" -%}
    {%- set is_active = source_cell(["_fivetran_active"], "boolean", existing, false) -%}
    {%- if versions and not has_history -%}
select
    {%- for name, cell in cells.items() %}
    {{ cell }} as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
from {{ relation or no_rows() }} as loaded_rows
    {%- else -%}
select
    {%- for name in cells if name not in (["updated_at", "is_deleted"] if versions else []) %}
    {{ name }}{{ "," if versions or not loop.last }}
    {%- endfor %}
    {%- if versions %}
    case when copies.is_end then ended_at else updated_at end as updated_at,
    is_deleted or copies.is_end as is_deleted
    {%- endif %}
from (
    select
        {%- for name, cell in cells.items() %}
        {{ cell }} as {{ name }},
        {%- endfor %}
        {%- if versions %}
        {{ source_cell(["_fivetran_end"], "moment", existing, in_milliseconds) }} as ended_at,
        max(case when {{ is_active }} then 1 else 0 end) over (partition by {{ cells[key] }}) as is_active,
        {%- endif %}
        row_number() over ({{ versions_of_it }}) as version_number
    from {{ relation or no_rows() }} as loaded_rows
) as source_rows
        {%- if versions %}
-- a record of which no version is active was deleted when its last ended
inner join (select false as is_end union all select true as is_end) as copies
    on not copies.is_end or (source_rows.version_number = 1 and source_rows.is_active = 0)
        {%- else %}
where version_number = 1
        {%- endif %}
    {%- endif %}
{%- endmacro %}

{#- SQL: a table without rows or columns. -#}
{% macro no_rows() -%} {{ return("(select 1 as no_such_table where 1 = 0)") }} {%- endmacro %}

{#- Edges to the rule files that say how sources are read. Not to the check of all rules: it looks at what attributes accounts have. -#}
{% macro need_source_rules() %}
    {%- for name in ["source_fields", "field_mappings", "signal_mappings"] if not execute -%} {%- do ref("stg_rules__" ~ name) -%} {%- endfor -%}
{% endmacro %}


{#- SQL: a field of a source: of the columns that its names mean, the first that holds something. -#}
{% macro source_cell(names, type, existing, in_milliseconds) -%}
    {%- set cells = [] -%}
    {%- for name in names -%}
        {%- for column in existing.get(plain_name(name), []) -%}
            {%- set text, arrival = column_as_text(column), arrival_type(column.dtype) -%}
            {%- set milliseconds -%}
                {%- if in_milliseconds and arrival in ["number", "floating", "text"] -%} {{ milliseconds_as_timestamp(text) }} {%- endif -%}
            {%- endset -%}
            {%- if type in ["moment", "timestamp"] and milliseconds -%}
                {%- do cells.append("cast(" ~ milliseconds ~ " as " ~ dbt.type_string() ~ ")" if type == "moment" else milliseconds) -%}
            {%- endif -%}
            {%- if type in ["text", "moment"] -%} {%- do cells.append(text) -%}
            {%- elif type == "compared" -%} {%- do cells.append("lower(" ~ compared_clean_text(text) ~ ")") -%}
            {%- elif type == "number" -%} {%- do cells.append(parse_number(text)) -%}
            {%- elif type == "boolean" and arrival == "text" -%} {%- do cells.append(parse_boolean(text) | trim) -%}
            {%- else -%}
                {%- set cell = text if arrival == "text" else adapter.quote(column.name) -%}
                {%- do cells.append(read_column({"name": column.name, "data_type": type, "meta": {}}, arrival, cell) | trim) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(first_known(cells, {"boolean": "boolean", "timestamp": "timestamp", "number": type_double()}.get(type, dbt.type_string()))) }}
{%- endmacro %}

{#- SQL: a column of a source as text; that of staging is trimmed of all that is blank. -#}
{% macro column_as_text(column) -%}
    {%- if modules.re.match("(?i)text|varchar|char|string", column.dtype) -%} {{ return("nullif(trim(" ~ adapter.quote(column.name) ~ "), '')") }} {%- endif -%}
    {%- set name = column.name -%}
    {{ return("cast(" ~ raw_cell({"name": name, "data_type": "text"}, {}, {name: column}) ~ " as " ~ dbt.type_string() ~ ")") }}
{%- endmacro %}

{% macro first_known(cells, type) -%}
    {{ return("cast(null as " ~ type ~ ")" if not cells else cells[0] if cells | length == 1 else "coalesce(" ~ (cells | join(", ")) ~ ")") }}
{%- endmacro %}

{#- SQL: a text of milliseconds since 1970 as a timestamp, of the years 2001 to 5138; null of another. -#}
{% macro milliseconds_as_timestamp(text) -%}
    {%- set number = "cast(case when " ~ matches_whole(text, "[0-9]{13,14}") ~ " then " ~ text ~ " end as bigint)" -%}
    {{ add_microseconds("cast('1970-01-01' as timestamp)", number ~ " * 1000") }}
{%- endmacro %}

{#- SQL: whether a row says that its record is deleted, as any loader does. -#}
{% macro source_deletion(existing) -%}
    {%- set signs = [] -%}
    {%- for name in ["is_deleted", "_fivetran_deleted", "archived"] if plain_name(name) in existing -%}
        {%- do signs.append("coalesce(" ~ source_cell([name], "boolean", existing, false) ~ ", false)") -%}
    {%- endfor -%}
    {%- if "abcdcdeletedat" in existing -%}
        {%- do signs.append(source_cell(["_ab_cdc_deleted_at"], "text", existing, false) ~ " is not null") -%}
    {%- endif -%}
    {{ return(signs | join(" or ") or "false") }}
{%- endmacro %}

{#- SQL: when a row was loaded, as any loader tells: dlt by the seconds since 1970 that it calls a load by. -#}
{% macro source_loading(further, existing, in_milliseconds) -%}
    {%- if "dltloadid" in existing -%}
        {%- set seconds = source_cell(["_dlt_load_id"], "number", existing, false) -%}
        {{ return(add_microseconds("cast('1970-01-01' as timestamp)", "cast(" ~ seconds ~ " * 1000000 as bigint)")) }}
    {%- endif -%}
    {{ return(source_cell(["_fivetran_synced", "_airbyte_extracted_at", "_airbyte_emitted_at"] + further, "timestamp", existing, in_milliseconds)) }}
{%- endmacro %}

{#- Whether a source has a table with a field. -#}
{% macro source_has(source_name, table, field) -%}
    {%- set relation = table_of_source(source_name, [table]) if execute else none -%}
    {{ return(relation and plain_name(field) in columns_of_source(relation)) }}
{%- endmacro %}


{#- The fields of a source's main table that the rule files name for a raw table, as read_source takes them. Those of source_fields stand
    for a column, `own__<column>`; source columns of field_mappings come along under their own names. -#}
{% macro own_fields_of(source_name, table) -%}
    {%- set fields = [] -%}
    {%- if not execute or not table -%} {{ return(fields) }} {%- endif -%}
    {%- for row in rule_lines("source_fields", "source, raw_table, column_name, source_field, line") if row[0] == source_name and row[1] == table -%}
        {%- do fields.append(row[3] ~ " as " ~ adapter.quote("own__" ~ row[2])) -%}
    {%- endfor -%}
    {%- set main = table_of_source(source_name, [known_sources()[source_name].makes[table]]) -%}
    {%- set existing, known = columns_of_source(main) if main else {}, raw_source(table).columns | map("replace", "_", "") | list -%}
    {%- for row in lines_of_field_mappings(table) if plain_name(row[1]) in existing and plain_name(row[1]) not in known -%}
        {%- do known.append(plain_name(row[1])) -%}
        {%- do fields.append(row[1] ~ " as " ~ adapter.quote(plain_name(row[1]))) -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}

{#- The same as the end of a select list: of the main table, or of rows of another that stand beside those. -#}
{% macro own_fields(source_name, table, rows) -%}
    {%- for field in own_fields_of(source_name, table) %},
    {{ rows }}.{{ field.split(" as ")[-1] }}
    {%- endfor %}
{%- endmacro %}

{% macro no_own_fields(source_name, table) -%}
    {%- for field in own_fields_of(source_name, table) %},
    null as {{ field.split(" as ")[-1] }}
    {%- endfor %}
{%- endmacro %}

{#- SQL: whether a line of field_mappings names what a source says of a column. -#}
{% macro is_mapped(table, column, cell) -%}
    {%- set patterns = [] -%}
    {%- for row in lines_of_field_mappings(table) if row[0] == column and row[1] == column -%} {%- do patterns.append(row[2]) -%} {%- endfor -%}
    {{ return(matches_any(cell, patterns | join("|")) if patterns else "1 = 0") }}
{%- endmacro %}
