-- Each standing signal is matched, or not, once: its reference is found, and found once. (Their ids are unique in staging.)
with

standing as (

    select count(*) as signals from {{ ref("stg_raw_tables__signals") }}
    where record_status = 'standing'

),

matched as (

    select count(*) as signals from {{ ref("int_signals_matched") }}

)

select
    standing.signals as standing,
    matched.signals as matched
from standing
cross join matched
where standing.signals <> matched.signals
