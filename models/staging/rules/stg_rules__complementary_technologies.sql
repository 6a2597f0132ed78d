{{ typed_rules("complementary_technologies") }}
