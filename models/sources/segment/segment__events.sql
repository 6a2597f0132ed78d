{{ config(enabled=reads_source("segment")) }}
-- Pages and tracked events of visitors whose e-mail address, company or account is known; those of nobody known are no signals.
with

pages as (

    {{ read_source(
        "segment", "pages",
        ["id", "user_id", "anonymous_id", "name", "path|context_page_path|url as path", "context_traits_email as email"],
        timestamps=["timestamp|original_timestamp|sent_at|received_at as occurred_at"],
        makes="signals", events="segment.pages", named_by=["name"], versions=true
    ) | indent(4) }}

),

tracks as (

    {{ read_source(
        "segment", "tracks", ["id", "user_id", "anonymous_id", "event", "event_text", "context_traits_email as email"],
        timestamps=["timestamp|original_timestamp|sent_at|received_at as occurred_at"],
        makes="signals", events="segment.tracks", named_by=["event_text", "event"], versions=true
    ) | indent(4) }}

),

identifies as (

    {{ read_source(
        "segment", "identifies", ["id", "user_id", "anonymous_id", "email|context_traits_email|traits_email as email"],
        timestamps=["timestamp|original_timestamp|sent_at|received_at as identified_at"]
    ) | indent(4) }}

),

users as (

    {{ read_source("segment", "users", ["id", "email"]) | indent(4) }}

),

{{ "groups" }} as (

    {{ read_source(
        "segment", "groups",
        ["id", "user_id", "group_id", "domain|website|company_domain as domain", "account_id|salesforce_account_id|crm_id as account_id"],
        timestamps=["timestamp|original_timestamp|sent_at|received_at as grouped_at"]
    ) | indent(4) }}

),

identities as (

    select
        user_id,
        anonymous_id,
        coalesce(email, case when user_id like '%@%' then user_id end) as email,
        identified_at
    from identifies
    union all
    select
        id as user_id,
        null as anonymous_id,
        coalesce(email, case when id like '%@%' then id end) as email,
        null as identified_at
    from users

),

{% for name, who, what in [
    ("emails_of_users", "user_id", "email"), ("emails_of_visitors", "anonymous_id", "email"), ("users_of_visitors", "anonymous_id", "user_id"),
] -%}
{{ name }} as (

    select
        {{ who }},
        {{ what }}
    from (
        select
            {{ who }},
            {{ what }},
            row_number() over (partition by {{ who }} order by identified_at desc nulls last, {{ what }} asc) as place
        from identities
        where {{ who }} is not null and {{ what }} is not null
    ) as numbered
    where place = 1

),

{% endfor -%}
memberships as (

    select *
    from (
        select
            user_id,
            coalesce(account_id, group_id) as account_id,
            domain,
            row_number() over (partition by user_id order by grouped_at desc nulls last, id asc) as place
        from {{ "groups" }}
        where user_id is not null
    ) as numbered
    where place = 1

),

events as (

    select
        'segment.pages' as event_source,
        pages.id,
        pages.user_id,
        pages.anonymous_id,
        pages.email,
        -- what was asked for in an address may be personal
        {{ without_query("pages.path") }} as event,
        {{ signal_of_event("segment.pages", ["pages.name"], ["pages"]) | indent(8) }} as signal_type,
        pages.occurred_at,
        pages.is_deleted,
        pages.loaded_at
        {{- own_fields("segment", "signals", "pages") | indent(4) }}
    from pages
    union all
    select
        'segment.tracks' as event_source,
        tracks.id,
        tracks.user_id,
        tracks.anonymous_id,
        tracks.email,
        coalesce(tracks.event_text, tracks.event) as event,
        {{ signal_of_event("segment.tracks", ["tracks.event_text", "tracks.event"], ["tracks"]) | indent(8) }} as signal_type,
        tracks.occurred_at,
        tracks.is_deleted,
        tracks.loaded_at
        {{- own_fields("segment", "signals", "tracks") | indent(4) }}
    from tracks

),

-- a visit is its first page, and ends with half an hour without one
further_pages as (

    select distinct
        id,
        occurred_at
    from (
        select
            id,
            occurred_at,
            lag(occurred_at) over (partition by visitor order by occurred_at asc, id asc) as previous_at
        from (select distinct id, occurred_at, coalesce(anonymous_id, user_id) as visitor from pages) as seen
    ) as in_order
    where occurred_at < {{ add_microseconds("previous_at", 30 * 60 * 1000000) }}

),

known as (

    select
        events.event_source,
        events.event,
        events.signal_type,
        events.id as signal_id,
        memberships.account_id,
        coalesce(
            events.email, emails_of_users.email, emails_of_visitors.email, case when events.user_id like '%@%' then events.user_id end
        ) as email,
        memberships.domain,
        events.occurred_at,
        'web' as channel,
        events.is_deleted,
        events.loaded_at
        {{- own_fields("segment", "signals", "events") | indent(4) }}
    from events
    left join users_of_visitors on events.anonymous_id = users_of_visitors.anonymous_id
    left join emails_of_visitors on events.anonymous_id = emails_of_visitors.anonymous_id
    left join emails_of_users on coalesce(events.user_id, users_of_visitors.user_id) = emails_of_users.user_id
    left join memberships on coalesce(events.user_id, users_of_visitors.user_id) = memberships.user_id
    left join further_pages
        on events.id = further_pages.id
        and events.occurred_at = further_pages.occurred_at
        and events.event_source = 'segment.pages'
        and events.signal_type = 'website_visit'
    where further_pages.id is null or events.is_deleted

)

select * from known
where coalesce(account_id, email, domain) is not null or is_deleted
