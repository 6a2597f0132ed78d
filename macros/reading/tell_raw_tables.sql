{#- At the end of a command that counted them: a line a raw table, and a warning where too many rows were rejected or too many signals
    found no account, with the commonest reason and an example: what is wrong with one is mostly wrong with all. -#}
{% macro tell_raw_tables(results) %}
    {%- set counts = own_model("source_reconciliation") if execute -%}
    {%- if not counts or not was_built(counts, results) -%} {{ return("") }} {%- endif -%}
    {%- set rows = {} -%}
    {%- for row in run_sql("select source_table, rows_in, standing, rejected, unmatched from " ~ counts.relation_name).rows -%}
        {%- do rows.update({row[0]: row[1:] | map("int") | list}) -%}
    {%- endfor -%}
    {%- for table in raw_tables() if table in rows -%}
        {%- set line = "%s: rows in {:,}, standing {:,}, rejected {:,}, unmatched {:,}" | format(table) -%}
        {%- do log(line.format(*rows[table]), info=true) -%}
    {%- endfor -%}
    {%- for table, row in rows.items() -%}
        {%- do warn_of_share("max_rejected_share", row[2], row[0], "rows of " ~ table ~ " were rejected", "rejected_records", results,
            "record_key", "source_table = " ~ text_literal(table) ~ " and severity = 'record'") -%}
    {%- endfor -%}
    {%- set signals = rows.get("signals", [0, 0, 0, 0]) -%}
    {%- do warn_of_share("max_unmatched_share", signals[3], signals[1], "standing signals find no account", "unmatched_signals", results,
        "signal_id", "1 = 1") -%}
    {{ return("") }}
{% endmacro %}


{#- Whether a command ended with a model that was built well. -#}
{% macro was_built(node, results) -%}
    {{ return(results | selectattr("node.unique_id", "equalto", node.unique_id) | map(attribute="status") | map("string")
        | select("in", good_outcomes()) | list | length > 0) }}
{%- endmacro %}


{#- Warns if a part is more than its share of the whole. `mart`: where the rows of the part are listed, with a reason and a key. -#}
{% macro warn_of_share(setting, part, whole, words, mart, results, key, where) -%}
    {%- if part <= var(setting) | float * whole -%} {{ return("") }} {%- endif -%}
    {%- set listed, most = own_model(mart), [] -%}
    {%- if listed and was_built(listed, results) -%}
        {%- set most = run_sql(
            "select reason, min(" ~ key ~ ") as example from " ~ listed.relation_name ~ " where " ~ where
            ~ " group by reason order by count(*) desc, reason limit 1"
        ).rows -%}
    {%- endif -%}
    {%- do exceptions.warn(
        "WARNING: {:,} of {:,} ".format(part, whole) ~ words ~ " (" ~ setting ~ " is " ~ var(setting) ~ ")"
        ~ (", most of them for " ~ most[0][0] ~ ", as '" ~ most[0][1] ~ "'" if most else "") ~ ": see " ~ mart ~ "."
    ) -%}
{%- endmacro %}
