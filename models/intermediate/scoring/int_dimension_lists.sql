-- beside the scores and not with them: the lists of all accounts have to fit into memory
select
    account_id,
    scoring_model,
    {{ ordered_list(
        "dimension || ' ' || " ~ points_as_text("dimension_score", 2), "dimension", "', '"
    ) }} as dimension_scores
from {{ ref("int_dimension_scores") }}
group by account_id, scoring_model
