{%- set own = own_attributes() -%}
with

-- no more than rules ask for: the table of a CRM has hundreds of columns, of which none is called as these are
named as (

    select attribute as named_attribute from {{ ref("stg_rules__scoring_rules") }}
    union
    select attribute as named_attribute from {{ ref("stg_rules__qualification_rules") }}

),

standing as (

    select
        account_id as standing_account_id,
        fingerprint as standing_fingerprint
    from {{ ref("stg_raw_tables__accounts") }}
    where record_status = 'standing'

),

cells as (

    select
        standing.standing_account_id,
        named.named_attribute,
        {{ own_cell(own, "number") }} as value_number,
        {{ own_cell(own, "name") }} as value_text
    from (
        -- not in the join, where Spark knows no whole rows
        select
            raw_table.*,
            {{ fingerprint(whole_row("raw_table")) }} as row_fingerprint
        from {{ raw_relation("accounts") }} as raw_table
    ) as fingerprinted
    cross join named
    inner join standing
        on standing.standing_account_id = {{ read_raw_cell("accounts", "account_id") }}
        and fingerprinted.row_fingerprint = standing.standing_fingerprint

)

-- a row that arrived twice is one
select distinct
    standing_account_id as account_id,
    named_attribute as attribute,
    value_number,
    case when value_number is null then value_text end as value_text
from cells
where value_number is not null or value_text is not null
