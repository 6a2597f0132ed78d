{#- Whether the project reads the demo it ships: true until `sources`, `raw_schema` or `raw_database` point elsewhere, or another is the
    root. -#}
{% macro is_demo() %}
    {{ return(project_name == var("this_project") and is_demo_schema() and not is_collected()) }}
{% endmacro %}

{#- Whether the source `tables` is still the demo's. -#}
{% macro is_demo_schema() %}
    {{ return(var("raw_schema") == "demo" and var("raw_database") is none and not var("raw_refs")) }}
{% endmacro %}


{#- The moment the scores are true for, as a naive UTC datetime: as given, else (of a retry) that of the command before, else the
    demo's pinned moment, else the start of the run. One that is none stops a run before it begins, not its parsing. -#}
{% macro as_of_datetime() %}
    {%- set given = as_of_given() -%}
    {%- if given is not none and execute and moment_of(given) is none -%} {%- do check_settings() -%} {%- endif -%}
    {%- set pinned = "2026-06-30T09:00:00Z" if is_demo() -%}
    {{ return(moment_of(given) or moment_retried() or moment_of(pinned) or run_started_at.replace(tzinfo=none)) }}
{% endmacro %}


{#- The moment as it was given: the var `as_of`, else the environment variable `AS_OF`; none if neither was. dbt parses the project
    again for another var, and not for a variable that is read at execution only. -#}
{% macro as_of_given() %}
    {%- set given = var("as_of") -%}
    {{ return(env_var("AS_OF", "") or none if given is none and execute else given) }}
{% endmacro %}


{#- Of `dbt retry`, the moment that the command before it was true for: what it does not run again is of that; else none. -#}
{% macro moment_retried() %}
    {%- set command = invocation_args_dict.get("invocation_command") or "" -%}
    {%- if not execute or not modules.re.match("\\S+( -\\S+)* retry( |$)", command) -%} {{ return(none) }} {%- endif -%}
    {%- set found = "moment retried by " ~ invocation_id -%}
    {%- if found not in graph -%}
        {%- set rows = run_sql(
            "select as_of from " ~ ledger() ~ " where unique_id <> 'published' order by completed_at desc limit 1"
        ).rows if load_relation(ledger()) is not none else [] -%}
        {%- do graph.update({found: rows[0][0] if rows else none}) -%}
    {%- endif -%}
    {{ return(graph[found]) }}
{% endmacro %}


{#- The moment that an ISO 8601 timestamp tells, as a naive UTC datetime; none if it is no such timestamp. -#}
{% macro moment_of(given) %}
    {%- set text = given | string -%}
    {%- set iso -%}
        \d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?)?
    {%- endset -%}
    {%- if not modules.re.fullmatch(iso, text, modules.re.ASCII) or not is_calendar_day(text) -%} {{ return(none) }} {%- endif -%}
    {%- set moment = modules.datetime.datetime.fromisoformat(text) -%}
    {{ return(moment.astimezone(modules.pytz.utc).replace(tzinfo=none) if moment.tzinfo is not none else moment) }}
{% endmacro %}


{#- Whether a text that begins like YYYY-MM-DD begins with a day of the calendar, of a year that leaves room to count from. -#}
{% macro is_calendar_day(text) %}
    {%- set year, month, day = text[:4] | int, text[5:7] | int, text[8:10] | int -%}
    {%- if not (1000 <= year < 9999 and 1 <= month <= 12 and day >= 1) -%} {{ return(false) }} {%- endif -%}
    {%- set first_of_next_month = modules.datetime.date(year + month // 12, month % 12 + 1, 1) -%}
    {{ return(day <= (first_of_next_month - modules.datetime.timedelta(days=1)).day) }}
{% endmacro %}


{#- SQL: the moment the scores are true for, `days_before` days earlier, as a UTC timestamp. -#}
{% macro as_of(days_before=0) %}
    {%- set moment = as_of_datetime() - modules.datetime.timedelta(days=days_before) -%}
    cast('{{ moment.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
{%- endmacro %}


{#- SQL: whether what was created at a moment is there yet: it is where nobody says when. -#}
{% macro was_created(created_at) -%} coalesce({{ created_at }} <= {{ as_of() }}, true) {%- endmacro %}


{#- SQL: the day of as_of. -#}
{% macro as_of_date() -%} {{ date_of(as_of_datetime()) }} {%- endmacro %}


{#- SQL: the day of a naive UTC datetime, as the var `reporting_timezone` has days. -#}
{% macro date_of(moment) -%}
    {%- set local = modules.pytz.utc.localize(moment).astimezone(modules.pytz.timezone(reporting_timezone())) -%}
    cast('{{ local.strftime("%Y-%m-%d") }}' as date)
{%- endmacro %}


{#- SQL: how many days before the day of as_of a moment is (0: the same day). It lies "in the last N days" when it is no later
    than as_of and fewer than N days ago. -#}
{% macro days_ago(moment) -%}
    {{ dbt.datediff(local_time(moment), as_of_date(), "day") }}
{%- endmacro %}


{#- SQL: the same of a date, which is a day as it stands. -#}
{% macro days_since(date) -%}
    {{ dbt.datediff(date, as_of_date(), "day") }}
{%- endmacro %}


{#- SQL: how many days after the day of as_of a date is (negative: before). -#}
{% macro days_until(date) -%}
    {{ dbt.datediff(as_of_date(), date, "day") }}
{%- endmacro %}
