with

digits as (

    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {{- " union all" if not loop.last }}
    {%- endfor %}

),

numbers as (

    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands

),

built as (

    select distinct tier_date
    from {{ ref("build_days") }}

),

-- the timeline's days, and those of history
ends as (

    select
        least(min(tier_date), cast({{ add_days("cast(" ~ as_of_date() ~ " as timestamp)", -180) }} as date)) as first_day,
        greatest(max(tier_date), {{ as_of_date() }}) as last_day
    from built

),

days as (

    select
        cast({{ add_days("cast(ends.first_day as timestamp)", "numbers.number") }} as date) as day,
        ends.last_day
    from ends
    cross join numbers

)

select
    days.day,
    cast({{ dbt.date_trunc("week", "days.day") }} as date) as week_begins_on,
    cast({{ dbt.date_trunc("month", "days.day") }} as date) as month_begins_on,
    built.tier_date is not null as is_build_day
from days
left join built on days.day = built.tier_date
where days.day <= days.last_day
