{#- The fields that signal_mappings names of a source of events, as read_source takes them: `field__<name>`. -#}
{% macro event_fields_of(events) -%}
    {%- set fields, known = [], [] -%}
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
    names: the columns with the event's name; rows: the tables that its fields may be in. -#}
{% macro signal_of_event(events, names, rows) -%}
    {%- set lines = event_lines(events) -%}
    {%- if not lines -%} {{ return("cast(null as " ~ dbt.type_string() ~ ")") }} {%- endif -%}
case
    {%- for row in lines %}
    {%- set conditions = [] %}
    {%- if row[1] %}
    {%- set named = [] %}
    {%- for name in names %} {%- do named.append(matches_any(name, row[1])) -%} {%- endfor %}
    {%- do conditions.append("(" ~ named | join(" or ") ~ ")") %}
    {%- endif %}
    {%- if row[2] %}
    {%- set cells = [] %}
    {%- for table in rows %} {%- do cells.append(table ~ "." ~ adapter.quote("field__" ~ plain_name(row[2]))) -%} {%- endfor %}
    {%- do conditions.append(matches_any(first_known(cells, dbt.type_string()), row[3])) %}
    {%- endif %}
    when {{ conditions | join(" and ") or "1 = 1" }} then {{ text_literal(row[4]) }}
    {%- endfor %}
end
{%- endmacro %}

{#- SQL: whether a text matches one of the alternatives of a pattern, in any case. -#}
{% macro matches_any(text, pattern) -%}
    {{ return("(" ~ matches_pattern("lower(" ~ compared_clean_text(text) ~ ")", pattern.split("|") | map("trim") | list) ~ ")") }}
{%- endmacro %}


{#- SQL: an address without what was asked for in it, which may be personal. -#}
{% macro without_query(address) -%} {{ replace_all(address, "'[?#].*$'", "''") }} {%- endmacro %}
