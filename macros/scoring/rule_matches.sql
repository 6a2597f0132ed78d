{#- SQL: whether an attribute's value lies in a rule's band, both ends included, or equals its match_value. A blank limit
    limits nothing; an unknown (null) value matches no rule but one for `(unknown)`. `rule` and `value` are the aliases of a row
    of rules and of int_account_attribute_values. -#}
{% macro rule_matches(rule, value) -%}
    {%- set known = "coalesce(" ~ value ~ ".value_text, cast(" ~ value ~ ".value_number as " ~ dbt.type_string() ~ ")) is not null" -%}
    case
        when {{ rule }}.match_value = '(unknown)' then not ({{ known }})
        else {{ known }}
            and ({{ rule }}.min_value is null or {{ value }}.value_number >= cast({{ rule }}.min_value as {{ type_double() }}))
            and ({{ rule }}.max_value is null or {{ value }}.value_number <= cast({{ rule }}.max_value as {{ type_double() }}))
            and (
                {{ rule }}.match_value is null
                or lower({{ value }}.value_text) = {{ rule }}.match_value
                or {{ value }}.value_number = {{ parse_number(rule ~ ".match_value") }}
            )
    end
{%- endmacro %}
