{%- set written_in = {"accounts": "domain", "account_domains": "domain", "contacts": "email"} -%}
{{ with_recursive() }}

domains as (

    {%- for table, column in written_in.items() %}
    select {{ normalize_domain(column) }} as domain from {{ ref("stg_raw_tables__" ~ table) }}
    where record_status in ('standing', 'deleted') and lower({{ column }}) like '%xn--%'
    union
    {%- endfor %}
    select domain from {{ ref("int_references_unplaced") }}
    where domain like '%xn--%'
    union
    select email_domain as domain from {{ ref("int_references_unplaced") }}
    where email_domain like '%xn--%'

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
