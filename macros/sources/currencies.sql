{#- SQL: what units of currencies are worth in US dollars, and on which days: as currency_rates says, and for currencies that it does not
    name as the source does (`own`: iso_code, conversion_rate in units for a dollar, start_date), if it counts in dollars. -#}
{% macro rates_with_own(own, is_usd) -%}
select
    currency_code,
    usd_per_unit,
    valid_from,
    coalesce(
        lead(valid_from) over (partition by currency_code order by valid_from), cast('9999-12-31' as date)
    ) as valid_until
from (
    select
        upper(currency_code) as currency_code,
        cast(usd_per_unit as {{ type_double() }}) as usd_per_unit,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from
    from {{ ref("stg_rules__currency_rates") }}
    {%- if own %}
    union all
    select
        upper(iso_code) as currency_code,
        1 / max(conversion_rate) as usd_per_unit,
        coalesce(cast(start_date as date), cast('0001-01-01' as date)) as valid_from
    from {{ own }}
    where conversion_rate > 0
        and exists ({{ is_usd }})
        and lower(iso_code) not in (select known.currency_code from {{ ref("stg_rules__currency_rates") }} as known)
    group by upper(iso_code), coalesce(cast(start_date as date), cast('0001-01-01' as date))
    {%- endif %}
) as rates
{%- endmacro %}


{#- SQL: the join of an amount's currency to its rate on a day, else on that of as_of. -#}
{% macro join_rates(rates, code, day="null") -%}
left join {{ rates }} as rates_of_day
    on upper({{ code }}) = rates_of_day.currency_code
    and cast({{ day }} as date) >= rates_of_day.valid_from
    and cast({{ day }} as date) < rates_of_day.valid_until
left join {{ rates }} as rates_now
    on upper({{ code }}) = rates_now.currency_code
    and cast({{ as_of() }} as date) >= rates_now.valid_from
    and cast({{ as_of() }} as date) < rates_now.valid_until
{%- endmacro %}


{#- SQL: an amount in US dollars and cents, as text. One without a currency is in dollars; one without a rate keeps its code, by which staging
    tells that it cannot be read. -#}
{% macro in_usd(amount, code) -%}
    {%- set rate = "coalesce(rates_of_day.usd_per_unit, rates_now.usd_per_unit)" -%}
    case
        when {{ code }} is null or upper({{ code }}) = 'USD' or {{ parse_number(amount) }} is null then {{ amount }}
        when {{ rate }} is null then {{ amount }} || ' ' || upper({{ code }})
        else cast(floor({{ parse_number(amount) }} * {{ rate }} * 100 + 0.5) / 100 as {{ dbt.type_string() }})
    end
{%- endmacro %}
