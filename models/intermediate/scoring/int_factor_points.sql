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

rules as (

    select * from {{ ref("int_scoring_rules") }}

),

attribute_values as (

    select * from {{ ref("int_account_attribute_values") }}

),

-- what each rule of a factor gives, less what breaks ties; null where it does not match
rule_points as (

    select
        ranked_accounts.account_id,
        rules.factor_number,
        rules.rule_number,
        {{ is_known("attribute_values") }} as is_known,
        case
            when {{ rule_matches("rules", "attribute_values") }}
                then cast(coalesce(
                    rules.points, {{ points_for_units("attribute_values.value_number", "rules.points_per_unit") }}
                ) as decimal(31, 16)) - rules.tie_break
        end as points_less_tie
    from ranked_accounts
    inner join rules on ranked_accounts.scoring_model = rules.scoring_model
    inner join attribute_values
        on ranked_accounts.account_id = attribute_values.account_id
        and rules.attribute = attribute_values.attribute

),

-- the most as a number, which is found much faster than the first of an order
most as (

    select
        account_id,
        factor_number,
        max(points_less_tie) as points_less_tie,
        min(rule_number) as first_rule_number,
        min(case when is_known then rule_number end) as first_known_rule_number
    from rule_points
    group by account_id, factor_number

)

select
    most.account_id,
    most.factor_number,
    coalesce(rules.rule_number, most.first_known_rule_number, most.first_rule_number) as rule_number,
    rules.rule_number is not null as is_matched,
    most.first_known_rule_number is not null as is_known,
    cast(coalesce(round(most.points_less_tie, 10), 0) as {{ type_number() }}) as points
from most
left join rules
    on most.factor_number = rules.factor_number
    and round(most.points_less_tie, 10) - most.points_less_tie = rules.tie_break
