{#- The var `reporting_timezone`. One that does not exist stops a run before it begins, not its parsing. -#}
{% macro reporting_timezone() %}
    {%- set given = var("reporting_timezone") -%}
    {%- if given is string and given in modules.pytz.all_timezones -%} {{ return(given) }} {%- endif -%}
    {%- if execute -%} {%- do check_settings() -%} {%- endif -%}
    {{ return("UTC") }}
{% endmacro %}


{#- SQL: what clocks of the var `reporting_timezone` show at a moment in UTC. -#}
{% macro local_time(moment) -%}
    {{ moment if reporting_timezone() == "UTC" else adapter.dispatch("from_utc")(moment, text_literal(reporting_timezone())) }}
{%- endmacro %}

{% macro default__from_utc(moment, zone) -%} ({{ moment }} at time zone 'UTC' at time zone {{ zone }}) {%- endmacro %}

{% macro spark__from_utc(moment, zone) -%} from_utc_timestamp({{ moment }}, {{ zone }}) {%- endmacro %}


{#- SQL: the moment in UTC at which they show it. -#}
{% macro utc_time(local) -%}
    {{ local if reporting_timezone() == "UTC" else adapter.dispatch("into_utc")(local, text_literal(reporting_timezone())) }}
{%- endmacro %}

{% macro default__into_utc(local, zone) -%} ({{ local }} at time zone {{ zone }} at time zone 'UTC') {%- endmacro %}

{% macro spark__into_utc(local, zone) -%} to_utc_timestamp({{ local }}, {{ zone }}) {%- endmacro %}
