{%- set rejections = signal_rejections() -%}
{%- set reading = reading_of("signals", rejections) -%}
{%- set stored_signals = stored_relation("stg_raw_tables__signals") -%}
with

in_raw as (

    select
        cast(loaded_at as date) as loaded_on,
        count(*) as rows_in,
        sum(fingerprint) as fingerprints
    from (
        select
            {{ read_raw_cell("signals", "loaded_at") }} as loaded_at,
            {{ fingerprint(whole_row("raw_table")) }} as fingerprint
        from {{ raw_relation("signals") }} as raw_table
    ) as loads
    where loaded_at is not null
    group by cast(loaded_at as date)

){% if not stored_signals %}

select
    loaded_on,
    rows_in,
    true as is_stale
from in_raw
{%- else %},

stored_rows as (

    select
        loaded_at,
        fingerprint,
        case
            when reading <> '{{ reading }}' then 1
            -- a type that was listed since, or is no longer; a delete is one whatever its type
            when not (is_deleted and signal_id is not null)
                and (problems like '%:unknown_signal_type%') <> coalesce({{ rejections.unknown_signal_type }}, false) then 1
        end as read_otherwise
    from {{ stored_signals }}
    where loaded_at is not null

),

stored as (

    select
        cast(loaded_at as date) as loaded_on,
        count(*) as rows_in,
        sum(fingerprint) as fingerprints,
        count(read_otherwise) as rows_read_otherwise
    from stored_rows
    group by cast(loaded_at as date)

)

select
    coalesce(in_raw.loaded_on, stored.loaded_on) as loaded_on,
    coalesce(in_raw.rows_in, 0) as rows_in,
    in_raw.loaded_on is null
    or stored.loaded_on is null
    or in_raw.rows_in <> stored.rows_in
    or in_raw.fingerprints <> stored.fingerprints
    or stored.rows_read_otherwise > 0 as is_stale
from in_raw
full outer join stored on in_raw.loaded_on = stored.loaded_on
{%- endif %}
