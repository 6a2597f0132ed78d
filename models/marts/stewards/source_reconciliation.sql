with

row_counts as (

    select * from {{ ref("stg_raw_tables__row_counts") }}

),

records as (

    {%- for table in raw_tables() %}
    select '{{ table }}' as source_table, record_status from {{ ref("stg_raw_tables__" ~ table) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

statuses as (

    select
        source_table,
        count(case when record_status = 'standing' then 1 end) as standing,
        count(case when record_status = 'superseded' then 1 end) as superseded,
        count(case when record_status = 'deleted' then 1 end) as deleted,
        count(case when record_status = 'rejected' then 1 end) as rejected
    from records
    group by source_table

),

unmatched as (

    select
        source_table,
        count(*) as unmatched
    from {{ ref("unmatched_records") }}
    group by source_table

)

select
    row_counts.source_table,
    row_counts.rows_in,
    coalesce(statuses.standing, 0) as standing,
    coalesce(statuses.superseded, 0) as superseded,
    coalesce(statuses.deleted, 0) as deleted,
    coalesce(statuses.rejected, 0) as rejected,
    coalesce(unmatched.unmatched, 0) as unmatched
from row_counts
left join statuses on row_counts.source_table = statuses.source_table
left join unmatched on row_counts.source_table = unmatched.source_table
