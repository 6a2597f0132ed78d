{{ typed_rules("icp_markets") }}
