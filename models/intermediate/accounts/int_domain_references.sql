{#- how many labels of a domain are looked up without those before them -#}
{%- set most_labels = 8 -%}
with

accounts as (

    select * from {{ ref("int_account_survivors") }}

),

domains as (

    select * from {{ ref("int_domains") }}

),

unresolved_signals as (

    select distinct
        signals.domain,
        signals.email
    from {{ ref("stg_raw__signals") }} as signals
    left join accounts on signals.account_id = accounts.account_id
    where signals.record_status = 'standing'
        and accounts.account_id is null
        and coalesce(signals.domain, signals.email) is not null

),

unresolved_contacts as (

    select distinct contacts.email
    from {{ ref("stg_raw__contacts") }} as contacts
    left join accounts on contacts.account_id = accounts.account_id
    where contacts.record_status = 'standing' and accounts.account_id is null

),

addresses as (

    select {{ normalize_domain("domain") }} as domain from unresolved_signals
    union
    select {{ email_domain("email") }} as domain from unresolved_signals
    union
    select {{ email_domain("email") }} as domain from unresolved_contacts

),

given as (

    select
        written.domain,
        coalesce(punycode.decoded_domain, written.domain) as looked_up
    from addresses as written
    left join {{ ref("int_punycode_domains") }} as punycode on written.domain = punycode.domain
    where written.domain is not null

),

-- itself, then without its first labels, down to two
candidates as (

    select
        domain,
        looked_up as candidate,
        {{ most_labels + 1 }} as labels
    from given
    {%- for labels in range(most_labels, 1, -1) %}
    union all
    select
        domain,
        {{ last_labels("looked_up", labels) }} as candidate,
        {{ labels }} as labels
    from given
    where {{ last_labels("looked_up", labels) }} <> looked_up
    {%- endfor %}

),

-- the first that an account bears, or that is a mail provider's: nothing is looked up beyond
found as (

    select
        candidates.domain,
        domains.domain is not null as is_borne,
        domains.account_id,
        free.domain is not null as is_free,
        row_number() over (
            partition by candidates.domain
            order by case when coalesce(domains.domain, free.domain) is not null then 1 else 2 end asc, candidates.labels desc
        ) as place
    from candidates
    left join domains on candidates.candidate = domains.domain
    left join {{ ref("stg_rules__free_email_domains") }} as free on candidates.candidate = free.domain

)

select
    domain,
    account_id,
    case
        when account_id is not null then null
        when is_borne then 'ambiguous_domain'
        when is_free then 'free_email_domain'
        else 'unknown_account'
    end as unmatched_reason
from found
where place = 1
