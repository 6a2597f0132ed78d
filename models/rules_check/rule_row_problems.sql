-- What is wrong with single rows of the rule files: what they refer to, what they say twice, what does not go together.
with

{% for name in rule_files() -%}
{{ name }} as (

    {{ typed_rules(name, with_origin=true) }}

),

{% endfor -%}
attributes as (

    {% if execute -%}
    {%- for attribute in attribute_catalog() -%}
    select
        '{{ attribute.name }}' as attribute,
        '{{ attribute.data_type }}' as data_type,
        '{{ attribute.meta.get("values", []) | join("|") }}' as accepted_values
    union all
    {% endfor -%}
    {%- endif -%}
    select 'signals_' || signal_type || '_7d', 'number', '' from signal_types
    union all
    select 'signals_' || signal_type || '_30d', 'number', '' from signal_types

),

conditions as (

    select 'scoring_rules.csv' as file, line, row_name, attribute, min_value, max_value, match_value from scoring_rules
    union all
    select 'qualification_rules.csv', line, row_name, attribute, min_value, max_value, match_value from qualification_rules

),

problems as (

    {%- for name in ["scoring_dimensions", "scoring_rules", "tiers", "tier_treatments", "qualification_rules"] %}
    select
        '{{ name }}.csv' as file, line, row_name,
        'scoring_model "' || scoring_model || '" is unknown; it must be a row of scoring_models.csv' as mistake
    from {{ name }}
    where scoring_model not in (select known.scoring_model from scoring_models as known where known.scoring_model is not null)
    union all
    {%- endfor %}
    select
        'scoring_rules.csv', line, row_name,
        'dimension "' || dimension || '" is unknown; it must be a row of scoring_dimensions.csv for this model'
    from scoring_rules
    where not exists (
        select 1 from scoring_dimensions
        where scoring_dimensions.scoring_model = scoring_rules.scoring_model
            and scoring_dimensions.dimension = scoring_rules.dimension
    )
    union all
    select
        'scoring_rules.csv', line, row_name,
        case when points is null then 'points or points_per_unit must be given' else 'give points or points_per_unit, not both' end
    from scoring_rules
    where (points is null) = (points_per_unit is null)
    union all
    select
        'tier_treatments.csv', line, row_name,
        'tier_number ' || cast(tier_number as {{ dbt.type_string() }}) || ' is unknown; it must be a row of tiers.csv for this model'
    from tier_treatments
    where not exists (
        select 1 from tiers
        where tiers.scoring_model = tier_treatments.scoring_model and tiers.tier_number = tier_treatments.tier_number
    )
    union all
    select
        'engagement_triggers.csv', line, row_name,
        'signal_type "' || signal_type || '" is unknown; it must be a row of signal_types.csv'
    from engagement_triggers
    where signal_type not in (select known.signal_type from signal_types as known where known.signal_type is not null)
    union all
    select
        'engagement_triggers.csv', line, row_name,
        'min_value: a number of signals is a whole number of at least 1'
    from engagement_triggers
    where metric = 'signals' and (min_value < 1 or floor(min_value) <> min_value)
    union all
    select
        conditions.file, conditions.line, conditions.row_name,
        case
            when attributes.attribute is null
                then 'attribute "' || conditions.attribute || '" is unknown; it must be a column of int_account_attributes, '
                    || 'signals_<signal_type>_7d or signals_<signal_type>_30d'
            when conditions.min_value > conditions.max_value then 'min_value is greater than max_value'
            when conditions.match_value is not null and coalesce(conditions.min_value, conditions.max_value) is not null
                then 'give min_value and max_value, or match_value, not both'
            when attributes.data_type <> 'number' and coalesce(conditions.min_value, conditions.max_value) is not null
                then 'attribute "' || conditions.attribute || '" is no number: use match_value in place of min_value and max_value'
            when attributes.data_type = 'number' and {{ parse_number("conditions.match_value") }} is null
                and conditions.match_value is not null
                then 'match_value: attribute "' || conditions.attribute || '" is a number, "' || conditions.match_value || '" is not'
            when attributes.accepted_values <> ''
                and '|' || attributes.accepted_values || '|' not like '%|' || conditions.match_value || '|%'
                then 'match_value: "' || conditions.match_value || '" is unknown; '
                    || conditions.attribute || ' is one of ' || replace(attributes.accepted_values, '|', ', ')
        end
    from conditions
    left join attributes on conditions.attribute = attributes.attribute
    where conditions.attribute is not null
    union all
    select
        'scoring_rules.csv', scoring_rules.line, scoring_rules.row_name,
        'points_per_unit: attribute "' || scoring_rules.attribute || '" is no number'
    from scoring_rules
    inner join attributes on scoring_rules.attribute = attributes.attribute
    where scoring_rules.points_per_unit is not null and attributes.data_type <> 'number'

)

select
    file,
    line,
    row_name,
    mistake
from problems
where mistake is not null
