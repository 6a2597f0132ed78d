{#- how many labels of a domain are looked up without those before them -#}
{%- set most_labels = 8 -%}
with

domains as (

    select * from {{ ref("int_domains") }}

),

addresses as (

    select domain from {{ ref("int_references_unplaced") }}
    union
    select email_domain as domain from {{ ref("int_references_unplaced") }}
    union
    select {{ email_domain("contacts.email") }} as domain
    from {{ ref("stg_raw_tables__contacts") }} as contacts
    left join {{ ref("int_account_survivors") }} as accounts on contacts.account_id = accounts.account_id
    where contacts.record_status = 'standing' and accounts.account_id is null

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
