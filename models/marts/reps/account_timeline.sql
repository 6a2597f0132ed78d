{#- how many days are looked back on -#}
{%- set days = 180 -%}
with

opportunities as (

    select
        accounts.surviving_account_id as account_id,
        opportunities.created_at,
        opportunities.closed_at,
        opportunities.is_won
    from {{ ref("stg_raw_tables__opportunities") }} as opportunities
    inner join {{ ref("int_account_survivors") }} as accounts on opportunities.account_id = accounts.account_id
    where opportunities.record_status = 'standing' and opportunities.created_at <= {{ as_of() }}

),

events as (

    select
        account_id,
        'signal' as kind,
        days_ago
    from {{ ref("int_signals_matched") }}
    where days_ago < {{ days }} and occurred_at <= {{ as_of() }}
    union all
    select
        account_id,
        case direction when 'outbound' then 'touch' else 'reply' end as kind,
        days_ago
    from {{ ref("int_activities") }}
    where direction is not null and occurred_at <= {{ as_of() }}
    union all
    select
        account_id,
        'opportunity_created' as kind,
        {{ days_ago("created_at") }} as days_ago
    from opportunities
    union all
    select
        account_id,
        case when is_won then 'opportunity_won' else 'opportunity_lost' end as kind,
        {{ days_ago("closed_at") }} as days_ago
    from opportunities
    where closed_at <= {{ as_of() }}
    union all
    select
        account_id,
        'tier_change' as kind,
        {{ days_since("changed_on") }} as days_ago
    from {{ ref("account_tier_changes") }}
    where is_primary

),

counted as (

    select
        account_id,
        days_ago,
        kind,
        count(*) as count
    from events
    where account_id is not null and days_ago >= 0 and days_ago < {{ days }}
    group by account_id, days_ago, kind

)

select
    account_id,
    cast({{ dbt.dateadd("day", "-days_ago", "cast(" ~ as_of_date() ~ " as timestamp)") }} as date) as day,
    kind,
    count
from counted
