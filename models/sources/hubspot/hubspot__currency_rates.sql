{{ config(enabled=reads_source("hubspot")) }}
-- HubSpot keeps no rates that a loader brings: those of the rule file.
{{ rates_with_own(none) }}
