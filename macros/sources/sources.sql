{#- Where raw rows come from (var `sources`). Tables and columns of a source are found by name, whichever loader brought them. -#}

{#- The sources that the project can read, besides `tables`. Of each: what it is `called`; `least`, the tables of which one must be
    there; `makes`, the raw tables that it has rows of, each with the main table that they are made of; `updated`, the fields that tell
    when a row was written; `loaded`, those that tell when it was loaded, where its loader does not; `in_milliseconds`: whether moments
    may arrive as milliseconds since 1970. A source is an entry here, and a folder in models/sources. -#}
{% macro known_sources() %}
    {{ return({
        "salesforce": {
            "called": "Salesforce", "least": ["account"],
            "makes": {
                "accounts": "account", "contacts": "contact", "opportunities": "opportunity", "activities": "task", "sales_reps": "user",
                "signals": "campaign_member",
            },
            "updated": ["system_modstamp", "last_modified_date"], "loaded": [],
        },
        "hubspot": {
            "called": "HubSpot", "least": ["company"],
            "makes": {
                "accounts": "company", "account_domains": "company", "account_merges": "company", "account_technologies": "company",
                "contacts": "contact", "opportunities": "deal", "activities": "engagement", "sales_reps": "owner", "signals": "email_event",
            },
            "updated": ["hs_lastmodifieddate", "lastmodifieddate", "updatedAt"], "loaded": [], "in_milliseconds": true,
        },
        "segment": {"called": "Segment", "least": ["pages", "tracks"], "makes": {"signals": "pages"}, "updated": [], "loaded": ["received_at"]},
    }) }}
{% endmacro %}


{#- The sources of a run, in the order in which they were given. -#}
{% macro sources() %}
    {%- set given = var("sources") -%}
    {{ return([given] if given is string else given if given is sequence and given is not mapping else []) }}
{% endmacro %}

{% macro reads_source(name) %} {{ return(name in sources()) }} {% endmacro %}

{#- Whether raw tables are made of sources: otherwise they are read where they are. -#}
{% macro is_collected() %} {{ return(sources() | list != ["tables"]) }} {% endmacro %}

{#- The sources of a run that make rows of a raw table. -#}
{% macro sources_of(table) %}
    {%- set found = [] -%}
    {%- for name in sources() if name == "tables" or table in (known_sources().get(name) or {}).get("makes", {}) -%}
        {%- do found.append(name) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{#- The model with a source's rows of a raw table. -#}
{% macro source_model(source_name, table) %} {{ return(source_name ~ "__" ~ ("events" if table == "signals" else table)) }} {% endmacro %}


{#- Where a source's tables are: database and schema. -#}
{% macro place_of_source(name) %}
    {%- set path = (var("source_schemas").get(name) or name).split(".") -%}
    {{ return([path[-2] if path | length > 1 else target.get("database"), path[-1]]) }}
{% endmacro %}


{#- The tables of a source, as they are in the warehouse, by what they are called in the singular and plainly; listed once a run. -#}
{% macro tables_of_source(name) %}
    {%- set listed = "tables of " ~ name ~ " in " ~ invocation_id -%}
    {%- if listed not in graph -%}
        {%- set database, schema = place_of_source(name) -%}
        {%- set schemas, found = {}, {} -%}
        {%- for row in list_tables(database, schema) -%}
            {%- do schemas.setdefault(row[1], []).append(api.Relation.create(database=row[0], schema=row[1], identifier=row[2])) -%}
        {%- endfor -%}
        {#- of names that differ in case or number alone the first in the order of letters, whatever order they are listed in -#}
        {%- for relation in schemas.get(schema) or (schemas.values() | list + [[]])[0] | sort(attribute="identifier") -%}
            {%- do found.setdefault(singular_name(relation.identifier), relation) -%}
        {%- endfor -%}
        {%- do graph.update({listed: found}) -%}
    {%- endif -%}
    {{ return(graph[listed]) }}
{% endmacro %}

{% macro singular_name(name) %}
    {%- set plain = modules.re.sub("[\\s_]", "", name | lower) -%}
    {{ return(modules.re.sub("(?<=[^s])s$", "", modules.re.sub("ies$", "y", plain))) }}
{% endmacro %}

{#- One table of a source, by its names; none if there is none. -#}
{% macro table_of_source(name, tables) %}
    {%- set standing = tables_of_source(name) -%}
    {%- for table in tables if singular_name(table) in standing -%} {{ return(standing[singular_name(table)]) }} {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{#- The source whose least table is called so; none if there is none. -#}
{% macro source_with(table) %}
    {%- for name, known in known_sources().items() -%}
        {%- for least in known.least if singular_name(least) == singular_name(table) -%} {{ return(name) }} {%- endfor -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{#- The columns of a source's table by their plain names, of which several may mean one: an API's name beside the loader's. -#}
{% macro columns_of_source(relation) %}
    {%- set listed = "columns of " ~ relation ~ " in " ~ invocation_id -%}
    {%- if listed not in graph -%}
        {%- set columns = {} -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do columns.setdefault(plain_name(column.name), []).append(column) -%}
        {%- endfor -%}
        {%- do graph.update({listed: columns}) -%}
    {%- endif -%}
    {{ return(graph[listed]) }}
{% endmacro %}


{#- What of the sources of a run is not there: of each that lacks its least table what was looked for, where, and what stands there. -#}
{% macro missing_sources() %}
    {%- set missing = [] -%}
    {%- if not sources_of("accounts") -%}
        {%- do missing.append("accounts: " ~ (sources() | join(", ")) ~ " has none; add a source that has, such as salesforce or tables") -%}
    {%- endif -%}
    {%- for name in sources() if name != "tables" -%}
        {%- set least, place = known_sources()[name].least, place_of_source(name) -%}
        {%- if table_of_source(name, least) is none -%}
            {%- set names = tables_of_source(name).values() | map(attribute="identifier") | sort -%}
            {%- do missing.append(
                name ~ ": no table " ~ (least | join(" or ")) ~ " in schema '" ~ place[1] ~ "' of database '" ~ (place[0] or "default")
                ~ "' (var source_schemas). " ~ listed_names(names)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(missing) }}
{% endmacro %}
