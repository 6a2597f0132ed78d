{{ stage_raw("opportunities") }}
