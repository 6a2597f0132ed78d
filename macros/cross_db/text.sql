{#- SQL: a text as a literal. -#}
{% macro text_literal(text) -%} {{ return(dbt.string_literal(dbt.escape_single_quotes(text))) }} {%- endmacro %}


{#- The domain of a web or e-mail address as people write it: lower case, without scheme, user, `www.`, port, path and the
    dot at its end. -#}
{% macro normalize_domain(domain) -%}
    {#- one after the other: of alternatives PostgreSQL takes the longest -#}
    {%- set without_scheme = replace_all("lower(" ~ domain ~ ")", "'(?s)^([a-z][a-z0-9+.-]*:)?//'", "''") -%}
    {%- set host = replace_all(replace_all(without_scheme, "'(?s)[/?#].*$'", "''"), "'(?s)^.*@'", "''") -%}
    nullif({{ replace_all(nfc(host), "'(?s)^www[.]|[.]*(:.*)?$'", "''") }}, '')
{%- endmacro %}


{#- The domain of an e-mail address; null of what is none. -#}
{% macro email_domain(email) -%} case when {{ email }} like '%@%' then {{ normalize_domain(email) }} end {%- endmacro %}


{#- What stands for an e-mail address where the address itself need not be kept: the same in any case. -#}
{% macro email_key(email) -%} md5(lower({{ email }})) {%- endmacro %}


{#- The last so many labels of a domain; null where it has fewer. -#}
{% macro last_labels(domain, labels) -%} {{ adapter.dispatch("last_labels")(domain, labels) }} {%- endmacro %}

{% macro default__last_labels(domain, labels) -%}
    nullif(regexp_extract({{ domain }}, '([^.]+[.]){{ "{" ~ (labels - 1) ~ "}" }}[^.]+$'), '')
{%- endmacro %}

{% macro spark__last_labels(domain, labels) -%}
    nullif(regexp_extract({{ domain }}, '([^.]+[.]){{ "{" ~ (labels - 1) ~ "}" }}[^.]+$', 0), '')
{%- endmacro %}

{% macro postgres__last_labels(domain, labels) -%}
    substring({{ domain }} from '(?:[^.]+[.]){{ "{" ~ (labels - 1) ~ "}" }}[^.]+$')
{%- endmacro %}


{#- A name_with_underscores in words, as they are written within a sentence. -#}
{% macro in_words(name) -%}
    replace(replace(replace({{ name }}, '_', ' '), 'third party', 'third-party'), 'multi threading', 'multi-threading')
{%- endmacro %}


{#- The same, the first letter in upper case. -#}
{% macro as_words(name) -%}
    upper(substring({{ name }}, 1, 1)) || substring({{ in_words(name) }}, 2)
{%- endmacro %}


{#- The number of a row in the file it was loaded from, for messages; the header is line 1. -#}
{% macro line_in_file() -%} {{ adapter.dispatch("line_in_file")() }} {%- endmacro %}

{% macro default__line_in_file() -%} row_number() over () + 1 {%- endmacro %}


{#- Rows are numbered by where they stand in the file that the seed was written to. -#}
{% macro spark__line_in_file() -%} row_number() over (order by monotonically_increasing_id()) + 1 {%- endmacro %}


{#- Warns where text is not ordered by its bytes, as ties are broken by account_id and reasons by their words, or where
    capitals with an accent have no small letters. -#}
{% macro warn_of_order() -%} {{ return(adapter.dispatch("warn_of_order")()) }} {%- endmacro %}

{% macro default__warn_of_order() -%} {{ return("") }} {%- endmacro %}

{% macro postgres__warn_of_order() -%}
    {%- if run_sql("select 'a' < 'B' or lower('É') <> 'é' as by_language").rows[0][0] -%}
        {%- do exceptions.warn(
            "Database '" ~ target.database ~ "' orders text by a language, or knows no capitals but A to Z, so that ties are"
            ~ " broken and names compared otherwise than elsewhere;"
            ~ " create it with: createdb --template template0 --locale C.UTF-8"
        ) -%}
    {%- endif -%}
    {{ return("") }}
{%- endmacro %}


{#- A line break, as a SQL expression. -#}
{% macro line_break() -%} chr(10) {%- endmacro %}


{#- The texts of a group in an order, as one text. -#}
{% macro ordered_list(text, order_by, separator) -%} {{ adapter.dispatch("ordered_list")(text, order_by, separator) }} {%- endmacro %}

{% macro default__ordered_list(text, order_by, separator) -%}
    string_agg({{ text }}, {{ separator }} order by {{ order_by | replace(",", " asc nulls last,") }} asc nulls last)
{%- endmacro %}


{#- The columns to order by are plain: ascending, and never null. -#}
{% macro spark__ordered_list(text, order_by, separator) -%}
    nullif(array_join(transform(
        array_sort(collect_list(case when {{ text }} is not null then struct({{ order_by }}, {{ text }} as listed_text) end)),
        listed -> listed.listed_text
    ), {{ separator }}), '')
{%- endmacro %}


{#- CTEs, the last of them `listed`: a row a group (`columns`) with the texts of its rows, up to a thousand, put together in an
    order as `listed`. For groups as many as accounts: windows, which join ten rows, then ten tens, then ten hundreds, go to
    disk where memory is short; what `ordered_list` gathers has to stay in it. `text`, never null, and `order_by` are columns. -#}
{% macro ordered_lists(rows, columns, text, order_by, separator) -%}
{%- for (name, from, item, order) in [
    ("tens", rows, text, order_by), ("hundreds", "tens", "listed", "place"), ("listed", "hundreds", "listed", "place")
] %}
{%- set in_order = "over (partition by " ~ columns ~ " order by " ~ order ~ " asc)" %}
{{ name }} as (

    select *
    from (
        select
            {{ columns }},
            row_number() {{ in_order }} as place,
            {{ item }}
            {%- for following in range(1, 10) %}
            || coalesce({{ separator }} || lead({{ item }}, {{ following }}) {{ in_order }}, '')
            {%- endfor %} as listed
        from {{ from }}
    ) as numbered
    where mod(place, 10) = 1

){{ ",\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}


{#- Whether a value is one of a model's; null where it is unknown. -#}
{% macro is_one_of(value, column, relation) -%} {{ adapter.dispatch("is_one_of")(value, column, relation) }} {%- endmacro %}

{% macro default__is_one_of(value, column, relation) -%}
    {{ value }} in (select known.{{ column }} from {{ relation }} as known)
{%- endmacro %}

{#- Spark allows `in (select …)` nowhere but in a where clause. -#}
{% macro spark__is_one_of(value, column, relation) -%}
    array_contains((select collect_set(known.{{ column }}) from {{ relation }} as known), {{ value }})
{%- endmacro %}


{#- Stops the build with a message where a condition holds; true where it does not. -#}
{% macro raise_if(condition, message) -%} {{ adapter.dispatch("raise_if")(condition, message) }} {%- endmacro %}

{% macro default__raise_if(condition, message) -%}
    case when {{ condition }} then error({{ message }}) else true end
{%- endmacro %}

{#- No function of PostgreSQL's raises an error: a cast does that tells what it was given. Of a literal it would be made
    whatever the condition, before anything is run; what concat gives is no literal. -#}
{% macro postgres__raise_if(condition, message) -%}
    case when {{ condition }} then cast(concat({{ message }}) as boolean) else true end
{%- endmacro %}

{% macro spark__raise_if(condition, message) -%}
    case when {{ condition }} then raise_error({{ message }}) else true end
{%- endmacro %}
