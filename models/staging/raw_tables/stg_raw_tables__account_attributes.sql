{%- set own = own_attributes() -%}
with

{#- the table of a CRM has hundreds of columns -#}
{%- set most_kept = 200 %}
-- what rules ask for; once a month, when attributes are kept, all
named as (

    select attribute as named_attribute from {{ ref("stg_rules__scoring_rules") }}
    union
    select attribute as named_attribute from {{ ref("stg_rules__qualification_rules") }}
    {%- if own %}
    union
    select all_of_them.attribute as named_attribute
    from (
        {%- for attribute in (own | list)[:most_kept] %}
        select {{ text_literal(attribute) }} as attribute{{ " union all" if not loop.last }}
        {%- endfor %}
    ) as all_of_them
    where not exists (
        select 1 from {{ source("prioritization_history", "build_days") }} as kept
        where kept.raw_source = {{ raw_source_name() }}
            and kept.tier_date < {{ as_of_date() }}
            and {{ dbt.date_trunc("month", "kept.tier_date") }} = {{ dbt.date_trunc("month", as_of_date()) }}
    )
    {%- endif %}

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
