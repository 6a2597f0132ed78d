{{ config(enabled=reads_source("salesforce")) }}
-- Users who are people of the company: no partners, customers or machines.
with

users as (

    {{ read_source(
        "salesforce", ["user", "sf_user"], ["id", "name", "first_name", "last_name", "user_role_id", "user_type"], flags=["is_active"],
        makes="sales_reps", versions=true
    ) | indent(4) }}

),

user_role as (

    {{ read_source("salesforce", "user_role", ["id", "name"]) | indent(4) }}

)

select
    users.id as owner_id,
    coalesce(users.name, nullif(trim(coalesce(users.first_name, '') || ' ' || coalesce(users.last_name, '')), '')) as owner_name,
    user_role.name as role,
    users.is_active,
    users.updated_at,
    users.is_deleted,
    users.loaded_at
    {{- own_fields("salesforce", "sales_reps", "users") }}
from users
left join user_role on {{ salesforce_id("users.user_role_id") }} = {{ salesforce_id("user_role.id") }}
where coalesce(lower(users.user_type), 'standard') = 'standard'
