{%- set written_in = {
    "accounts": ["domain"], "account_domains": ["domain"], "signals": ["domain", "email"], "contacts": ["email"],
} -%}
{{ with_recursive() }}

addresses as (

    {%- for table, columns in written_in.items() %}
    {%- set last_table = loop.last %}
    {%- for column in columns %}
    select {{ column }} as address from {{ ref("stg_raw__" ~ table) }}
    where record_status in ('standing', 'deleted') and lower({{ column }}) like '%xn--%'
    {{ "union" if not (last_table and loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

domains as (

    select distinct {{ normalize_domain("address") }} as domain from addresses

),

places as (

    {{ numbers_up_to(8) }}

),

-- a domain of more labels stays as it is written
labels as (

    select
        domains.domain,
        places.number as place,
        split_part(domains.domain, '.', places.number) as label
    from domains
    inner join places on split_part(domains.domain, '.', places.number) <> ''
    where split_part(domains.domain, '.', 9) = ''

),

{{ decode_punycode("labels") }}

select
    labels.domain,
    {{ ordered_list("coalesce(decoded.text, labels.label)", "labels.place", "'.'") }} as decoded_domain
from labels
left join decoded on labels.label = decoded.label
group by labels.domain
