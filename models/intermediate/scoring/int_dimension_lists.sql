with

told as (

    select
        account_id,
        scoring_model,
        dimension,
        dimension || ' ' || {{ points_as_text("dimension_score", 2) }} as dimension_told
    from {{ ref("int_dimension_scores") }}

),
{{ ordered_lists("told", "account_id, scoring_model", "dimension_told", "dimension", "', '") }}

select
    account_id,
    scoring_model,
    listed as dimension_scores
from listed
