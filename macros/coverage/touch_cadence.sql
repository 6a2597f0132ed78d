{#- SQL: whether who has to be answered was, in time: due, overdue, answered_late or answered_in_time. -#}
{% macro response_status(respond_by, answered_at) -%}
    case
        when {{ answered_at }} <= {{ respond_by }} then 'answered_in_time'
        when {{ answered_at }} > {{ respond_by }} then 'answered_late'
        when {{ respond_by }} < {{ as_of() }} then 'overdue'
        else 'due'
    end
{%- endmacro %}


{#- SQL: how many days may pass between two touches, by the first word of a touch_cadence; null of any other. -#}
{% macro days_between_touches(touch_cadence) -%}
    case lower(split_part({{ touch_cadence }}, ' ', 1))
        {%- for days, words in {
            1: ["daily"], 7: ["weekly"], 14: ["biweekly", "fortnightly"], 30: ["monthly"], 90: ["quarterly"], 365: ["yearly", "annual", "annually"]
        }.items() %}
        {%- for word in words %}
        when '{{ word }}' then {{ days }}
        {%- endfor %}
        {%- endfor %}
    end
{%- endmacro %}
