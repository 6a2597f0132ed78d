{{ typed_rules("icp_industries") }}
