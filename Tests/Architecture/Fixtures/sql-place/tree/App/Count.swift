let count = "SELECT count(*) FROM polls"
