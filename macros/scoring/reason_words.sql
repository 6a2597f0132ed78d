{#- SQL: why an account was not ranked, in words, as unranked_accounts has it; new and deleted are of accounts that are not there. -#}
{% macro unranked_words(reason) -%}
    case
        when {{ reason }} = 'merged' then 'merged into another account'
        when {{ reason }} = 'outside_population' then 'outside the population of the model'
        when {{ reason }} = 'not_yet_created' then 'not yet created'
        when {{ reason }} like 'disqualified:%' then 'disqualified by ' || {{ in_words("substring(" ~ reason ~ ", 14)") }}
        else {{ reason }}
    end
{%- endmacro %}


{#- SQL: what the step that gave a tier adds to what moved; nothing where the score did. `above` is the name of the tier above, null of none. -#}
{% macro tier_reason_words(reason, above) -%}
    case {{ reason }}
        when 'capacity' then '; ' || coalesce({{ above }}, 'the tier above') || ' was full'
        when 'held' then '; held by the demotion margin'
        when 'hot_promotion' then '; moved up because it is hot'
        when 'strategic' then '; placed as a strategic account'
        when 'override' then '; placed by an override'
        else ''
    end
{%- endmacro %}
