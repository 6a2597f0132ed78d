-- One row if no rule file has a mistake; otherwise the build stops here with all of them.
with

problems as (

    {%- for kind in ["cell", "reference", "condition", "mapping", "duplicate", "set"] %}
    select
        file,
        line,
        row_name,
        mistake
    from {{ ref("rule_" ~ kind ~ "_problems") }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

messages as (

    select
        file,
        line,
        case file
            {%- for name in rule_files() %}
            when '{{ name }}.csv' then '{{ rule_file_name(name) }}'
            {%- endfor %}
        end || ' line ' || cast(line as {{ dbt.type_string() }})
        || ' [' || row_name || '] ' || mistake as message
    from problems

),

report as (

    select
        count(*) as mistakes,
        {{ ordered_list(line_break() ~ " || '  - ' || message", "file, line, message", "''") }} as message_list
    from messages

)

select {{ raise_if("mistakes > 0", "'RULES REJECTED - nothing was published' || message_list") }} as passed
from report
