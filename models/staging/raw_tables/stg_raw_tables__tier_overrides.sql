{{ stage_raw("tier_overrides") }}
