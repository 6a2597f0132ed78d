{#- SQL: whether an attribute's value lies in a rule's band, both ends included, or equals its match_value. A blank limit
    limits nothing; an unknown (null) value matches no rule but one for `(unknown)`. `rule` and `value` are the aliases of a row
    of rules, with match_value as `match_number`, too, and of int_account_attribute_values. -#}
{% macro rule_matches(rule, value) -%}
    case
        when {{ rule }}.match_value = '(unknown)' then not ({{ is_known(value) }})
        else ({{ is_known(value) }})
            and ({{ rule }}.min_value is null or {{ value }}.value_number >= cast({{ rule }}.min_value as {{ type_double() }}))
            and ({{ rule }}.max_value is null or {{ value }}.value_number <= cast({{ rule }}.max_value as {{ type_double() }}))
            and (
                {{ rule }}.match_value is null
                or lower({{ value }}.value_text) = {{ rule }}.match_value
                or {{ value }}.value_number = {{ rule }}.match_number
            )
    end
{%- endmacro %}


{#- SQL: whether an attribute is known of an account. -#}
{% macro is_known(value) -%} {{ value }}.value_number is not null or {{ value }}.value_text is not null {%- endmacro %}
