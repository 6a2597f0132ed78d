-- What rule files refer to and is not there.
with

scoring_models as (

    select * from {{ ref("stg_rules__scoring_models") }}

),

dimensions as (

    select * from {{ ref("stg_rules__scoring_dimensions") }}

),

rules as (

    select * from {{ ref("stg_rules__scoring_rules") }}

),

tiers as (

    select * from {{ ref("stg_rules__tiers") }}

),

treatments as (

    select * from {{ ref("stg_rules__tier_treatments") }}

),

signal_types as (

    select * from {{ ref("stg_rules__signal_types") }}

),

qualifiers as (

    select * from {{ ref("stg_rules__qualification_rules") }}

),

types_named as (

    {%- for file in ["engagement_triggers", "signal_mappings"] %}
    select
        '{{ file }}.csv' as file,
        line,
        row_name,
        signal_type
    from {{ ref("stg_rules__" ~ file) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

model_references as (

    {%- for file, rows in {
        "scoring_dimensions": "dimensions", "scoring_rules": "rules", "tiers": "tiers",
        "tier_treatments": "treatments", "qualification_rules": "qualifiers",
    }.items() %}
    select
        '{{ file }}.csv' as file,
        line,
        row_name,
        scoring_model
    from {{ rows }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select
    model_references.file,
    model_references.line,
    model_references.row_name,
    'scoring_model "' || model_references.scoring_model
    || '" is unknown; it must be a row of scoring_models.csv' as mistake
from model_references
left join scoring_models on model_references.scoring_model = scoring_models.scoring_model
where model_references.scoring_model is not null and scoring_models.scoring_model is null
union all
select
    'scoring_rules.csv' as file,
    rules.line,
    rules.row_name,
    'dimension "' || rules.dimension
    || '" is unknown; it must be a row of scoring_dimensions.csv for this model' as mistake
from rules
left join dimensions
    on rules.scoring_model = dimensions.scoring_model
    and rules.dimension = dimensions.dimension
where rules.dimension is not null and dimensions.dimension is null
union all
select
    'tier_treatments.csv' as file,
    treatments.line,
    treatments.row_name,
    'tier_number ' || cast(treatments.tier_number as {{ dbt.type_string() }})
    || ' is unknown; it must be a row of tiers.csv for this model' as mistake
from treatments
left join tiers
    on treatments.scoring_model = tiers.scoring_model
    and treatments.tier_number = tiers.tier_number
where treatments.tier_number is not null and tiers.tier_number is null
union all
select
    types_named.file,
    types_named.line,
    types_named.row_name,
    'signal_type "' || types_named.signal_type || '" is unknown; it must be a row of signal_types.csv' as mistake
from types_named
left join signal_types on types_named.signal_type = signal_types.signal_type
where types_named.signal_type is not null and signal_types.signal_type is null
