with

accounts as (

    select * from {{ ref("int_accounts_merged") }}

),

models as (

    select * from {{ ref("stg_rules__scoring_models") }}

),

qualifiers as (

    select
        *,
        {{ parse_number("match_value") }} as match_number
    from {{ ref("stg_rules__qualification_rules") }}

),

attribute_values as (

    select * from {{ ref("int_account_attribute_values") }}

),

-- rows of one rule are alternatives
rules_passed as (

    select
        attribute_values.account_id,
        qualifiers.scoring_model,
        qualifiers.rule,
        max(case when {{ rule_matches("qualifiers", "attribute_values") }} then 1 else 0 end) as is_passed
    from qualifiers
    inner join attribute_values on qualifiers.attribute = attribute_values.attribute
    group by attribute_values.account_id, qualifiers.scoring_model, qualifiers.rule

),

disqualified as (

    select
        account_id,
        scoring_model,
        min(rule) as first_failed_rule
    from rules_passed
    where is_passed = 0
    group by account_id, scoring_model

),

snoozed as (

    select * from {{ ref("int_accounts_snoozed") }}

)

select
    accounts.account_id,
    models.scoring_model,
    models.is_primary,
    case
        when accounts.is_merged then 'merged'
        when models.population = 'prospects' and accounts.is_customer then 'outside_population'
        when models.population = 'customers' and not accounts.is_customer then 'outside_population'
        when disqualified.first_failed_rule is not null then 'disqualified:' || disqualified.first_failed_rule
        when snoozed.account_id is not null then 'snoozed'
    end as unranked_reason
from accounts
cross join models
left join disqualified
    on accounts.account_id = disqualified.account_id
    and models.scoring_model = disqualified.scoring_model
left join snoozed on accounts.account_id = snoozed.account_id
