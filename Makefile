# The six commands of everyday work; CONTRIBUTING.md says when to use which.
.PHONY: build test lanes lint docs ci

build: ## build, test and publish the demo
	uv run dbt build

test: ## a trustworthy answer in three minutes
	uv run pytest

lanes: ## what takes longer: `make lanes LANES=worlds`
	uv run --group browser --group orchestrators pytest -m "$(or $(LANES),worlds or long or next_duckdb or browser)"

lint: ## format and lint Python and SQL, check types
	uv run pre-commit run --all-files

docs: ## every model and column, and the lineage, at localhost:8080
	uv run dbt docs generate
	uv run dbt docs serve

ci: ## all that must pass before a change lands
	.ci/run
