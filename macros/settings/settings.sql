{#- The settings of a run: of what kind each is, the most it may be, and what to write where it is something else; `of_run`: no
    score depends on it. A setting is a line here and its default in dbt_project.yml. -#}
{% macro settings() %}
    {{ return({
        "as_of": {"kind": "moment", "example": "2026-06-30T09:00:00Z (years 1000 to 9998)", "or_null": true, "of_run": true},
        "raw_schema": {"kind": "name", "example": "crm", "of_run": true},
        "raw_database": {"kind": "name", "example": "crm_copy", "or_null": true, "of_run": true},
        "raw_refs": {"kind": "names", "example": "{accounts: crm_accounts}", "of_run": true},
        "sources": {"kind": "sources", "example": "[salesforce]", "of_run": true},
        "source_schemas": {"kind": "names", "example": "{salesforce: crm_copy.salesforce}", "of_run": true},
        "rule_refs": {"kind": "names", "example": "{tiers: my_tiers}"},
        "engagement_window_days": {"kind": "whole number", "most": 36500, "example": 90},
        "fit_threshold": {"kind": "number", "most": 1000, "example": 60},
        "timing_threshold": {"kind": "number", "most": 1000, "example": 50},
        "decay_horizon_half_lives": {"kind": "number", "most": 1000, "example": 10},
        "intent_trend_threshold": {"kind": "number", "most": 1000, "example": 5},
        "touch_window_days": {"kind": "whole number", "most": 36500, "example": 14},
        "reporting_timezone": {"kind": "time zone", "example": "Europe/Berlin"},
        "working_hours": {"kind": "working hours", "example": "'09:00-17:00 Mon-Fri'", "or_null": true},
        "crm_account_url": {"kind": "address", "example": "https://acme.my.salesforce.com/{account_id}", "or_null": true, "of_run": true},
        "max_rejected_share": {"kind": "number", "most": 1, "example": 0.2, "of_run": true},
        "max_unmatched_share": {"kind": "number", "most": 1, "example": 0.5, "of_run": true},
        "max_shrink_share": {"kind": "number", "most": 1, "example": 0.5, "of_run": true},
        "replace_published": {"kind": "boolean", "example": "true", "of_run": true},
        "require_publish": {"kind": "boolean", "example": "true", "of_run": true},
        "compare_with": {"kind": "name", "example": "marts", "of_run": true},
        "grant_marts_to": {"kind": "roles", "example": "[bi]", "of_run": true},
        "grant_raw_records_to": {"kind": "roles", "example": "[steward]", "of_run": true},
    }) }}
{% endmacro %}


{#- Raises one error that names each setting that is not of its kind, and each role that the warehouse does not know. -#}
{% macro check_settings() %}
    {%- set wrong = [] -%}
    {%- for name, setting in settings().items() -%}
        {%- set value = as_of_given() if name == "as_of" else var(name) -%}
        {%- if not (value is none and setting.or_null) and not is_of_kind(value, setting) -%}
            {%- set kind = {
                "moment": "an ISO 8601 timestamp",
                "name": "a text without quotes and line breaks",
                "whole number": "a whole number from 0 to " ~ setting.most,
                "number": "a number from 0 to " ~ setting.most,
                "boolean": "true or false",
                "roles": "a list of roles",
                "names": "a list of names with what stands for each",
                "sources": "a list of some of tables, " ~ (known_sources() | join(", ")) ~ ", each once",
                "time zone": "the name of a time zone (IANA)",
                "working hours": "a time from and to, and days",
                "address": "an address with {account_id} in it, without quotes and line breaks",
            }[setting.kind] -%}
            {%- set given_as = "the environment variable AS_OF" if name == "as_of" and var(name) is none else name -%}
            {%- do wrong.append(given_as ~ ": " ~ as_given(value) ~ " is not " ~ kind ~ "; write for example " ~ setting.example) -%}
        {%- elif setting.kind == "roles" -%}
            {%- for role in unknown_roles(roles_of(name)) -%}
                {%- do wrong.append(name ~ ": the warehouse has no role '" ~ role ~ "'; create it, or leave it out") -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if reads_source("tables") and is_collected() and is_demo_schema() -%}
        {%- do wrong.append("sources: tables beside others would be the demo's; point raw_schema to your tables, or leave tables out") -%}
    {%- endif -%}
    {%- for name, known in {"raw_refs": raw_tables(), "rule_refs": rule_files(), "source_schemas": known_sources() | list}.items() if var(name) is mapping -%}
        {%- for key in var(name) if key not in known -%}
            {%- do wrong.append(name ~ ": '" ~ key ~ "' is none of " ~ (known | join(", "))) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name in (invocation_args_dict.get("vars") or {}) if name not in settings() -%}
        {%- set meant = nearest_name(name, settings()) -%}
        {%- if meant -%} {%- do wrong.append(name ~ " is no setting; is " ~ meant ~ " meant?") -%} {%- endif -%}
    {%- endfor -%}
    {%- if own_model("account_tiers").schema == own_schema("marts") -%}
        {%- do wrong.append("MARTS_SCHEMA: for metrics alone, with `dbt parse` and `mf`; take it out of the environment of a build, which makes and tests its tables elsewhere") -%}
    {%- endif -%}
    {%- set zone = session_zone() -%}
    {%- if zone -%} {%- do wrong.append("the profile: its sessions are in " ~ zone ~ "; write TimeZone: UTC under its settings") -%} {%- endif -%}
    {%- if wrong -%}
        {{ exceptions.raise_compiler_error("SETTINGS REJECTED - nothing was built\n  - " ~ (wrong | join("\n  - "))) }}
    {%- endif -%}
{% endmacro %}


{#- Whether a value is what a setting may be. Numbers may be given as texts, as environment variables are. -#}
{% macro is_of_kind(value, setting) %}
    {%- if setting.kind == "moment" -%} {{ return(moment_of(value) is not none) }} {%- endif -%}
    {%- if setting.kind == "boolean" -%} {{ return(value is boolean) }} {%- endif -%}
    {%- if setting.kind == "name" -%} {{ return(is_name(value)) }} {%- endif -%}
    {%- if setting.kind == "address" -%} {{ return(is_name(value) and "{account_id}" in value) }} {%- endif -%}
    {%- if setting.kind == "names" -%}
        {%- if value is not mapping -%} {{ return(false) }} {%- endif -%}
        {%- for name in value.values() if not is_name(name) -%} {{ return(false) }} {%- endfor -%}
        {{ return(true) }}
    {%- endif -%}
    {%- if setting.kind == "time zone" -%} {{ return(value is string and value in modules.pytz.all_timezones) }} {%- endif -%}
    {%- if setting.kind == "working hours" -%} {{ return(working_hours(value) is not none) }} {%- endif -%}
    {%- if setting.kind == "sources" -%}
        {%- if value is mapping or value is not sequence or not sources() or sources() | unique | list != sources() | list -%}
            {{ return(false) }}
        {%- endif -%}
        {{ return(sources() | reject("in", ["tables"] + known_sources() | list) | list == []) }}
    {%- endif -%}
    {%- if setting.kind == "roles" -%}
        {%- if value is mapping or value is not sequence -%} {{ return(false) }} {%- endif -%}
        {%- for role in ([value] if value is string else value) if not is_name(role) -%} {{ return(false) }} {%- endfor -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set digits = "[0-9]{1,9}" if setting.kind == "whole number" else "[0-9]{1,9}([.][0-9]{1,9})?" -%}
    {%- set number = value | float if value is string and modules.re.fullmatch(digits, value) else value -%}
    {%- if number is not integer and (number is not float or value is float and setting.kind == "whole number") -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(0 <= number <= setting.most) }}
{% endmacro %}

{#- Whether a value can stand as a name in the SQL of any engine: quotes and backslashes are not escaped everywhere. -#}
{% macro is_name(value) -%}
    {{ return(value is string and modules.re.fullmatch("[^\\x00-\\x1f\\x7f'\"`\\\\]+", value) is not none and value | trim != "") }}
{%- endmacro %}


{#- A value as it was given, in a line. -#}
{% macro as_given(value) -%}
    {%- if value is none -%} {{ return("null") }} {%- endif -%}
    {%- if value is boolean -%} {{ return(value | string | lower) }} {%- endif -%}
    {%- set text = value | string | replace("\n", "\\n") | replace("\r", "\\r") -%}
    {{ return(text if value is number or value is mapping or value is sequence and value is not string else "'" ~ text ~ "'") }}
{%- endmacro %}


{#- The time zone of the session, where the engine counts in it and it is not UTC. -#}
{% macro session_zone() -%} {{ return(adapter.dispatch("session_zone")()) }} {%- endmacro %}

{% macro default__session_zone() -%} {{ return("") }} {%- endmacro %}

{% macro duckdb__session_zone() -%}
    {{ return(run_sql(
        "select case when extract(timezone from timestamptz '2026-01-01 00:00:00Z') <> 0 or extract(timezone from timestamptz"
        ~ " '2026-07-01 00:00:00Z') <> 0 then current_setting('TimeZone') end"
    ).rows[0][0]) }}
{%- endmacro %}


{#- The roles that a setting names: a list, or one as a text. -#}
{% macro roles_of(name) -%} {{ return([var(name)] if var(name) is string else var(name)) }} {%- endmacro %}


{#- Those of the roles that the warehouse does not know, where it can be asked. -#}
{% macro unknown_roles(roles) -%} {{ return(adapter.dispatch("unknown_roles")(roles)) }} {%- endmacro %}

{% macro default__unknown_roles(roles) -%} {{ return([]) }} {%- endmacro %}

{% macro postgres__unknown_roles(roles) -%}
    {%- set known = run_sql("select rolname from pg_roles").columns[0].values() if roles else [] -%}
    {{ return(roles | reject("in", known) | reject("equalto", "public") | list) }}
{%- endmacro %}
