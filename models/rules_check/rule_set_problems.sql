-- What is wrong with rows of the rule files that belong together: duplicates, overlaps, sums and orders.
with

{% for name in rule_files() -%}
{{ name }} as (

    {{ typed_rules(name, with_origin=true) }}

),

{% endfor -%}
tiers_in_order as (

    select
        *,
        lag(min_score) over (partition by scoring_model order by tier_number) as min_score_above,
        lag(tier_number) over (partition by scoring_model order by tier_number) as tier_above,
        lead(tier_number) over (partition by scoring_model order by tier_number) as tier_below
    from tiers

),

problems as (

    {%- for name in rule_files() %}
    {%- set key = rule_file(name).config.meta.key if execute else ["line"] %}
    select
        '{{ name }}.csv' as file,
        max(line) as line,
        {% for cell in key %}coalesce(cast({{ cell }} as {{ dbt.type_string() }}), ''){{ " || ', ' || " if not loop.last }}{% endfor %} as row_name,
        'the same {{ key | join(", ") }} stands on line ' || cast(min(line) as {{ dbt.type_string() }}) || ' too: delete one' as mistake
    from {{ name }}
    group by {{ key | join(", ") }}
    having count(*) > 1
    union all
    {%- endfor %}
    select
        'scoring_rules.csv',
        later.line,
        later.scoring_model || ', ' || later.dimension || ', ' || later.factor,
        'the band of line ' || cast(later.line as {{ dbt.type_string() }}) || ' overlaps that of line '
        || cast(earlier.line as {{ dbt.type_string() }}) || ' by more than a shared boundary'
    from scoring_rules as earlier
    inner join scoring_rules as later
        on earlier.scoring_model = later.scoring_model
        and earlier.dimension = later.dimension
        and earlier.factor = later.factor
        and earlier.attribute = later.attribute
        and earlier.line < later.line
    where earlier.match_value is null
        and later.match_value is null
        and coalesce(earlier.min_value, -1e17) < coalesce(later.max_value, 1e17)
        and coalesce(later.min_value, -1e17) < coalesce(earlier.max_value, 1e17)
    union all
    select
        'scoring_dimensions.csv', max(line), scoring_model,
        'the weights of the model add up to ' || {{ number_as_text("sum(weight)") }} || ', not to 1'
    from scoring_dimensions
    group by scoring_model
    having abs(sum(weight) - 1) > 0.000001
    union all
    select
        'tiers.csv', line, scoring_model || ', ' || cast(tier_number as {{ dbt.type_string() }}),
        case
            when min_score is null then 'min_score: only the last tier of a model may have none'
            else 'min_score does not fall: ' || {{ number_as_text("min_score") }} || ' comes after '
                || coalesce({{ number_as_text("min_score_above") }}, 'no limit')
        end
    from tiers_in_order
    where (min_score is null and tier_below is not null) or (tier_above is not null and min_score >= min_score_above)
    union all
    select 'tiers.csv', max(line), scoring_model, 'promote_hot: only one tier of a model can take hot accounts'
    from tiers
    where promote_hot
    group by scoring_model
    having count(*) > 1
    union all
    select
        'scoring_models.csv', coalesce(max(case when is_primary then line end), 1), 'is_primary',
        'exactly one model must be primary; ' || cast(count(case when is_primary then 1 end) as {{ dbt.type_string() }}) || ' are'
    from scoring_models
    having count(case when is_primary then 1 end) <> 1
    {%- for name, consequence in {"scoring_dimensions": "score", "tiers": "tier", "scoring_rules": "rule"}.items() %}
    union all
    select
        'scoring_models.csv', line, scoring_model,
        'the model has no {{ consequence }}: add its rows to {{ name }}.csv'
    from scoring_models
    where not exists (select 1 from {{ name }} where {{ name }}.scoring_model = scoring_models.scoring_model)
    {%- endfor %}
    union all
    select
        'scoring_dimensions.csv', line, scoring_model || ', ' || dimension,
        'the dimension has no rule: add its rows to scoring_rules.csv'
    from scoring_dimensions
    where not exists (
        select 1 from scoring_rules
        where scoring_rules.scoring_model = scoring_dimensions.scoring_model
            and scoring_rules.dimension = scoring_dimensions.dimension
    )
    {%- for name in ["signal_types", "engagement_triggers"] %}
    union all
    select '{{ name }}.csv', 1, 'file', 'the file has no row'
    from {{ name }}
    having count(*) = 0
    {%- endfor %}

)

select
    file,
    line,
    row_name,
    mistake
from problems
