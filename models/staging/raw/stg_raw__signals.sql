{{ stage_raw(
    "signals",
    reject_if={
        "missing_account_id": "account_id is null and domain is null",
        "unknown_signal_type":
            "signal_type not in (select known.signal_type from " ~ ref("stg_rules__signal_types") ~ " as known)",
        "occurred_in_future": "occurred_at > " ~ dbt.dateadd("day", 1, "loaded_at"),
    }
) }}
