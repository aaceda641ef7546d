-- Supabase's Storage in the database of compose.yaml: the image of Postgres runs this once, after supabase/roles.sql. Storage makes
-- its tables itself, in a schema of its own, and closes them with row level security. It becomes the role that a key stands for.
\getenv password STORAGE_PASSWORD
create role supabase_storage_admin login noinherit password :'password';
grant anon, authenticated, service_role to supabase_storage_admin;
create schema storage authorization supabase_storage_admin;
grant usage on schema storage to anon, authenticated, service_role;
