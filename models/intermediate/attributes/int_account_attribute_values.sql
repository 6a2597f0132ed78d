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

)

select
    accounts.account_id,
    rule_attributes.attribute,
    case rule_attributes.attribute
        {%- for column in attribute_catalog() if column.data_type == "number" %}
        when '{{ column.name }}' then cast(accounts.{{ column.name }} as {{ type_double() }})
        {%- endfor %}
    end as value_number,
    case rule_attributes.attribute
        {%- for column in attribute_catalog() if column.data_type != "number" %}
        when '{{ column.name }}' then cast(accounts.{{ column.name }} as {{ dbt.type_string() }})
        {%- endfor %}
    end as value_text
from accounts
cross join rule_attributes
where rule_attributes.attribute not in (select signal_attributes.attribute from signal_attributes)
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
