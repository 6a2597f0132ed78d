-- One row if no rule file has a mistake; otherwise the build stops here with all of them.
with

problems as (

    select * from {{ ref("rule_cell_problems") }}
    union all
    select * from {{ ref("rule_row_problems") }}
    union all
    select * from {{ ref("rule_set_problems") }}

),

summary as (

    select
        count(*) as mistakes,
        {{ ordered_list("'  - seeds/' || file || ' line ' || cast(line as " ~ dbt.type_string() ~ ") || ' [' || row_name || '] ' || mistake", "file, line, mistake", line_break()) }} as list
    from problems

)

select {{ raise_if("mistakes > 0", "'RULES REJECTED - nothing was published' || " ~ line_break() ~ " || list") }} as passed
from summary
