{#- SQL: the rows of a table, once for each `item` of a list in a text, of which each counts once: values between ; or a JSON array. -#}
{% macro list_items(rows, column) -%}
{#- brackets and quotes of JSON hold nothing -#}
{%- set plain = "replace(replace(replace(replace(" ~ column ~ ", '[', ''), ']', ''), '\"', ''), ',', ';')" -%}
select distinct *
from (
    select
        listed.*,
        trim(listed.untrimmed) as item
    from (select {{ rows }}.*, {{ unnest_text(plain) }} as untrimmed from {{ rows }}) as listed
) as items_of_rows
where item <> ''
{%- endmacro %}

{#- SQL: a row for each part of a text between ;. -#}
{% macro unnest_text(text) -%} {{ return(adapter.dispatch("unnest_text")(text)) }} {%- endmacro %}

{% macro default__unnest_text(text) -%} {{ return("unnest(string_to_array(" ~ text ~ ", ';'))") }} {%- endmacro %}

{% macro spark__unnest_text(text) -%} {{ return("explode(split(" ~ text ~ ", ';'))") }} {%- endmacro %}
