{#- of no model, it would be left out by what runs the tests of each model -#}
{%- do ref("rules_checked") -%}
{#- What engines do differently, macro by macro: a row is a macro that gives something else here. -#}
{%- set double = type_double() -%}
{%- set string = dbt.type_string() -%}
{%- set checks = {
    "trim_text": trim_text("'\t\n x y\xa0\u2003\u3000'") ~ " = 'x y'",
    "trim_text of blanks": trim_text("' \t\xa0'") ~ " is null",
    "parse_number": parse_number("'-1.5e1'") ~ " = -15",
    "parse_number of words": parse_number("no_number") ~ " is null",
    "parse_number beyond a double": parse_number("large_number") ~ " is null",
    "finite_number": finite_number("cast('0.5' as " ~ double ~ ")") ~ " = 0.5",
    "finite_number of infinity": finite_number("cast('Infinity' as " ~ double ~ ")") ~ " is null",
    "finite_number of NaN": finite_number("cast('NaN' as " ~ double ~ ")") ~ " is null",
    "parse_timestamp": parse_timestamp("'2026-01-31T12:34:56.5Z'") ~ " = cast('2026-01-31 12:34:56.5' as timestamp)",
    "parse_timestamp with an offset": parse_timestamp("'2026-01-31 23:30-0130'") ~ " = cast('2026-02-01 01:00:00' as timestamp)",
    "parse_timestamp of a date": parse_timestamp("'2024-02-29'") ~ " = cast('2024-02-29 00:00:00' as timestamp)",
    "parse_timestamp of no day": parse_timestamp("no_day") ~ " is null",
    "parse_timestamp of another notation": parse_timestamp("other_notation") ~ " is null",
    "to_timestamp": to_timestamp("cast('2026-01-31' as date)") ~ " = cast('2026-01-31 00:00:00' as timestamp)",
    "parse_boolean": parse_boolean("'Yes'"),
    "row_as_json": row_as_json("raw_row") ~ " = '{\"a\":\"x\",\"b\":null}'",
    "normalize_domain": normalize_domain("'HTTPS://www.Shop.Example:8080/a?b'") ~ " = 'shop.example'",
    "line_in_file": "line = 2",
    "ordered_list": "lists.listed = 'a; b'",
    "ordered_list of nothing": "listed_nothing is null",
    "ordered_lists": "listed.listed = '" ~ (range(1, 1001) | join(";")) ~ "'",
    "is_one_of": is_one_of("a", "a", "a_row"),
    "raise_if": raise_if("line = 0", "other_notation"),
    "number_as_text": number_as_text("cast('1234567.50' as " ~ double ~ ")") ~ " = '1234567.5'",
    "number_as_text of a whole number": number_as_text("cast('20000000' as " ~ double ~ ")") ~ " = '20000000'",
    "points_as_text": points_as_text(to_points("12.346"), 2) ~ " = '12.35'",
    "points_as_text of a whole number": points_as_text(to_points("-99.95"), 1) ~ " = '-100'",
    "points_as_text of nothing": points_as_text(to_points("0.04"), 1) ~ " = '0'",
    "microseconds": microseconds("cast('1970-01-01 00:00:01.5' as timestamp)") ~ " = 1500000",
    "days_between": days_between("cast('2026-01-01 00:00:00' as timestamp)", "cast('2026-01-02 12:00:00' as timestamp)") ~ " = 1.5",
    "days_between of null": days_between("cast(null as timestamp)", "cast('2026-01-02' as timestamp)") ~ " is null",
    "ratio": ratio("cast(1 as " ~ double ~ ")", "cast(4 as " ~ double ~ ")") ~ " = 0.25",
    "ratio to nothing": ratio("cast(1 as " ~ double ~ ")", "cast(0 as " ~ double ~ ")") ~ " is null",
    "published_number": published_number("cast('0.0000005' as " ~ double ~ ")") ~ " = 0.000001",
    "to_amount": to_amount("cast('12345678901234.56' as " ~ double ~ ")") ~ " = 12345678901234.56",
    "to_amount of a speck": to_amount("cast('1e-300' as " ~ double ~ ")") ~ " = 0",
    "to_amount beyond a sum": to_amount("cast('1e300' as " ~ double ~ ")") ~ " = 1000000000000000",
    "to_amount of null": to_amount("cast(null as " ~ double ~ ")") ~ " is null",
    "add_hours": add_hours("cast('2026-01-01 23:00:00.25' as timestamp)", "1.5") ~ " = cast('2026-01-02 00:30:00.25' as timestamp)",
    "dateadd": dbt.dateadd("day", 1, "cast(null as timestamp)") ~ " is null",
    "datediff": dbt.datediff("cast('2026-02-28 23:59:59' as timestamp)", "cast('2026-03-01' as date)", "day") ~ " = 1",
    "datediff of null": dbt.datediff("cast(null as date)", "cast('2026-03-01' as date)", "day") ~ " is null",
} -%}
{%- for blank in white_space()[:6] -%}
{%- do checks.update({"trim_clean_text " ~ loop.index: trim_clean_text("'x" ~ blank ~ "'") ~ " = 'x'"}) -%}
{%- endfor -%}
with

a_row as (

    select
        'x' as a,
        cast(null as {{ string }}) as b

),

packed as (

    select
        a,
        {{ whole_row("a_row") }} as raw_row,
        {{ line_in_file() }} as line,
        -- not within the macros, where an engine would look at them before it looks at the case
        '1_0' as no_number,
        '1e400' as large_number,
        '2026-02-29' as no_day,
        '29/02/2024' as other_notation
    from a_row

),

texts as (

    {%- for place in [2, 1, 3] %}
    select
        {{ place }} as place,
        case {{ place }} when 1 then 'a' when 2 then 'b' end as told
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

lists as (

    select
        {{ ordered_list("told", "place", "'; '") }} as listed,
        {{ ordered_list("case when place = 9 then told end", "place", "'; '") }} as listed_nothing
    from texts

),

up_to_10 as (

    {{ numbers_up_to(10) }}

),

thousand as (

    select
        1 as all_of_them,
        (hundreds.number - 1) * 100 + (tens.number - 1) * 10 + ones.number as number
    from up_to_10 as ones
    cross join up_to_10 as tens
    cross join up_to_10 as hundreds

),

thousand_told as (

    select
        all_of_them,
        number,
        cast(number as {{ string }}) as told
    from thousand

),
{{ ordered_lists("thousand_told", "all_of_them", "told", "number", "';'") }},

checked as (

    {%- for macro, holds in checks.items() %}
    select
        '{{ macro }}' as macro,
        {{ holds }} as holds
    from packed cross join lists cross join listed
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select macro from checked
where holds is not true
