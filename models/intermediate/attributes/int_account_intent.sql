select
    account_id,
    sum(decayed_points) as decayed_intent_points,
    sum(decayed_points_7d_ago) as decayed_intent_points_7d_ago,
    max(highest_value_30d) as third_party_intent_score
from {{ ref("int_account_signal_types") }}
group by account_id
