{#- a view: as many rows as contributions, which alone read it -#}
{{ config(materialized="view") }}
with

ranked_accounts as (

    select
        account_id,
        scoring_model
    from {{ ref("int_accounts_screened") }}
    where unranked_reason is null

),

-- numbers, as they are compared much faster than names
rules as (

    select
        *,
        dense_rank() over (order by scoring_model asc, dimension asc, factor asc) as factor_number,
        row_number() over (order by attribute asc, label asc, line asc) as rule_number
    from {{ ref("stg_rules__scoring_rules") }}

),

attribute_values as (

    select * from {{ ref("int_account_attribute_values") }}

),

-- what each rule of a factor gives; null where it does not match
rule_points as (

    select
        ranked_accounts.account_id,
        rules.factor_number,
        rules.rule_number,
        attribute_values.value_number,
        attribute_values.value_text,
        case
            when {{ rule_matches("rules", "attribute_values") }}
                then coalesce(
                    rules.points, {{ points_for_units("attribute_values.value_number", "rules.points_per_unit") }}
                )
        end as points
    from ranked_accounts
    inner join rules on ranked_accounts.scoring_model = rules.scoring_model
    inner join attribute_values
        on ranked_accounts.account_id = attribute_values.account_id
        and rules.attribute = attribute_values.attribute

),

best_first as (

    select
        *,
        row_number() over (
            partition by account_id, factor_number
            order by
                points desc nulls last,
                case when value_number is null and value_text is null then 2 else 1 end asc,
                rule_number asc
        ) as place,
        -- a rule for `(unknown)` may win where another attribute of the factor is known
        max(case when value_number is null and value_text is null then 0 else 1 end) over (
            partition by account_id, factor_number
        ) = 1 as is_known
    from rule_points

)

select
    best_first.account_id,
    rules.scoring_model,
    rules.dimension,
    rules.factor,
    rules.attribute,
    coalesce(best_first.value_text, {{ number_as_text("best_first.value_number") }}) as attribute_value,
    best_first.is_known,
    case when best_first.points is not null then rules.label end as label,
    coalesce(best_first.points, 0) as points
from best_first
inner join rules on best_first.rule_number = rules.rule_number
where best_first.place = 1
