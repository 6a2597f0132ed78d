with

accounts as (

    select * from {{ ref("int_account_attributes") }}

),

rule_attributes as (

    select attribute from {{ ref("stg_rules__scoring_rules") }}
    union
    select attribute from {{ ref("stg_rules__qualification_rules") }}

),

-- signals_<type>_7d and signals_<type>_30d
signal_attributes as (

    select
        rule_attributes.attribute,
        signal_types.signal_type,
        rule_attributes.attribute = 'signals_' || signal_types.signal_type || '_7d' as is_7d
    from rule_attributes
    inner join {{ ref("stg_rules__signal_types") }} as signal_types
        on rule_attributes.attribute in (
            'signals_' || signal_types.signal_type || '_7d', 'signals_' || signal_types.signal_type || '_30d'
        )

),

technology_attributes as (

    select attribute from rule_attributes
    where {{ is_technology_attribute("attribute") }}

),

technologies as (

    select distinct
        account_id,
        {{ technology_attribute("technology") }} as attribute
    from {{ ref("int_technologies_installed") }}

)

select
    accounts.account_id,
    rule_attributes.attribute,
    case rule_attributes.attribute
        {%- for column in attribute_catalog() if column.data_type == "number" %}
        when '{{ column.name }}' then cast(accounts.{{ column.name }} as {{ type_double() }})
        {%- endfor %}
        else own.value_number
    end as value_number,
    case rule_attributes.attribute
        {%- for column in attribute_catalog() if column.data_type != "number" %}
        when '{{ column.name }}' then cast(accounts.{{ column.name }} as {{ dbt.type_string() }})
        {%- endfor %}
        else own.value_text
    end as value_text
from accounts
cross join rule_attributes
left join {{ ref("stg_raw_tables__account_attributes") }} as own
    on accounts.account_id = own.account_id
    and rule_attributes.attribute = own.attribute
where rule_attributes.attribute not in (select signal_attributes.attribute from signal_attributes)
    and rule_attributes.attribute not in (select technology_attributes.attribute from technology_attributes)
union all
select
    accounts.account_id,
    signal_attributes.attribute,
    cast(
        coalesce(case when signal_attributes.is_7d then signals.signals_7d else signals.signals_30d end, 0)
        as {{ type_double() }}
    ) as value_number,
    cast(null as {{ dbt.type_string() }}) as value_text
from accounts
cross join signal_attributes
left join {{ ref("int_account_signal_types") }} as signals
    on accounts.account_id = signals.account_id
    and signal_attributes.signal_type = signals.signal_type
union all
select
    accounts.account_id,
    technology_attributes.attribute,
    cast(null as {{ type_double() }}) as value_number,
    case when technologies.account_id is null then 'false' else 'true' end as value_text
from accounts
cross join technology_attributes
left join technologies
    on accounts.account_id = technologies.account_id
    and technology_attributes.attribute = technologies.attribute
