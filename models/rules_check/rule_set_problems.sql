-- What is wrong with rows of the rule files that belong together: overlaps, sums, orders, and what a model lacks.
with

scoring_models as (

    select * from {{ ref("stg_rules__scoring_models") }}

),

dimensions as (

    select * from {{ ref("stg_rules__scoring_dimensions") }}

),

rules as (

    select * from {{ ref("stg_rules__scoring_rules") }}

),

tiers as (

    select
        *,
        lag(min_score) over (partition by scoring_model order by tier_number asc nulls last, line asc) as min_score_above,
        lag(tier_number) over (partition by scoring_model order by tier_number asc nulls last, line asc) as tier_above,
        lead(tier_number) over (partition by scoring_model order by tier_number asc nulls last, line asc) as tier_below,
        min(line) over (partition by scoring_model, lower(tier)) as first_line_of_name
    from {{ ref("stg_rules__tiers") }}

)

select
    'scoring_rules.csv' as file,
    later.line,
    later.row_name,
    'the band overlaps that of line ' || cast(earlier.line as {{ dbt.type_string() }})
    || ' by more than a shared boundary' as mistake
from rules as earlier
inner join rules as later
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
-- beyond, doubles would not hold what single rules contribute
select
    'scoring_dimensions.csv' as file,
    dimensions.line,
    dimensions.row_name,
    'max_points: a rule gives ' || {{ number_as_text("max(abs(coalesce(rules.points, rules.points_per_unit)))") }}
    || ', more than a million times as much; raise the one or lower the other' as mistake
from dimensions
inner join rules
    on dimensions.scoring_model = rules.scoring_model
    and dimensions.dimension = rules.dimension
where dimensions.max_points > 0
group by dimensions.line, dimensions.row_name, dimensions.max_points
having max(abs(coalesce(rules.points, rules.points_per_unit))) > 1000000 * dimensions.max_points
union all
select
    'scoring_dimensions.csv' as file,
    max(line) as line,
    scoring_model as row_name,
    'the weights of the model add up to ' || {{ number_as_text("sum(weight)") }} || ', not to 1' as mistake
from dimensions
group by scoring_model
having abs(sum(weight) - 1) > 0.000001
union all
select
    'tiers.csv' as file,
    line,
    row_name,
    case
        when min_score is null then 'min_score: only the last tier of a model may have none'
        else 'min_score does not fall: ' || {{ number_as_text("min_score") }} || ' comes after '
            || coalesce({{ number_as_text("min_score_above") }}, 'no limit')
    end as mistake
from tiers
where (min_score is null and tier_below is not null)
    or (tier_above is not null and min_score >= coalesce(min_score_above, 0))
union all
select
    'tiers.csv' as file,
    line,
    row_name,
    'tier_number: ' || cast(tier_number as {{ dbt.type_string() }}) || ' without '
    || cast(tier_number - 1 as {{ dbt.type_string() }}) || '; number the tiers of a model 1, 2, 3 without a gap' as mistake
from tiers
where tier_number > 1 and coalesce(tier_above, 0) not in (tier_number, tier_number - 1)
union all
select
    'tiers.csv' as file,
    line,
    row_name,
    'tier: "' || tier || '" is the tier of line ' || cast(first_line_of_name as {{ dbt.type_string() }})
    || ', too; give each tier of a model a name of its own' as mistake
from tiers
where tier is not null and line > first_line_of_name
union all
select
    'tiers.csv' as file,
    line,
    row_name,
    'tier: "' || tier || '" is what accounts without a tier are called; give it another name' as mistake
from tiers
where lower(tier) = 'unranked'
union all
select
    'tiers.csv' as file,
    max(line) as line,
    scoring_model as row_name,
    'promote_hot: only one tier of a model can take hot accounts' as mistake
from tiers
where promote_hot
group by scoring_model
having count(*) > 1
union all
select
    'scoring_models.csv' as file,
    coalesce(max(case when is_primary then line end), 1) as line,
    'is_primary' as row_name,
    'exactly one model must be primary; '
    || cast(count(case when is_primary then 1 end) as {{ dbt.type_string() }}) || ' are' as mistake
from scoring_models
having count(case when is_primary then 1 end) <> 1
union all
select
    'scoring_models.csv' as file,
    scoring_models.line,
    scoring_models.row_name,
    'the model has no row in scoring_dimensions.csv' as mistake
from scoring_models
left join dimensions on scoring_models.scoring_model = dimensions.scoring_model
where dimensions.scoring_model is null
union all
select
    'scoring_models.csv' as file,
    scoring_models.line,
    scoring_models.row_name,
    'the model has no row in tiers.csv' as mistake
from scoring_models
left join tiers on scoring_models.scoring_model = tiers.scoring_model
where tiers.scoring_model is null
union all
select
    'scoring_dimensions.csv' as file,
    dimensions.line,
    dimensions.row_name,
    'the dimension has no row in scoring_rules.csv' as mistake
from dimensions
left join rules
    on dimensions.scoring_model = rules.scoring_model
    and dimensions.dimension = rules.dimension
where rules.dimension is null
