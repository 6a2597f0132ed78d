{#- SQL: the id of a Salesforce record in the form of 18 characters, also where it arrived in that of 15; any other text as it is. The
    three characters more tell of five each which are capitals: 1 of 32. Salesforce's ids begin with a key of their object, most with 00;
    `elsewhere`: only those are taken for one. -#}
{% macro salesforce_id(id, elsewhere=false) -%}
    {%- set capitals = "translate(" ~ id ~ ", 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '"
        ~ "1" * 26 ~ "0" * 36 ~ "')" -%}
    {%- set places = [] -%}
    {%- for number in range(32) -%}
        {%- set bits = [] -%}
        {%- for place in range(5) -%} {%- do bits.append((number // 2 ** place) % 2) -%} {%- endfor -%}
        {%- do places.append(bits | join) -%}
    {%- endfor -%}
    {%- set key = "00" if elsewhere else "[0-9A-Za-z]{2}" -%}
    case
        when {{ matches_whole(id, key ~ "[0-9A-Za-z]{13}") }}
            then {{ id }}
                {%- for start in [1, 6, 11] %}
                || substring(
                    'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                    cast(({{ dbt.position("substring(" ~ capitals ~ ", " ~ start ~ ", 5)", "'" ~ places | join(" ") ~ "'") | trim }} + 5) / 6 as {{ dbt.type_int() }}),
                    1
                )
                {%- endfor %}
        else {{ id }}
    end
{%- endmacro %}


{#- SQL: whether a whole text matches a regular expression. -#}
{% macro matches_whole(text, pattern) -%} {{ return(adapter.dispatch("matches_whole")(text, pattern)) }} {%- endmacro %}

{% macro default__matches_whole(text, pattern) -%} {{ return("regexp_full_match(" ~ text ~ ", '" ~ pattern ~ "')") }} {%- endmacro %}

{% macro postgres__matches_whole(text, pattern) -%} {{ return(text ~ " ~ '^(" ~ pattern ~ ")$'") }} {%- endmacro %}

{% macro spark__matches_whole(text, pattern) -%} {{ return(text ~ " rlike '^(" ~ pattern ~ ")$'") }} {%- endmacro %}
