{%- set tables = raw_tables() -%}
with

records as (

    {%- for table in tables %}
    select '{{ table }}' as source_table, record_key, problems, raw_record
    from {{ ref("stg_raw_tables__" ~ table) }}
    where problems <> ''
    union all
    {%- endfor %}
    select
        'accounts' as source_table,
        accounts.account_id as record_key,
        '|value:invalid_merged_into_account_id' as problems,
        accounts.raw_record
    from {{ ref("int_accounts_merged") }} as accounts
    where accounts.has_endless_merge
    union all
    select
        'account_merges' as source_table,
        {{ record_key_as_text("account_merges", "told") }} as record_key,
        '|value:invalid_merged_into_account_id' as problems,
        told.raw_record
    from {{ ref("stg_raw_tables__account_merges") }} as told
    inner join {{ ref("int_account_survivors") }} as survivors on told.account_id = survivors.account_id
    inner join {{ ref("int_accounts_merged") }} as accounts on told.account_id = accounts.account_id
    where told.record_status = 'standing' and survivors.is_endless and not accounts.has_endless_merge
    union all
    select
        'contacts' as source_table,
        contacts.contact_id as record_key,
        '|value:invalid_merged_into_contact_id' as problems,
        contacts.raw_record
    from {{ ref("stg_raw_tables__contacts") }} as contacts
    inner join {{ ref("int_contact_survivors") }} as survivors on contacts.contact_id = survivors.contact_id
    where contacts.record_status = 'standing' and survivors.is_endless

),

-- as many as a row can have problems
numbers as (

    {{ numbers_up_to(40) }}

),

-- problems are told as |severity:reason|severity:reason
entries as (

    select
        records.*,
        split_part(records.problems, '|', numbers.number + 1) as problem
    from records
    inner join numbers
        on length(records.problems) - length(replace(records.problems, '|', '')) >= numbers.number

)

select
    source_table,
    record_key,
    split_part(problem, ':', 2) as reason,
    split_part(problem, ':', 1) as severity,
    raw_record
from entries
