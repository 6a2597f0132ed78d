{#-
    history.build_ledger knows of each model, rule file and data test when it last ran, with which outcome, for which moment and by
    which rules; and when the marts were last published. From it follows what readers may see, whatever commands it took.

    A command writes down what it is about to run before it begins, so that what a killed one leaves is not taken for done; at its
    end, how each went. Rows are added, and those that they replace deleted at the end of a command.
-#}
{% macro ledger() -%} {{ return(history_relation("build_ledger")) }} {%- endmacro %}

{% macro create_ledger() -%}
    {%- do create_schema_once(ledger()) -%}
    {%- do run_sql(
        "create table if not exists " ~ ledger() ~ " (unique_id " ~ dbt.type_string() ~ ", outcome " ~ dbt.type_string() ~ ", started_at timestamp"
        ~ ", completed_at timestamp, as_of timestamp, rules_hash " ~ dbt.type_string() ~ ", raw_source " ~ dbt.type_string()
        ~ ", invocation_id " ~ dbt.type_string() ~ ") " ~ table_format(published_marts()[0])
    ) -%}
{%- endmacro %}


{#- SQL: a row of the ledger. `run`: what all rows of the run have in common, which takes a while to tell; in place of the rules' hash,
    of a rule file that of what it holds. -#}
{% macro ledger_row(node, outcome, run, started_at=none, completed_at=none) -%}
    {%- set started = timestamp_literal(started_at) if started_at else run.began -%}
    {%- set completed = timestamp_literal(completed_at) if completed_at else run.began -%}
    {%- set rules = text_literal(node.checksum.checksum) if node.resource_type == "seed" else run.rules -%}
    {{ return(
        "(" ~ text_literal(node.unique_id) ~ ", " ~ text_literal(outcome) ~ ", " ~ started ~ ", " ~ completed ~ ", " ~ run.as_of ~ ", " ~ rules ~ ", " ~ run.source ~ ")"
    ) }}
{%- endmacro %}

{% macro rows_have_in_common(rules=none, moment=none) -%}
    {{ return({
        "began": timestamp_literal(run_began()), "as_of": timestamp_literal(moment or as_of_datetime()), "rules": text_literal(rules or rules_hash()),
        "source": text_literal(raw_source_of_run()) ~ ", " ~ text_literal(invocation_id),
    }) }}
{%- endmacro %}

{% macro timestamp_literal(moment) -%}
    {{ return("cast('" ~ moment.strftime("%Y-%m-%d %H:%M:%S.%f") ~ "' as timestamp)") }}
{%- endmacro %}

{% macro run_began() -%} {{ return(run_started_at.replace(tzinfo=none)) }} {%- endmacro %}

{% macro time_now() -%} {{ return(modules.datetime.datetime.now(modules.pytz.utc).replace(tzinfo=none)) }} {%- endmacro %}


{#- The rules of a run in a hash: what the rule files hold, and the settings that scores depend on. -#}
{% macro rules_hash() -%}
    {%- set rules = [] -%}
    {#- none while the project is parsed -#}
    {%- for node in (graph.nodes or {}).values() | sort(attribute="unique_id") if node.resource_type == "seed" and is_rule_file(node) -%}
        {%- do rules.append(node.name ~ "=" ~ node.checksum.checksum) -%}
    {%- endfor -%}
    {%- for name, setting in settings().items() if not setting.of_run -%} {%- do rules.append(name ~ "=" ~ var(name)) -%} {%- endfor -%}
    {{ return(local_md5(rules | join("\n"))) }}
{%- endmacro %}

{% macro is_rule_file(seed) -%}
    {{ return(
        seed.package_name == model.package_name and seed.name in rule_files() or seed.name in (var("rule_refs") or {}).values()
    ) }}
{%- endmacro %}


{#- The project's nodes that count, and those of them that this command has chosen: before `dbt retry`, which does not tell, none. -#}
{% macro counted_nodes() -%}
    {{ return(own_nodes(["model", "seed", "test"]) | rejectattr("config.materialized", "equalto", "ephemeral") | list) }}
{%- endmacro %}

{% macro selected_nodes() -%}
    {{ return(counted_nodes() | selectattr("unique_id", "in", selected_resources) | list) }}
{%- endmacro %}

{#- Whether this command is one of these and runs a node of the project: it leaves those of others alone. -#}
{% macro is_at_work(commands) -%}
    {{ return(execute and flags.WHICH in commands and selected_nodes() | length > 0) }}
{%- endmacro %}


{#- The commands of which the ledger knows, and the outcomes of a node that ended well. -#}
{% macro commands_recorded() -%} {{ return(["build", "run", "test", "seed"]) }} {%- endmacro %}

{% macro good_outcomes() -%} {{ return(["success", "pass", "warn", "no-op"]) }} {%- endmacro %}


{#- Before a run: what it is about to run. -#}
{% macro begin_runs() %}
    {%- if not is_at_work(commands_recorded()) -%} {{ return("") }} {%- endif -%}
    {%- set rows, run = [], rows_have_in_common() -%}
    {%- for node in selected_nodes() -%} {%- do rows.append(ledger_row(node, "running", run)) -%} {%- endfor -%}
    {%- do run_sql(insert_into_ledger(rows)) -%}
    {%- do adapter.commit() -%}
    {{ return("") }}
{% endmacro %}


{#- After a model or rule file was built, in its transaction: that it was, as another command may be at the same ones. Not where one
    process at a time has the database, or where each row written is dear. -#}
{% macro stamp_run() -%} {{ return(adapter.dispatch("stamp_run")()) }} {%- endmacro %}

{% macro default__stamp_run() -%}
    {%- if not execute -%} {{ return("") }} {%- endif -%}
    {%- set now = time_now() -%}
    {%- do graph.nodes[model.unique_id].update({"stamped": {invocation_id: now}}) -%}
    {{ return(insert_into_ledger([ledger_row(model, outcome_of(model, "success"), rows_have_in_common(), none, now)])) }}
{%- endmacro %}

{% macro duckdb__stamp_run() -%} {{ return("") }} {%- endmacro %}

{% macro spark__stamp_run() -%} {{ return("") }} {%- endmacro %}


{#- The results of a command that are of the project's nodes that count, by unique_id; none of a command that runs nothing. -#}
{% macro counted_results(results) -%}
    {%- set counted = {} -%}
    {%- if execute and flags.WHICH in commands_recorded() -%}
        {%- set nodes = counted_nodes() | map(attribute="unique_id") | list -%}
        {%- for result in results if result.node.unique_id in nodes -%} {%- do counted.update({result.node.unique_id: result}) -%} {%- endfor -%}
    {%- endif -%}
    {{ return(counted) }}
{%- endmacro %}


{#- At the end of a run: how each of its nodes went, in the place of what was known of it. One without a result has not run: before
    `dbt retry`, a process that has run another command tells what that one chose. -#}
{% macro record_runs(results) %}
    {%- set results = counted_results(results) -%}
    {%- if not results and not is_at_work(commands_recorded()) -%} {{ return("") }} {%- endif -%}
    {%- set rows, run = {}, rows_have_in_common() -%}
    {%- for unique_id, result in results.items() -%}
        {%- set node, started_at = graph.nodes[unique_id], result.timing[0].started_at if result.timing else none -%}
        {%- do rows.update({unique_id: ledger_row(
            node, outcome_of(node, result.status | string), run, started_at, when_it_counts(node, result)
        )}) -%}
    {%- endfor -%}
    {%- set replaced = ["''"] -%}
    {%- for unique_id in rows -%} {%- do replaced.append(text_literal(unique_id)) -%} {%- endfor -%}
    {%- set statements = [
        "delete from " ~ ledger() ~ " where invocation_id = '" ~ invocation_id ~ "' or completed_at <= " ~ timestamp_literal(run_began())
        ~ " and unique_id in (" ~ (replaced | join(", ")) ~ ")"
    ] -%}
    {%- if rows -%} {%- do statements.append(insert_into_ledger(rows.values())) -%} {%- endif -%}
    {%- do run_in_transaction(statements) -%}
    {%- do adapter.commit() -%}
    {{ return("") }}
{% endmacro %}

{#- Since when a result counts, as another command may be at the same models: of a table that was replaced, since it was, though dbt
    has more to do then; of one that was not, since the command began. -#}
{% macro when_it_counts(node, result) -%}
    {%- set stamped = (node.stamped or {}).get(invocation_id) -%}
    {%- set is_replaced = result.status | string in good_outcomes() or node.resource_type == "test" -%}
    {{ return(stamped or (result.timing[-1].completed_at if is_replaced and result.timing else none)) }}
{%- endmacro %}

{#- SQL that adds rows to the ledger. -#}
{% macro insert_into_ledger(rows) -%} {{ return("insert into " ~ ledger() ~ " values " ~ (rows | join(", "))) }} {%- endmacro %}


{#- What a node's status is worth: rows of another environment, or none, are no whole build. -#}
{% macro outcome_of(node, status) %}
    {%- if status in good_outcomes() -%}
        {%- if flags.EMPTY -%} {{ return("empty") }} {%- endif -%}
        {#- flags has but some of what a command may be given -#}
        {%- if invocation_args_dict.sample -%} {{ return("sample") }} {%- endif -%}
        {%- if invocation_args_dict.defer -%}
            {%- for parent in node.depends_on.nodes or [] if parent in graph.nodes and parent not in selected_resources -%}
                {{ return("deferred") }}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(status) }}
{% endmacro %}


{#- SQL: which commands have built which models and rule files, to see later whether another has built one. -#}
{% macro list_builds() -%}
    {%- set build = "unique_id || invocation_id" -%}
    {{ return(
        "select md5(" ~ ordered_list(build, build, "','") ~ ") as builds from " ~ ledger()
        ~ " where outcome <> 'running' and unique_id <> 'published' and unique_id not like 'test.%'"
    ) }}
{%- endmacro %}

{% macro builds_known() -%} {{ return(run_sql(list_builds()).rows[0][0]) }} {%- endmacro %}


{#- Whether another command was at nodes of this one since it began. -#}
{% macro was_not_alone(results) -%}
    {%- set others = run_sql(
        "select unique_id from " ~ ledger() ~ " where invocation_id <> '" ~ invocation_id ~ "' and completed_at > "
        ~ timestamp_literal(run_began())
    ).columns[0].values() -%}
    {{ return(others | select("in", results) | list | length > 0) }}
{%- endmacro %}


{#- The last run of each node, by its unique_id. -#}
{% macro last_runs() %}
    {%- set runs = {} -%}
    {%- for row in run_sql(
        "select unique_id, outcome, started_at, completed_at, as_of, rules_hash, raw_source, invocation_id from " ~ ledger()
        ~ " order by completed_at, started_at"
    ).rows -%}
        {%- do runs.update({row[0]: {
            "outcome": row[1], "started_at": row[2], "completed_at": row[3], "as_of": row[4], "rules_hash": row[5], "raw_source": row[6],
            "invocation_id": row[7],
        }}) -%}
    {%- endfor -%}
    {{ return(runs) }}
{% endmacro %}


{#- What is missing of a whole build that passed its tests, in words: what failed first, as the rest may follow from it, then
    models; nothing if readers may see it. `results`: of this command, which publishes nothing that another has built. -#}
{% macro what_is_missing(runs, results) %}
    {%- set words = {
        "running": "is running or was cut off", "skipped": "was skipped", "empty": "was run with --empty",
        "sample": "was run with --sample", "deferred": "was run with --defer",
    } -%}
    {%- set nodes, failed, missing, untested = counted_nodes(), [], [], [] -%}
    {%- set models = nodes | selectattr("resource_type", "equalto", "model") | list -%}
    {%- set known = models | selectattr("unique_id", "in", runs) | list -%}
    {%- set first = runs[known[0].unique_id] if known else {} -%}
    {%- for node in nodes -%}
        {%- set run = runs.get(node.unique_id) -%}
        {%- set told = untested if node.resource_type == "test" else missing -%}
        {%- set stale = [] -%}
        {%- for parent in node.depends_on.nodes or [] if run and parent in runs and parent in graph.nodes -%}
            {%- set before = runs[parent] -%}
            {%- if before.invocation_id != run.invocation_id and before.completed_at > run.started_at -%}
                {%- do stale.append(graph.nodes[parent].name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if not run -%} {%- do told.append(node.name ~ " has not run") -%}
        {%- elif node.unique_id in results and run.invocation_id != invocation_id and node.resource_type != "test" -%}
            {%- do told.append(node.name ~ " was run by another command meanwhile") -%}
        {%- elif run.outcome not in good_outcomes() -%}
            {%- do (told if run.outcome in words else failed).append(node.name ~ " " ~ words.get(run.outcome, "failed")) -%}
        {%- elif stale -%} {%- do told.append(node.name ~ " has not run since " ~ stale[0] ~ " did") -%}
        {%- elif node.resource_type == "seed" and run.rules_hash != node.checksum.checksum -%}
            {%- do told.append(node.name ~ ".csv has changed since it was loaded") -%}
        {%- elif node.resource_type == "model" -%}
            {%- if run.raw_source != raw_source_of_run() -%}
                {%- do told.append(node.name ~ " was made of the raw tables in '" ~ run.raw_source ~ "'") -%}
            {%- elif run.as_of != first.as_of -%}
                {%- do told.append(node.name ~ " is as of " ~ run.as_of ~ ", " ~ known[0].name ~ " as of " ~ first.as_of) -%}
            {%- elif run.rules_hash != first.rules_hash -%}
                {%- do told.append(node.name ~ " was built by other rules or settings than " ~ known[0].name) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(failed + missing + untested) }}
{% endmacro %}
