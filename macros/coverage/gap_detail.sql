{#- SQL: what a gap is and what to do about it, in the words that follow the account's tier; `rep` is the name of the rep
    who is recommended, null if there is none. Expects the columns of coverage_gaps. -#}
{% macro gap_detail(rep) -%}
    case gap
        when 'no_active_owner' then ' without an active owner: ' || {{ with_rep("'assign it to ' || " ~ rep) }}
        when 'untouched' then
            coalesce(', last touched ' || {{ how_long_ago("days_since_last_outbound") }}, ', never touched') || ': '
            || {{ with_rep("'have ' || " ~ rep ~ " || ' reach out'") }}
        when 'response_overdue' then ', hot and not answered in time: ' || {{ with_rep("'have ' || " ~ rep ~ " || ' respond now'") }}
        when 'snoozed_but_hot' then
            'Snoozed until ' || cast(snooze_until as {{ dbt.type_string() }}) || ' and hot again: '
            || {{ with_rep("'have ' || " ~ rep ~ " || ' look at it'") }}
        when 'retrieve' then
            ' of a rep over capacity: '
            || coalesce('hand it to ' || {{ rep }}, 'take it back, though no rep of its territory has room')
    end
{%- endmacro %}


{#- SQL: what a rep is to do, or that there is none. -#}
{% macro with_rep(words) -%}
    coalesce({{ words }}, 'choose a rep, as none of its territory has room')
{%- endmacro %}
