{#- What signal_mappings looks at in a table of events, as read_source takes it, to be compared with patterns: what names an event,
    `name__<name>`, and the fields that the lines of this source of events name, `field__<name>`. -#}
{% macro event_fields_of(events, named_by) -%}
    {%- set fields, known = [], [] -%}
    {%- for name in named_by %} {%- do fields.append(name ~ " as name__" ~ name) -%} {%- endfor -%}
    {%- for row in event_lines(events) if row[2] and plain_name(row[2]) not in known -%}
        {%- do known.append(plain_name(row[2])) -%}
        {%- do fields.append(row[2] ~ " as " ~ adapter.quote("field__" ~ plain_name(row[2]))) -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}

{% macro event_lines(events) -%}
    {%- if not execute or not events -%} {{ return([]) }} {%- endif -%}
    {{ return(rule_lines("signal_mappings", "source, event, field, pattern, signal_type") | selectattr(0, "equalto", events) | list) }}
{%- endmacro %}


{#- SQL: the signal that an event is, by the first line of signal_mappings that names it; null of one that none names.
    names: the columns with the event's name, as `table.column`; rows: the tables that its fields may be in. -#}
{% macro signal_of_event(events, names, rows) -%}
    {%- set lines = event_lines(events) -%}
    {%- if not lines -%} {{ return("cast(null as " ~ dbt.type_string() ~ ")") }} {%- endif -%}
case
    {%- for row in lines %}
    {%- set conditions = [] %}
    {%- if row[1] %}
    {%- set named = [] %}
    {%- for name in names %} {%- do named.append(matches_any_of(name | replace(".", ".name__"), row[1])) -%} {%- endfor %}
    {%- do conditions.append("(" ~ named | join(" or ") ~ ")") %}
    {%- endif %}
    {%- if row[2] %}
    {%- set cells = [] %}
    {%- for table in rows %} {%- do cells.append(table ~ "." ~ adapter.quote("field__" ~ plain_name(row[2]))) -%} {%- endfor %}
    {%- do conditions.append(matches_any_of(first_known(cells, dbt.type_string()), row[3])) %}
    {%- endif %}
    when {{ conditions | join(" and ") or "1 = 1" }} then {{ text_literal(row[4]) }}
    {%- endfor %}
end
{%- endmacro %}

{#- SQL: whether a text matches one of the alternatives of a pattern, in any case; matches_any_of: one in lower case already. -#}
{% macro matches_any(text, pattern) -%} {{ return(matches_any_of("lower(" ~ compared_clean_text(text) ~ ")", pattern)) }} {%- endmacro %}

{% macro matches_any_of(text, pattern) -%}
    {{ return("(" ~ matches_pattern(text, pattern.split("|") | map("trim") | list) ~ ")") }}
{%- endmacro %}


{#- SQL: an address without what was asked for in it, which may be personal. -#}
{% macro without_query(address) -%} {{ replace_all(address, "'[?#].*$'", "''") }} {%- endmacro %}
