#!/bin/sh
# Run once by the PostgreSQL image when its data folder is empty: the owner of the tables, and the role that works with
# them but cannot change them, nor the ledgers that migrations close to it.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname template1 \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE suite_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE suite_app LOGIN PASSWORD :'app_password';
ALTER DEFAULT PRIVILEGES FOR ROLE suite_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO suite_app;
ALTER DEFAULT PRIVILEGES FOR ROLE suite_owner GRANT USAGE, SELECT ON SEQUENCES TO suite_app;
CREATE DATABASE suite OWNER suite_owner;
SQL
