{#- The var `working_hours` as minutes of the day and days of the week (0: Monday) in their order; none if every hour is one, or if
    it is written otherwise than `09:00-17:00 Mon-Fri`, `08:30-16:00 Mon,Tue,Thu` or, every day, `09:00-17:00`. -#}
{% macro working_hours(given) %}
    {%- set names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] -%}
    {%- set written = modules.re.fullmatch(
        "([01]\\d|2[0-3]):([0-5]\\d)-(?:([01]\\d|2[0-3]):([0-5]\\d)|24:00)(?: +([a-z]{3}(?:[-,][a-z]{3})*))?", given | string | lower | trim,
        modules.re.ASCII
    ) -%}
    {%- if not written -%} {{ return(none) }} {%- endif -%}
    {%- set opens = written[1] | int * 60 + written[2] | int -%}
    {%- set closes = written[3] | int * 60 + written[4] | int if written[3] else 1440 -%}
    {%- set days = [] -%}
    {%- for part in (written[5] or "mon-sun").split(",") -%}
        {%- set ends = part.split("-") -%}
        {%- if ends | length > 2 or ends | reject("in", names) | list -%} {{ return(none) }} {%- endif -%}
        {%- set first, last = names.index(ends[0]), names.index(ends[-1]) -%}
        {%- for step in range((last - first) % 7 + 1) -%} {%- do days.append((first + step) % 7) -%} {%- endfor -%}
    {%- endfor -%}
    {{ return({"opens": opens, "closes": closes, "days": days | unique | sort | list} if opens < closes else none) }}
{% endmacro %}


{#- SQL: how long it is until a moment, in whole hours, in words. -#}
{% macro hours_until(moment) -%}
    {%- set hours = "ceil((" ~ microseconds(moment) ~ " - " ~ microseconds(as_of()) ~ ") / cast(3600000000 as " ~ type_double() ~ "))" -%}
    case
        when {{ hours }} <= 1 then 'the hour'
        else cast(cast({{ hours }} as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }}) || ' hours'
    end
{%- endmacro %}


{#-
    CTEs, the last of them `due`: the rows of a CTE with `respond_by`, some hours of working time later than a moment. Hours count
    in whole seconds, on the clocks of `reporting_timezone`; who comes in the evening is to be answered in the morning.
-#}
{% macro hours_later(rows, moment, hours) %}
{%- set week = working_hours(var("working_hours")) -%}
{%- if week is none %}
due as (

    select
        *,
        {{ add_hours(moment, hours) }} as respond_by
    from {{ rows }}

)
{%- else -%}
{%- set bigint, minute = dbt.type_bigint(), 60000000 -%}
{%- set opens, closes, days = week.opens * minute, week.closes * minute, week.days -%}
{%- set day_of_week = "mod(mod(" ~ dbt.datediff("cast('1970-01-05' as date)", "{0}", "day") ~ ", 7) + 7, 7)" -%}
-- microseconds of the day that it is there, and of working time that are left
local_times as (

    select
        *,
        cast({{ local_time(moment) }} as date) as local_day,
        {{ microseconds(local_time(moment)) }}
        - {{ microseconds("cast(cast(" ~ local_time(moment) ~ " as date) as timestamp)") }} as time_of_day,
        cast(round({{ hours }} * 3600) as {{ bigint }}) * 1000000 as working_time
    from {{ rows }}

),

-- the first working time from then on
begun as (

    select
        *,
        case
            when {{ day_of_week | replace("{0}", "local_day") }} in ({{ days | join(", ") }}) and time_of_day < {{ closes }} then 0
            else case {{ day_of_week | replace("{0}", "local_day") }}
                {%- for day in range(7) %}
                when {{ day }} then {{ days_to_working_day(days, day, 1) }}
                {%- endfor %}
            end
        end as days_waited
    from local_times

),

started as (

    select
        *,
        {{ dbt.dateadd("day", "days_waited", "cast(local_day as timestamp)") }} as first_day,
        case when days_waited = 0 then greatest(time_of_day, {{ opens }}) else {{ opens }} end as starts_at
    from begun

),

-- how many further working days it takes
spread as (

    select
        *,
        case
            when working_time <= {{ closes }} - starts_at then 0
            else cast(ceil((working_time - ({{ closes }} - starts_at)) / cast({{ closes - opens }} as {{ type_double() }})) as {{ bigint }})
        end as further_days
    from started

),

counted as (

    select
        *,
        case when further_days = 0 then 0 else cast(floor(further_days / {{ days | length }}) as {{ bigint }}) * 7 end
        + case {{ day_of_week | replace("{0}", "cast(first_day as date)") }}
            {%- for day in days %}
            when {{ day }} then case mod(further_days, {{ days | length }})
                {%- for further in range(days | length) %}
                when {{ further }} then {{ days_to_working_day(days, day, further) }}
                {%- endfor %}
            end
            {%- endfor %}
        end as calendar_days,
        case
            when further_days = 0 then starts_at + working_time
            else {{ opens }} + working_time - ({{ closes }} - starts_at) - (further_days - 1) * {{ closes - opens }}
        end as ends_at
    from spread

),

due as (

    select
        *,
        case
            when working_time is not null
                then {{ utc_time(add_microseconds(dbt.dateadd("day", "calendar_days", "first_day"), "ends_at")) }}
        end as respond_by
    from counted

)
{%- endif %}
{%- endmacro %}


{#- How many days after a day of the week its n-th following working day is. -#}
{% macro days_to_working_day(days, day, n) %}
    {%- set found = [0] -%}
    {%- for ahead in range(1, 15) if (day + ahead) % 7 in days -%} {%- do found.append(ahead) -%} {%- endfor -%}
    {{ return(found[n]) }}
{% endmacro %}
