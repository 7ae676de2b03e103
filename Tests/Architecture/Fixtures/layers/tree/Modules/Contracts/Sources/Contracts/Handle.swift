public import Postgres
