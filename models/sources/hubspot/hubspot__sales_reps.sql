{{ config(enabled=reads_source("hubspot")) }}
with

owner as (

    {{ read_source(
        "hubspot", "owner", ["owner_id|id as id", "first_name", "last_name", "email", "active_user_id|user_id as user_id"],
        flags=["archived", "is_active"], makes="sales_reps", versions=true
    ) | indent(4) }}

),

users as (

    {{ read_source("hubspot", ["users", "user"], ["id", "role_id", "primary_team_id"]) | indent(4) }}

),

roles as (

    {{ read_source("hubspot", "role", ["id", "name"]) | indent(4) }}

),

team as (

    {{ read_source("hubspot", "team", ["id", "name"]) | indent(4) }}

)

select
    owner.id as owner_id,
    coalesce(nullif(trim(coalesce(owner.first_name, '') || ' ' || coalesce(owner.last_name, '')), ''), owner.email) as owner_name,
    roles.name as role,
    team.name as territory,
    -- an owner without a user, or in the archive, has left
    coalesce(
        owner.is_active, not owner.archived
        {%- if source_has("hubspot", "owner", "active_user_id") %}, owner.user_id is not null{% endif %}, true
    ) as is_active,
    owner.updated_at,
    owner.is_deleted and not coalesce(owner.archived, false) as is_deleted,
    owner.loaded_at
    {{- own_fields("hubspot", "sales_reps", "owner") }}
from owner
left join users on owner.user_id = users.id
left join roles on users.role_id = roles.id
left join team on users.primary_team_id = team.id
