{{ config(meta={"remembered": {"whole": true}}) }}
with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

-- who was hot when it was last told, and who is now
told as (

    select
        account_id,
        hot_since,
        engagement_trigger,
        respond_by,
        answered_at,
        owner_id
    from {{ source("prioritization_history", "hot_responses") }}
    where raw_source = {{ raw_source_name() }}
    union all
    select
        engagement.account_id,
        engagement.engaged_since as hot_since,
        engagement.engagement_trigger,
        engagement.response_due_at as respond_by,
        engagement.answered_at,
        accounts.owner_id
    from {{ ref("int_account_engagement") }} as engagement
    inner join accounts on engagement.account_id = accounts.account_id
    where engagement.response_status is not null

),

-- of one moment once: where a later build knew the answer, that
episodes as (

    select *
    from (
        select
            *,
            row_number() over (
                partition by account_id, hot_since
                order by answered_at asc nulls last, respond_by asc, engagement_trigger asc, owner_id asc nulls last
            ) as telling
        from told
    ) as tellings
    where telling = 1

),

outbound as (

    select
        account_id,
        occurred_at
    from {{ ref("int_activities") }}
    where direction = 'outbound' and occurred_at <= {{ as_of() }}

),

answered as (

    select
        episodes.account_id,
        episodes.hot_since,
        episodes.engagement_trigger,
        episodes.respond_by,
        episodes.owner_id,
        coalesce(episodes.answered_at, min(outbound.occurred_at)) as answered_at
    from episodes
    left join outbound on episodes.account_id = outbound.account_id and episodes.hot_since <= outbound.occurred_at
    group by
        episodes.account_id, episodes.hot_since, episodes.engagement_trigger, episodes.respond_by, episodes.owner_id,
        episodes.answered_at

),

-- an answer ends one episode, the first that nobody had answered
first_of_answer as (

    select
        *,
        row_number() over (
            partition by account_id, answered_at
            order by hot_since asc
        ) as place
    from answered

)

select
    account_id,
    hot_since,
    engagement_trigger,
    respond_by,
    answered_at,
    {{ published_number(days_between("hot_since", "answered_at") ~ " * 24") }} as hours_to_answer,
    {{ response_status("respond_by", "answered_at") }} as response_status,
    owner_id
from first_of_answer
where place = 1
