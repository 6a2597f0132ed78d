{#- SQL: how far the limits of 95% are from a figure, in standard errors. -#}
{% macro z_95() -%} cast(1.959963984540054 as {{ type_double() }}) {%- endmacro %}


{#- SQL: a limit of 95% of an auc, on the logit scale; none of 0 or 1, or without an error. `side`: - or +. -#}
{% macro auc_limit(auc, se, side) -%}
    case
        when {{ auc }} > 0 and {{ auc }} < 1 and {{ se }} is not null
            then 1 / (1 + exp(-(
                ln({{ auc }} / (1 - {{ auc }})) {{ side }} {{ z_95() }} * {{ se }} / ({{ auc }} * (1 - {{ auc }}))
            )))
    end
{%- endmacro %}


{#- SQL: a limit of 95% of a rate, as Wilson has it. `side`: - or +. -#}
{% macro wilson_limit(positives, rows, side) -%}
    {%- set p = "(" ~ positives ~ " / nullif(cast(" ~ rows ~ " as " ~ type_double() ~ "), 0))" -%}
    (
        {{ p }} + {{ z_95() }} * {{ z_95() }} / (2 * {{ rows }})
        {{ side }} {{ z_95() }} * sqrt(
            {{ p }} * (1 - {{ p }}) / {{ rows }} + {{ z_95() }} * {{ z_95() }} / (4.0 * {{ rows }} * {{ rows }})
        )
    ) / (1 + {{ z_95() }} * {{ z_95() }} / {{ rows }})
{%- endmacro %}


{#- SQL: the variance of a mean difference of placements, or of an auc, by sums over accounts (Obuchowski): since one account on twelve days is
    not twelve. `of_positives`, `of_others`: an account's sums of what its rows are apart from the mean; `has_positives`, `has_others`: 1 if it
    has any, else 0; `positives`, `others`: how many rows there are of each. Null with fewer than two accounts of either. -#}
{% macro clustered_variance(of_positives, of_others, has_positives, has_others, positives, others) -%}
    sum({{ of_positives }} * {{ of_positives }}) * sum({{ has_positives }})
        / nullif((sum({{ has_positives }}) - 1) * power(cast({{ positives }} as {{ type_double() }}), 2), 0)
    + sum({{ of_others }} * {{ of_others }}) * sum({{ has_others }})
        / nullif((sum({{ has_others }}) - 1) * power(cast({{ others }} as {{ type_double() }}), 2), 0)
    + 2 * sum({{ of_positives }} * {{ of_others }}) * count(*)
        / nullif((count(*) - 1) * cast({{ positives }} as {{ type_double() }}) * {{ others }}, 0)
{%- endmacro %}


{#- SQL: of a row that `happened`, the share of the others that its score is above; of another, the share of those with the outcome that are
    above it; ties count half. Their mean over either is the auc. -#}
{% macro placement_among_the_others(score, partition) -%}
    case
        when happened = 1
            then (
                sum(1 - happened) over (partition by {{ partition }} order by {{ score }} asc)
                - sum(1 - happened) over (partition by {{ partition }}, {{ score }}) / cast(2 as {{ type_double() }})
            ) / nullif(sum(1 - happened) over (partition by {{ partition }}), 0)
        else 1 - (
            sum(happened) over (partition by {{ partition }} order by {{ score }} asc)
            - sum(happened) over (partition by {{ partition }}, {{ score }}) / cast(2 as {{ type_double() }})
        ) / nullif(sum(happened) over (partition by {{ partition }}), 0)
    end
{%- endmacro %}


{#- How many accounts with an outcome there must be before anything is said of it. -#}
{% macro fewest_positives() -%} {{ return(20) }} {%- endmacro %}


{#- SQL: how likely outcomes are at their own rate, as a logarithm; 0 where all or none happened. -#}
{% macro log_likelihood(positives, rows) -%}
    (
        case when {{ positives }} > 0 then ({{ positives }}) * ln(({{ positives }}) / ({{ rows }})) else 0 end
        + case
            when ({{ rows }}) - ({{ positives }}) > 0
                then (({{ rows }}) - ({{ positives }})) * ln((({{ rows }}) - ({{ positives }})) / ({{ rows }}))
            else 0
        end
    )
{%- endmacro %}


{#- SQL: the rows of a table or CTE once for their day, in `period`, and once for all days together, where it is null. -#}
{% macro each_day_and_all(rows) -%}
select
    *,
    tier_date as period
from {{ rows }}
union all
select
    *,
    cast(null as date) as period
from {{ rows }}
{%- endmacro %}


{#- SQL: whether two days are one, or both are all days together. -#}
{% macro same_period(day, other) -%}
    coalesce({{ day }}, cast('0001-01-01' as date)) = coalesce({{ other }}, cast('0001-01-01' as date))
{%- endmacro %}
