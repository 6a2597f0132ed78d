{#- CTEs that read a raw table: `read_rows`, each raw row (of those that hold `only_if`) with its typed columns, `problems`,
    `is_rejected`, `is_repeated` (whether others have its key), `record_key` (of rows with problems), `raw_record` (of those and
    where `keep_raw_if` holds) and `row_hash` (of repeated rows). `is_repeated`: the condition that tells; without it rows are
    counted. With it no step is kept as a whole: two read them, rows that are repeated and rows that are not. -#}
{% macro read_raw(table, reject_if={}, keep_raw_if=none, only_if=none, is_repeated=none) %}
{%- set relation = source("raw_tables", table) -%}
{%- set declared = raw_source(table) -%}
{%- set columns = declared.columns.values() | list -%}
{%- set existing, mappings = columns_of_raw(table), mappings_of(table) -%}
{%- set as, compared = "as " ~ (not_kept() if is_repeated), compared_columns(mappings, columns) -%}
trimmed {{ as }}(

    select
        {%- for column in columns %}
        {{ raw_cell(column, relation, existing) }} as raw_{{ column.name }},
        {%- endfor %}
        {%- for name, cell in compared.items() if cell.startswith("found_") %}
        {{ raw_cell({"name": name, "data_type": "text"}, relation, existing) }} as {{ cell }},
        {%- endfor %}
        {%- if is_repeated %}
        {{ is_repeated }} as is_repeated,
        {%- endif %}
        {%- if is_collected() %}
        {{ "'tables' as record_source" if relation.is_cte else "record_source" }},
        {%- endif %}
        {{ whole_row("raw_table") }} as raw_row
    from {{ raw_relation(table) }} as raw_table
    {%- if only_if %}
    where {{ only_if }}
    {%- endif %}

),

{%- if mappings %}
{%- set further = (["is_repeated"] if is_repeated else []) + (["record_source"] if is_collected() else []) + ["raw_row"] %}
{{ map_values(mappings, compared, columns, further, "trimmed", as) }},

{% endif -%}
typed {{ as }}(

    select
        *
        {%- for column in columns %},
        {{ read_column(column, "text" if column.name in mappings else arrival_of(column, existing)) }} as {{ column.name }}
        {%- endfor %}
    from {{ "mapped" if mappings else "trimmed" }}

),

checked {{ as }}(

    select
        *,
        {{ problems_of(declared, reject_if) }} as problems
    from typed

),

compared {{ as }}(

    select
        *,
        problems like '%|record:%' as is_rejected
        {%- if not is_repeated %},
        count(*) over (partition by problems like '%|record:%', {{ record_key(declared) }}) > 1 as is_repeated
        {%- endif %}
    from checked

),

-- cases, so that text is made of those rows only that need it
read_rows {{ as }}(

    select
        *,
        case when problems <> ''{{ " or " ~ keep_raw_if if keep_raw_if }}
            then {{ row_as_json("raw_row", existing.values() | list) }} end as raw_record,
        case when problems <> '' then
            {%- for name in declared.meta.key %}
            coalesce(cast(raw_{{ name }} as {{ dbt.type_string() }}), ''){{ " || '|' ||" if not loop.last }}
            {%- endfor %}
        end as record_key,
        case when is_repeated then {{ row_hash(columns) }} end as row_hash
    from compared

)
{%- endmacro %}


{#- SQL: '|severity:reason' for each thing that is wrong with a row. A delete needs no more than its key. -#}
{% macro problems_of(declared, reject_if) -%}
    {%- set columns = declared.columns.values() | list -%}
    {%- set invalid = "case when raw_{0} is not null and {0} is null then '|{1}:invalid_{0}' else '' end" -%}
    {#- an amount whose currency has no rate arrives with its code -#}
    {%- set unknown_currency = "case when raw_{0} is null or {0} is not null then '' when record_source <> 'tables' and cast(raw_{0} as "
        ~ dbt.type_string() ~ ") like '% ___' then '|value:unknown_currency' else '|{1}:invalid_{0}' end" -%}
    {%- set missing = "case when raw_{0} is null then '|record:missing_{0}' else '' end" -%}
    {%- set of_values, of_key, of_record, of_delete, is_delete = [], [], [], [], ["coalesce(is_deleted, false)"] -%}
    {%- for column in columns -%}
        {%- set is_fatal = column.meta.required or column.meta.decisive -%}
        {%- set is_required = column.meta.required and not column.meta.or_else -%}
        {%- set found = of_values if not is_fatal else of_key if column.name in declared.meta.key else of_record -%}
        {%- if column.data_type != "text" -%}
            {%- set told = unknown_currency if is_collected() and column.name.endswith("_usd") else invalid -%}
            {%- do found.append(told | replace("{0}", column.name) | replace("{1}", "record" if is_fatal else "value")) -%}
            {%- if found is sameas of_record -%} {%- do of_delete.append(found[-1] | replace("|record:", "|value:")) -%} {%- endif -%}
        {%- endif -%}
        {%- if is_required -%} {%- do found.append(missing | replace("{0}", column.name)) -%} {%- endif -%}
        {%- if column.name in declared.meta.key -%}
            {%- do is_delete.append(column.name ~ " is not null" if is_required else "(raw_" ~ column.name ~ " is null or " ~ column.name ~ " is not null)") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if "updated_at" in declared.columns and "loaded_at" in declared.columns -%}
        {%- do of_values.append("case when " ~ is_written_after_loading() ~ " then '|value:invalid_updated_at' else '' end") -%}
    {%- endif -%}
    {%- for reason, condition in reject_if.items() -%}
        {%- do of_record.append("case when " ~ condition ~ " then '|record:" ~ reason ~ "' else '' end") -%}
    {%- endfor -%}
    ''
    {%- for problem in of_values + of_key %}
        || {{ problem }}
    {%- endfor %}
    {%- if of_record and "is_deleted" in declared.columns %}
        || case
            when {{ is_delete | join(" and ") }} then ''
            {%- for problem in of_delete %}
                || {{ problem }}
            {%- endfor %}
            else ''
            {%- for problem in of_record %}
                || {{ problem }}
            {%- endfor %}
        end
    {%- else %}
    {%- for problem in of_record %}
        || {{ problem }}
    {%- endfor %}
    {%- endif %}
{%- endmacro %}


{#- SQL: a hash of a row as it was read, that breaks ties between versions in the same way whatever the order of rows and
    the types they arrived in. -#}
{% macro row_hash(columns) -%}
    {%- set text = dbt.type_string() -%}
    md5(''
        {%- for column in columns %}
        {%- set cell = "coalesce(cast(" ~ column.name ~ " as " ~ text ~ "), cast(raw_" ~ column.name ~ " as " ~ text ~ "), '')" %}
        || '|' || replace(replace({{ cell }}, '~', '~0'), '|', '~1') {#- a bar in a cell separates nothing #}
        {%- endfor %}
    )
{%- endmacro %}


{#- SQL: a cell of a raw table, typed, in one expression; of a column that is not declared, as this type. -#}
{% macro read_raw_cell(table, name, data_type=none) -%}
    {%- set column = raw_source(table).columns.get(name) or ({"name": name, "data_type": data_type, "meta": {}} if data_type) -%}
    {%- set relation, existing = source("raw_tables", table), columns_of_raw(table) -%}
    {{ read_column(column, arrival_of(column, existing), raw_cell(column, relation, existing)) if column else "null" }}
{%- endmacro %}


{#- SQL: a cell of a raw table: text trimmed, numbers of columns of text as text, other types as they are, null where there is
    no such column. -#}
{% macro raw_cell(column, relation, existing) -%}
    {%- set found = existing.get(column.name) -%}
    {%- if relation.is_cte -%} {{ trim_text(column.name) }}
    {%- elif found is none -%} cast(null as {{ dbt.type_string() }})
    {%- else -%}
        {%- set cell, arrival = adapter.quote(found.name), arrival_type(found.dtype) -%}
        {%- if modules.re.fullmatch("jsonb?", found.dtype | lower) -%} {{ trim_clean_text(json_as_text(cell)) }}
        {%- elif arrival == "text" -%} {{ trim_clean_text("cast(" ~ cell ~ " as " ~ dbt.type_string() ~ ")") }}
        {%- elif column.data_type in ["text", "name", "category"] and arrival in ["number", "floating"] -%}
            {{ plain_number(cell, found.dtype) }}
        {%- else -%} {{ cell }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- SQL: a column as its declared type, null where it cannot be read as such. -#}
{% macro read_column(column, arrival, raw=none) %}
    {%- set raw = raw or "raw_" ~ column.name -%}
    {%- set as_text = "cast(" ~ raw ~ " as " ~ dbt.type_string() ~ ")" -%}
    {%- set type = column.data_type -%}
    {%- if type == "text" -%} {{ as_text }}
    {%- elif type == "name" -%} {{ compared_clean_text(as_text) }}
    {%- elif type == "category" -%}
        {%- if column.meta.get("values") -%}
    case when lower({{ as_text }}) in ('{{ column.meta["values"] | join("', '") }}') then lower({{ as_text }}) end
        {%- else -%} lower({{ compared_clean_text(as_text) }}) {%- endif -%}
    {%- elif type == "boolean" -%}
        {%- set number = raw if arrival in ["number", "floating"] else parse_number(as_text) -%}
        {%- set flag = "case " ~ number ~ " when 1 then true when 0 then false end" -%}
        {{ raw if arrival == "boolean" else flag if arrival in ["number", "floating"] else "coalesce(" ~ parse_boolean(as_text) ~ ", " ~ flag ~ ")" }}
    {%- elif type in ["number", "integer"] -%}
        {%- if arrival == "text" -%} {%- set number = parse_number(raw) -%}
        {%- elif arrival == "boolean" -%} {%- set number = "cast(null as " ~ type_double() ~ ")" -%}
        {%- elif arrival == "number" -%} {%- set number = exact_number(raw) -%}
        {%- elif arrival == "floating" -%} {%- set number = finite_number("cast(" ~ raw ~ " as " ~ type_double() ~ ")") -%}
        {%- else -%} {%- set number = "cast(null as " ~ type_double() ~ ")" -%}
        {%- endif -%}
        {%- set limits = [] -%}
        {%- if column.meta.minimum is defined -%} {%- do limits.append(number ~ " >= " ~ column.meta.minimum) -%} {%- endif -%}
        {%- if column.meta.maximum is defined -%} {%- do limits.append(number ~ " <= " ~ column.meta.maximum) -%} {%- endif -%}
        {%- set in_range = limits | join(" and ") or "true" -%}
        {%- if type == "integer" -%}
    cast(case when {{ in_range }} and floor({{ number }}) = {{ number }} then {{ number }} end as {{ dbt.type_int() }})
        {%- else -%}
    case when {{ in_range }} then {{ number }} end
        {%- endif -%}
    {%- elif type in ["timestamp", "date"] -%}
        {%- if arrival == "text" -%} {%- set moment = parse_timestamp(raw) -%}
        {%- elif arrival == "timestamptz" -%} {%- set moment = to_utc(raw) -%}
        {%- elif arrival in ["timestamp", "date"] -%} {%- set moment = to_timestamp(raw) -%}
        {%- else -%} {%- set moment = "cast(null as timestamp)" -%}
        {%- endif -%}
        {{ moment if type == "timestamp" else "cast(" ~ moment ~ " as date)" }}
    {%- endif -%}
{% endmacro %}


{#- How a column of a raw table arrives; an absent one and those of unit tests as text. -#}
{% macro arrival_of(column, existing) -%}
    {{ return(arrival_type(existing[column.name].dtype) if column.name in existing else "text") }}
{%- endmacro %}
