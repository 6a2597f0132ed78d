-- an address that several contacts have tells none of them
select
    email_key,
    min(contact_id) as contact_id,
    min(account_id) as account_id
from {{ ref("int_contacts") }}
where email_key is not null
group by email_key
having count(*) = 1
