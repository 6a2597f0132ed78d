with

accounts as (

    select * from {{ ref("int_account_survivors") }}

),

domains as (

    select
        account_id,
        domain
    from {{ ref("stg_raw_tables__accounts") }}
    where record_status in ('standing', 'deleted') and {{ was_created("created_at") }}
    union all
    select
        account_id,
        domain
    from {{ ref("stg_raw_tables__account_domains") }}
    where record_status = 'standing'

),

bearers as (

    select distinct
        coalesce(punycode.decoded_domain, {{ normalize_domain("domains.domain") }}) as domain,
        accounts.surviving_account_id as account_id
    from domains
    inner join accounts on domains.account_id = accounts.account_id
    left join {{ ref("int_punycode_domains") }} as punycode on {{ normalize_domain("domains.domain") }} = punycode.domain

),

counted as (

    select
        domain,
        account_id,
        count(*) over (partition by domain) as accounts
    from bearers
    where domain is not null
        and domain not in (select free.domain from {{ ref("stg_rules__free_email_domains") }} as free)

),

parents as (

    select * from {{ ref("int_account_parents") }}

),

shared as (

    select
        domain,
        account_id
    from counted
    where accounts > 1

),

steps as (

    {{ numbers_up_to(longest_chain()) }}

),

-- whose family goes up to whom, of those that share a domain
above as (

    select distinct
        shared.domain,
        shared.account_id,
        case steps.number
            {%- for step in range(1, longest_chain() + 1) %}
            when {{ step }} then step_{{ step }}.parent_account_id
            {%- endfor %}
        end as above_account_id
    from shared
    inner join parents as step_1 on shared.account_id = step_1.account_id
    {{- further_steps("parents", "account_id", "parent_account_id", longest_chain()) }}
    cross join steps

),

-- of those that share it the one that all others are below
heads as (

    select
        above.domain,
        above.above_account_id as account_id
    from above
    inner join counted on above.domain = counted.domain and above.above_account_id = counted.account_id
    where above.account_id <> above.above_account_id
    group by above.domain, above.above_account_id
    having count(*) = min(counted.accounts) - 1

),

-- two of them are above each other: none is
single_heads as (

    select
        domain,
        min(account_id) as account_id
    from heads
    group by domain
    having count(*) = 1

)

select
    counted.domain,
    case when min(counted.accounts) = 1 then min(counted.account_id) else min(single_heads.account_id) end as account_id
from counted
left join single_heads on counted.domain = single_heads.domain
group by counted.domain
