-- What is wrong with the conditions and points of single rules, given what the attributes are.
with

rules as (

    select * from {{ ref("stg_rules__scoring_rules") }}

),

qualifiers as (

    select * from {{ ref("stg_rules__qualification_rules") }}

),

triggers as (

    select * from {{ ref("stg_rules__engagement_triggers") }}

),

attributes as (

    select * from {{ ref("rule_attributes") }}

),

conditions as (

    select
        'scoring_rules.csv' as file,
        line,
        row_name,
        attribute,
        min_value,
        max_value,
        match_value,
        points_per_unit
    from rules
    union all
    select
        'qualification_rules.csv' as file,
        line,
        row_name,
        attribute,
        min_value,
        max_value,
        match_value,
        null as points_per_unit
    from qualifiers

),

checked as (

    select
        conditions.file,
        conditions.line,
        conditions.row_name,
        case
            when attributes.attribute is null
                then
                'attribute "' || conditions.attribute || '" is unknown; '
                || coalesce('nearest: ' || meant.meant || '; ', '') || 'docs/rules.md lists all'
            when conditions.min_value > conditions.max_value then 'min_value is greater than max_value'
            when conditions.match_value is not null and coalesce(conditions.min_value, conditions.max_value) is not null
                then 'give min_value and max_value, or match_value, not both'
            when attributes.data_type not in ('number', 'text')
                and coalesce(conditions.min_value, conditions.max_value, conditions.points_per_unit) is not null
                then
                'attribute "' || conditions.attribute || '" is no number: '
                || 'use match_value and points in place of min_value, max_value and points_per_unit'
            when conditions.match_value = '(unknown)' and conditions.points_per_unit is not null
                then 'match_value: what is unknown has no units: give points in place of points_per_unit'
            when conditions.match_value = '(unknown)' then null
            when attributes.data_type = 'number'
                and conditions.match_value is not null and {{ parse_number("conditions.match_value") }} is null
                then
                'match_value: "' || conditions.match_value || '" is not a number, as '
                || conditions.attribute || ' is'
            when attributes.known_values <> '' and {{ is_none_of("conditions.match_value", "attributes.known_values") }}
                then
                'match_value: "' || conditions.match_value || '" is unknown; '
                || conditions.attribute || ' is one of ' || replace(attributes.known_values, '|', ', ')
        end as mistake
    from conditions
    left join attributes on conditions.attribute = attributes.attribute
    left join {{ ref("rule_attributes_meant") }} as meant on conditions.attribute = meant.attribute
    where conditions.attribute is not null
    union all
    select
        'scoring_rules.csv' as file,
        line,
        row_name,
        'give either points or points_per_unit' as mistake
    from rules
    where (points is null) = (points_per_unit is null)
    union all
    select
        'engagement_triggers.csv' as file,
        line,
        row_name,
        case
            when metric = 'signals' and (min_value < 1 or floor(min_value) <> min_value)
                then 'min_value: a number of signals is a whole number of at least 1'
            when metric = 'signal_value' and min_value > 100 then 'min_value: no signal_value is above 100'
        end as mistake
    from triggers
    union all
    select
        'free_email_domains.csv' as file,
        line,
        row_name,
        'domain: "' || domain || '" is no bare domain; write ' || coalesce({{ normalize_domain("domain") }}, 'one such as gmail.com')
            as mistake
    from {{ ref("stg_rules__free_email_domains") }}
    where {{ normalize_domain("domain") }} is null or {{ normalize_domain("domain") }} <> domain

)

select * from checked
where mistake is not null
