-- of the account itself: a snooze of a duplicate that was merged into it does not silence it
select
    account_id,
    max(returned_on) as returned_on,
    max(snooze_until) as snooze_until
from {{ ref("stg_raw_tables__account_returns") }}
where record_status = 'standing' and returned_on <= {{ as_of_date() }} and snooze_until > {{ as_of_date() }}
group by account_id
