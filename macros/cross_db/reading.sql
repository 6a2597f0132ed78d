{#- How text is read, in one place for every engine. Each macro takes a SQL expression and gives one. -#}

{#- Text without white space (Unicode's, tabs and no-break spaces included) at its ends; empty text is null. -#}
{% macro trim_text(text) -%} {{ adapter.dispatch("trim_text")(text) }} {%- endmacro %}

{% macro default__trim_text(text) -%}
    {#- literal characters: no engine agrees with another on what \s is -#}
    nullif(trim({{ text }}, '{{ white_space() }}'), '')
{%- endmacro %}

{% macro spark__trim_text(text) -%} nullif(btrim({{ text }}, '{{ white_space() }}'), '') {%- endmacro %}

{#- The same, in a tenth of the time where most texts are ASCII (as many bytes as characters), with no blank at the end; what needs
    no trimming, or is null, comes last, so that a batch of rows that all are so is not copied. -#}
{% macro trim_clean_text(text) -%} {{ adapter.dispatch("trim_clean_text")(text) }} {%- endmacro %}

{% macro default__trim_clean_text(text) -%} {{ trim_text(text) }} {%- endmacro %}

{% macro duckdb__trim_clean_text(text) -%}
    case
        when {{ text }} < '!' or strlen({{ text }}) <> length({{ text }})
            {%- for blank in white_space()[:6] %} or {{ text }} like '%{{ blank }}'{% endfor %} then {{ trim_text(text) }}
        else {{ text }}
    end
{%- endmacro %}

{#- The six of ASCII first. -#}
{% macro white_space() %}
    {{ return(" \t\n\x0b\x0c\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000") }}
{% endmacro %}


{#- Trimmed text as it is compared: in Unicode NFC, each run of white space as one blank. -#}
{% macro compared_text(text) -%} {{ replace_all(nfc(text), "'[" ~ white_space() ~ "]+'", "' '") }} {%- endmacro %}

{#- The same, in less time where most texts are ASCII with no blank in them. -#}
{% macro compared_clean_text(text) -%}
    case
        when {{ byte_length(text) }} <> length({{ text }})
            {%- for blank in white_space()[:6] %} or {{ text }} like '%{{ blank }}%'{% endfor %} then {{ compared_text(text) }}
        else {{ text }}
    end
{%- endmacro %}

{% macro byte_length(text) -%} {{ adapter.dispatch("byte_length")(text) }} {%- endmacro %}

{% macro default__byte_length(text) -%} octet_length({{ text }}) {%- endmacro %}

{% macro duckdb__byte_length(text) -%} strlen({{ text }}) {%- endmacro %}

{% macro replace_all(text, pattern, by) -%} {{ adapter.dispatch("replace_all")(text, pattern, by) }} {%- endmacro %}

{% macro default__replace_all(text, pattern, by) -%} regexp_replace({{ text }}, {{ pattern }}, {{ by }}, 'g') {%- endmacro %}

{% macro spark__replace_all(text, pattern, by) -%} regexp_replace({{ text }}, {{ pattern }}, {{ by }}) {%- endmacro %}

{#- Text in Unicode's form NFC. -#}
{% macro nfc(text) -%} {{ adapter.dispatch("nfc")(text) }} {%- endmacro %}

{% macro default__nfc(text) -%} normalize({{ text }}, nfc) {%- endmacro %}

{% macro duckdb__nfc(text) -%} nfc_normalize({{ text }}) {%- endmacro %}

{#- Spark knows no normal forms: a Latin letter and the mark after it are put together by hand. -#}
{% macro spark__nfc(text) -%}
    {%- set letters = {
        "\u0300": "AÀEÈIÌNǸOÒUÙaàeèiìnǹoòuù", "\u0301": "AÁCĆEÉIÍLĹNŃOÓRŔSŚUÚYÝZŹaácćeéiílĺnńoórŕsśuúyýzź",
        "\u0302": "AÂCĈEÊGĜHĤIÎJĴOÔSŜUÛWŴYŶaâcĉeêgĝhĥiîjĵoôsŝuûwŵyŷ", "\u0303": "AÃIĨNÑOÕUŨaãiĩnñoõuũ",
        "\u0304": "AĀEĒIĪOŌUŪaāeēiīoōuū", "\u0306": "AĂEĔGĞIĬOŎUŬaăeĕgğiĭoŏuŭ", "\u0307": "CĊEĖGĠIİZŻcċeėgġzż",
        "\u0308": "AÄEËIÏOÖUÜYŸaäeëiïoöuüyÿ", "\u030a": "AÅUŮaåuů", "\u030b": "OŐUŰoőuű",
        "\u030c": "CČDĎEĚNŇRŘSŠTŤZŽcčdďeěnňrřsštťzž", "\u0327": "CÇGĢKĶLĻNŅRŖSŞTŢcçkķlļnņrŗsştţ",
        "\u0328": "AĄEĘIĮUŲaąeęiįuų", "\u0326": "SȘTȚsștț",
    } -%}
    {#- a letter, a mark and what they make, and so on: as one text, which views can hold -#}
    {%- set triples = [] -%}
    {%- for mark, text_of_pairs in letters.items() -%}
        {%- for pair in text_of_pairs | batch(2) -%} {%- do triples.append(pair[0] ~ mark ~ pair[1]) -%} {%- endfor -%}
    {%- endfor -%}
    {%- set all = "'" ~ (triples | join) ~ "'" -%}
    case
        when {{ text }} rlike '[\u0300-\u0328]'
            then aggregate(
                sequence(1, {{ 3 * (triples | length) }}, 3), {{ text }},
                (made, place) -> replace(made, substring({{ all }}, place, 2), substring({{ all }}, place + 2, 1))
            )
        else {{ text }}
    end
{%- endmacro %}


{#- A value of JSON as text: text without its quotes, JSON's null is null, a number as one that is typed: 1.0 is 1. -#}
{% macro json_as_text(json) -%}
    {%- set text = unquoted_json(json) -%}
    case
        when cast({{ json }} as {{ dbt.type_string() }}) like '%"%' or ({{ text }} not like '%.%' and lower({{ text }}) not like '%e%')
            then {{ text }}
        else coalesce({{ plain_number(parse_number(trim_text(text)), type_double()) }}, {{ text }})
    end
{%- endmacro %}

{% macro unquoted_json(json) -%} {{ adapter.dispatch("unquoted_json")(json) }} {%- endmacro %}

{% macro default__unquoted_json(json) -%} ({{ json }} ->> '$') {%- endmacro %}

{#- What is no character is left as it is written: PostgreSQL would fail. -#}
{% macro postgres__unquoted_json(json) -%}
    case when cast({{ json }} as text) ~* '\\u(0000|d[89a-f])' then cast({{ json }} as text) else {{ json }} #>> '{}' end
{%- endmacro %}


{#- A number of any type as the same text: whole ones, as far as a bigint goes, without a point, others without trailing zeros. -#}
{% macro plain_number(number, data_type) -%}
    {%- set text = "cast(" ~ number ~ " as " ~ dbt.type_string() ~ ")" -%}
    {%- if arrival_type(data_type) == "floating" -%}
    case
        when abs({{ number }}) < 9e18 and floor({{ number }}) = {{ number }}
            then cast(cast({{ number }} as bigint) as {{ dbt.type_string() }})
        else {{ text }}
    end
    {%- elif "int" in data_type | lower -%} {{ text }}
    {%- else -%}
    case when {{ text }} like '%.%' then trim(trailing '.' from trim(trailing '0' from {{ text }})) else {{ text }} end
    {%- endif -%}
{%- endmacro %}


{#- A number written plain or scientific, as a double; null if it is written otherwise or not finite. -#}
{% macro parse_number(text) -%} {{ adapter.dispatch("parse_number")(text) }} {%- endmacro %}

{% macro default__parse_number(text) -%}
    {{ finite_number("try_cast(case when regexp_full_match(" ~ text ~ ", '[+-]?([0-9]+([.][0-9]+)?|[.][0-9]+)([eE][+-]?[0-9]+)?') then " ~ text ~ " end as double)") }}
{%- endmacro %}

{% macro spark__parse_number(text) -%}
    {{ finite_number("try_cast(case when " ~ text ~ " rlike '^[+-]?([0-9]+([.][0-9]+)?|[.][0-9]+)([eE][+-]?[0-9]+)?$' then " ~ text ~ " end as double)") }}
{%- endmacro %}

{#- Read as a numeric, which holds what a double would refuse; what is next to nothing keeps its sign. Texts of more
    characters than a numeric holds digits are no numbers. -#}
{% macro postgres__parse_number(text) -%}
    case
        when length({{ text }}) > 6000 then null
        when {{ text }} ~ '^[+-]?([0-9]+([.][0-9]+)?|[.][0-9]+)([eE][+-]?0*[0-9]{1,4})?$' then
            {{ postgres__exact_number(text) }}
        when {{ text }} ~ '^[+-]?([0-9]+([.][0-9]+)?|[.][0-9]+)[eE]-[0-9]+$' then 0
        when {{ text }} ~ '^[+-]?(0+([.]0+)?|[.]0+)[eE][+]?[0-9]+$' then 0
    end
{%- endmacro %}

{#- A number of an exact type as a double. -#}
{% macro exact_number(number) -%} {{ adapter.dispatch("exact_number")(number) }} {%- endmacro %}

{% macro default__exact_number(number) -%} {{ finite_number("cast(" ~ number ~ " as " ~ type_double() ~ ")") }} {%- endmacro %}

{#- A numeric holds numbers that a cast to a double refuses. -#}
{% macro postgres__exact_number(number) -%}
    {%- set numeric = "cast(" ~ number ~ " as numeric)" -%} {#- the least integer has no absolute value of its type -#}
    case
        when abs({{ numeric }}) <= 2.4703282292062328e-324 then 0
        when abs({{ numeric }}) < 1e-307 then sign({{ numeric }}) * 1e-307
        when abs({{ numeric }}) < 1.797693134862315807937289714053e308 then cast({{ numeric }} as double precision)
    end
{%- endmacro %}


{#- A double, or null if it is infinite or not a number. -#}
{% macro finite_number(number) -%} {{ adapter.dispatch("finite_number")(number) }} {%- endmacro %}

{% macro default__finite_number(number) -%}
    case when isfinite({{ number }}) then {{ number }} end
{%- endmacro %}

{#- Spark's NaN is greater than any number. -#}
{% macro spark__finite_number(number) -%}
    case when abs({{ number }}) < cast('Infinity' as double) then {{ number }} end
{%- endmacro %}

{% macro postgres__finite_number(number) -%}
    case
        -- a product of less could not be held
        when {{ number }} <> 0 and abs({{ number }}) < 1e-307 then sign({{ number }}) * 1e-307
        when {{ number }} > '-Infinity' and {{ number }} < 'Infinity' then {{ number }}
    end
{%- endmacro %}


{#- An ISO 8601 timestamp or date as a UTC timestamp without zone; null if it is written otherwise or does not exist. -#}
{% macro parse_timestamp(text) -%} {{ adapter.dispatch("parse_timestamp")(text) }} {%- endmacro %}

{% macro default__parse_timestamp(text) -%}
    {%- set minutes = ":?[0-5][0-9]" -%}
    {%- set hours = "([01][0-9]|2[0-3])" -%}
    {%- set written = "try_cast(
        case
            when " ~ text ~ " >= '0001' and regexp_full_match(
                " ~ text ~ ",
                '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]" ~ hours ~ ":[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z| UTC|[+-]" ~ hours ~ "(" ~ minutes ~ ")?)?)?'
            )
            -- seconds are optional in ISO 8601, not in the cast
            then regexp_replace(" ~ text ~ ", '([T ][0-9]{2}:[0-9]{2})(Z| UTC|[+-][0-9:]+)?$', '\\1:00\\2')
        end as timestamptz
    )" -%}
    {%- set moment = "try_cast(" ~ text ~ " as timestamp)" -%}
    case
        -- as timestamps are written here, which is read in a fifth of the time
        when cast({{ moment }} as varchar) = {{ text }} and {{ text }} like '____-__-__ __:__:__%' then {{ moment }}
        else {{ to_utc(written) }}
    end
{%- endmacro %}

{#- No cast of PostgreSQL's gives null: the day is looked up in the calendar first, and the offset taken off by hand, as
    casts know offsets up to 15 hours only. -#}
{% macro postgres__parse_timestamp(text) -%}
    {%- set hours = "([01][0-9]|2[0-3])" -%}
    {%- set offset = "substring(" ~ text ~ " from '[T ].*([+-][0-9]{2}(?::?[0-9]{2})?)$')" -%}
    {%- set local = "cast(left(" ~ text ~ ", 10) || ' ' || coalesce(substring(" ~ text ~ " from '[T ]([0-9:]+(?:[.][0-9]{1,6})?)'), '00:00') as timestamp)" -%}
    case
        when
            {{ text }} ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]{{ hours }}:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z| UTC|[+-]{{ hours }}(:?[0-5][0-9])?)?)?$'
            and left({{ text }}, 4) <> '0000'
        then
            case
                when cast(substring({{ text }}, 9, 2) as int) <= extract(
                    day from cast(left({{ text }}, 7) || '-01' as date) + interval '1 month' - interval '1 day'
                )
                    then {{ to_timestamp(
                        local ~ " - coalesce(cast(left(" ~ offset ~ ", 3) || ':' || case when length(" ~ offset
                        ~ ") > 3 then right(" ~ offset ~ ", 2) else '00' end as interval), interval '0')"
                    ) }}
            end
    end
{%- endmacro %}

{#- The offset is taken off by hand, as Spark knows offsets up to 18 hours only. -#}
{% macro spark__parse_timestamp(text) -%}
    {%- set hours = "([01][0-9]|2[0-3])" -%}
    {%- set offset = "regexp_extract(" ~ text ~ ", '[T ].*([+-][0-9]{2}(?::?[0-9]{2})?)$', 1)" -%}
    {%- set digits = "rpad(regexp_replace(" ~ offset ~ ", '[+:-]', ''), 4, '0')" -%}
    {%- set local = "try_cast(concat(left(" ~ text ~ ", 10), ' ', regexp_extract(" ~ text ~ ", '[T ]([0-9:]+(?:[.][0-9]{1,6})?)', 1)) as timestamp)" -%}
    {%- set utc -%}
        case when {{ offset }} = '' then {{ local }} else timestampadd(
            minute,
            case when left({{ offset }}, 1) = '-' then 1 else -1 end
            * (cast(left({{ digits }}, 2) as int) * 60 + cast(right({{ digits }}, 2) as int)),
            {{ local }}
        ) end
    {%- endset -%}
    case
        when {{ text }} rlike '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]{{ hours }}:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z| UTC|[+-]{{ hours }}(:?[0-5][0-9])?)?)?$'
            and left({{ text }}, 4) <> '0000'
        then {{ to_timestamp(utc) }}
    end
{%- endmacro %}

{#- A timestamp with time zone as a UTC timestamp without. -#}
{% macro to_utc(timestamp) -%} {{ adapter.dispatch("to_utc")(timestamp) }} {%- endmacro %}

{% macro default__to_utc(timestamp) -%}
    (case
        when {{ timestamp }} between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00' then {{ timestamp }}
    end) at time zone 'UTC'
{%- endmacro %}

{#- A date or timestamp of any kind as a timestamp; null if it is infinite or its year has not four digits. -#}
{% macro to_timestamp(moment) -%} {{ adapter.dispatch("to_timestamp")(moment) }} {%- endmacro %}

{% macro default__to_timestamp(moment) -%}
    {%- set timestamp = "try_cast(" ~ moment ~ " as timestamp)" -%}
    case when {{ timestamp }} between '0001-01-01' and '9999-12-31 23:59:59.999999' then {{ timestamp }} end
{%- endmacro %}

{% macro postgres__to_timestamp(moment) -%}
    case when {{ moment }} between '0001-01-01' and '9999-12-31 23:59:59.999999' then cast({{ moment }} as timestamp) end
{%- endmacro %}


{#- A true or false in any of its spellings (true/false, t/f, yes/no, y/n, 1/0); null if it is none of them. -#}
{% macro parse_boolean(text) -%}
    case
        when lower({{ text }}) in ('true', 't', 'yes', 'y', '1') then true
        when lower({{ text }}) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}


{#- What is said of a CTE that two steps read, so that each of them runs it for its rows alone: all rows would fill the memory. -#}
{% macro not_kept() -%} {{ adapter.dispatch("not_kept")() }} {%- endmacro %}

{% macro default__not_kept() -%} {{ return("not materialized ") }} {%- endmacro %}

{#- Spark never keeps one. -#}
{% macro spark__not_kept() -%} {{ return("") }} {%- endmacro %}

{#- What is said of a CTE whose columns many conditions read: PostgreSQL would compute them for each of these. -#}
{% macro kept() -%} {{ adapter.dispatch("kept")() }} {%- endmacro %}

{% macro default__kept() -%} {{ return("") }} {%- endmacro %}

{% macro postgres__kept() -%} {{ return("materialized ") }} {%- endmacro %}


{#- A column that holds a whole row of a table in the from clause. -#}
{% macro whole_row(alias) -%} {{ adapter.dispatch("whole_row")(alias) }} {%- endmacro %}

{% macro default__whole_row(alias) -%} {{ alias }} {%- endmacro %}

{% macro spark__whole_row(alias) -%} struct({{ alias }}.*) {%- endmacro %}


{#- 32 bits of a hash of a whole row, as a whole number: sums of two billion of them can be held. -#}
{% macro fingerprint(row) -%} {{ adapter.dispatch("fingerprint")(row) }} {%- endmacro %}

{#- Twice, as DuckDB takes in the last cell by xor: the sum of two rows that swapped it stayed once in ten thousand times. -#}
{% macro default__fingerprint(row) -%} cast(hash(hash({{ row }})) % 4294967296 as bigint) {%- endmacro %}

{% macro postgres__fingerprint(row) -%} (hashtextextended(cast({{ row }} as text), 0) & 4294967295) {%- endmacro %}

{#- Of JSON, as the hash of a struct passes over nulls, so that (x, null) is (null, x), and takes no maps. -#}
{% macro spark__fingerprint(row) -%}
    {%- set formats = [] -%}
    {%- for kind in ["timestampFormat", "timestampNTZFormat"] -%}
        {%- do formats.append("'" ~ kind ~ "', 'yyyy-MM-dd HH:mm:ss.SSSSSS'") -%}
    {%- endfor -%}
    (xxhash64(to_json({{ row }}, map('ignoreNullFields', 'false', {{ formats | join(", ") }}))) & 4294967295)
{%- endmacro %}


{#- A whole row, given as a column that holds it and its columns, as JSON text. JSON knows no NaN and no infinity: they are texts. -#}
{% macro row_as_json(alias, columns=[]) -%} {{ adapter.dispatch("row_as_json")(alias, columns) }} {%- endmacro %}

{% macro default__row_as_json(alias, columns) -%}
    {%- set updates = [] -%}
    {%- for column in columns if modules.re.search("double|float|real", column.dtype | lower) -%}
        {%- set name = adapter.quote(column.name) -%}
        {%- set cell = alias ~ "." ~ name -%}
        {%- do updates.append(
            name ~ " := case when regexp_matches(cast(" ~ cell ~ " as varchar), 'nan|inf')"
            ~ " then to_json(cast(" ~ cell ~ " as varchar)) else to_json(" ~ cell ~ ") end"
        ) -%}
    {%- endfor -%}
    cast(to_json({{ "struct_update(" ~ alias ~ ", " ~ (updates | join(", ")) ~ ")" if updates else alias }}) as varchar)
{%- endmacro %}

{% macro spark__row_as_json(alias, columns) -%} to_json({{ alias }}, map('ignoreNullFields', 'false')) {%- endmacro %}

{#- PostgreSQL writes them as texts by itself. -#}
{% macro postgres__row_as_json(alias, columns) -%} cast(row_to_json({{ alias }}) as text) {%- endmacro %}
