{#- columns with a list of values; a text that is none of them is kept in staging -#}
{%- set categories = {
    "accounts": ["growth_trend", "brand_tier", "competitive_position"],
    "contacts": ["seniority"],
    "activities": ["activity_type", "direction", "outcome"],
    "sales_reps": ["role"],
} -%}
{%- set listed = {"country": "icp_markets", "industry": "icp_industries"} -%}
{%- set sources_of_events = sources_of("signals") | reject("equalto", "tables") | list -%}
with

{% if sources_of_events -%}
-- events are counted where they are, those that are no signal by their name
events as (

    {%- for name in sources_of_events %}
    select
        event_source,
        case when signal_type is null and not is_deleted then lower(event) end as value,
        count(*) as row_count,
        min(signal_id) as example_key
    from {{ ref(source_model(name, "signals")) }}
    group by event_source, value
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

{% endif -%}
unmapped as (

    {%- for table, columns in categories.items() %}
    {%- for column in columns %}
    select
        {{ "records.record_source" if is_collected() else "'tables'" }} as source,
        '{{ table }}' as raw_table,
        '{{ column }}' as column_name,
        lower(records.unread_{{ column }}) as value,
        {{ record_key_as_text(table, "records") }} as record_key
    from {{ ref("stg_raw_tables__" ~ table) }} as records
    where records.unread_{{ column }} is not null and records.record_status in ('standing', 'rejected')
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for column, file in listed.items() %}
    select
        {{ "accounts.record_source" if is_collected() else "'tables'" }} as source,
        'accounts' as raw_table,
        '{{ column }}' as column_name,
        lower(accounts.{{ column }}) as value,
        accounts.account_id as record_key
    from {{ ref("stg_raw_tables__accounts") }} as accounts
    left join {{ ref("stg_rules__" ~ file) }} as known on lower(accounts.{{ column }}) = known.{{ column }}
    where accounts.record_status = 'standing' and accounts.{{ column }} is not null and known.{{ column }} is null
    union all
    {%- endfor %}
    select
        'tables' as source,
        'signals' as raw_table,
        'signal_type' as column_name,
        signal_type as value,
        signal_id as record_key
    from {{ ref("stg_raw_tables__signals") }}
    where record_status = 'rejected' and problems like '%:unknown_signal_type%'

),

counted as (

    select
        source,
        raw_table,
        column_name,
        value,
        count(*) as row_count,
        coalesce(min(case when record_key <> '' then record_key end), '') as example_key
    from unmapped
    group by source, raw_table, column_name, value
    {%- if sources_of_events %}
    union all
    select
        event_source as source,
        'signals' as raw_table,
        'event' as column_name,
        value,
        row_count,
        coalesce(example_key, '') as example_key
    from events
    where value is not null
    {%- endif %}

),

row_counts as (

    select
        source_table as raw_table,
        null as event_source,
        rows_in
    from {{ ref("stg_raw_tables__row_counts") }}
    {%- if sources_of_events %}
    union all
    select
        'signals' as raw_table,
        event_source,
        sum(row_count) as rows_in
    from events
    group by event_source
    {%- endif %}

)

select
    counted.source,
    counted.raw_table,
    counted.column_name,
    counted.value,
    counted.row_count,
    counted.row_count / cast(row_counts.rows_in as {{ type_double() }}) as share,
    counted.example_key
from counted
inner join row_counts
    on counted.raw_table = row_counts.raw_table
    and case when counted.column_name = 'event' then counted.source else '' end = coalesce(row_counts.event_source, '')
order by counted.row_count desc, counted.source asc, counted.raw_table asc, counted.column_name asc, counted.value asc
