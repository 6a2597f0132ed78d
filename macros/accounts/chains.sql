{#-
    CTEs, the last of them `survivors`: where what belongs to a record belongs after merges.

    records: a CTE of records, `record_id`, `target_id` (what it was merged into, or null) and `is_standing`; each id once.

    A merge is followed to a record that stands or was merged itself, in up to ten steps; the last record on the way that stands
    survives. A chain that has not ended by then runs in a circle and merges nothing. Gives `record_id`, `surviving_id` (null where
    nothing stands) and `is_endless`.
-#}
{% macro merge_chains(records) -%}
pointers as (

    select
        merged.record_id,
        merged.target_id,
        target.is_standing as target_stands
    from {{ records }} as merged
    inner join {{ records }} as target on merged.target_id = target.record_id
    where target.is_standing or target.target_id is not null

),

chains as (

    select
        step_1.record_id,
        step_{{ longest_chain() + 1 }}.record_id is not null as is_endless,
        coalesce(
            {%- for step in range(longest_chain(), 0, -1) %}
            case when step_{{ step }}.target_stands then step_{{ step }}.target_id end{{ "," if not loop.last }}
            {%- endfor %}
        ) as last_standing_id
    from pointers as step_1
    {{- further_steps("pointers", "record_id", "target_id", longest_chain() + 1) }}

),

survivors as (

    select
        records.record_id,
        case
            when not chains.is_endless and chains.last_standing_id is not null then chains.last_standing_id
            when records.is_standing then records.record_id
        end as surviving_id,
        coalesce(chains.is_endless, false) as is_endless
    from {{ records }} as records
    left join chains on records.record_id = chains.record_id

)
{%- endmacro %}


{#- How many steps from record to record are followed, of merges as well as up a family. -#}
{% macro longest_chain() %} {{ return(10) }} {% endmacro %}


{#- SQL: joins that go on from `step_1`, a row of pointers: `step_2` is the row of the record that it points to, and so on. -#}
{% macro further_steps(pointers, id, target, steps) -%}
    {%- for step in range(2, steps + 1) %}
    left join {{ pointers }} as step_{{ step }} on step_{{ step - 1 }}.{{ target }} = step_{{ step }}.{{ id }}
    {%- endfor %}
{%- endmacro %}
