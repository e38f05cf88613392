#!/bin/sh
# A role and a database of guohe's own. The role is no superuser: row-level security holds for it.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$ROLE_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE guohe LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE guohe OWNER guohe;
SQL
